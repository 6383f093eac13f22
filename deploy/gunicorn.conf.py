"""gunicorn with several workers: ``gunicorn -c gunicorn.conf.py wsgi:application``.

``OIDC_PYRAMID_BIND`` (127.0.0.1:6543), ``WEB_CONCURRENCY`` (workers, 2) and ``OIDC_PYRAMID_THREADS`` (4 in
each) are read from the environment. What you set below the import counts instead.
"""

from oidc_pyramid.workers.configuration import *  # noqa: F403

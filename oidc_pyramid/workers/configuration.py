"""What gunicorn is told for several workers; ``deploy/gunicorn.conf.py`` and ``pserve`` use it.

Each worker opens the database by itself, so the storage must be one that several processes may
open: sqlite:// on one machine, PostgreSQL or ZEO on several.
"""

from __future__ import annotations

import os

from oidc_pyramid.assembly import import_contents

# The modules, not the application: a worker that takes the place of a dead one starts in a third of
# the time, and all of them share this memory. New code needs a restart; HUP rereads the ini file.
import_contents()

bind = os.environ.get("OIDC_PYRAMID_BIND", "127.0.0.1:6543")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("OIDC_PYRAMID_THREADS", "4"))
preload_app = False  # connections to the database and threads do not survive a fork
limit_request_line = 8190  # a sealed request is in the path, a request object in the query
timeout = 30
graceful_timeout = 30
keepalive = 15
control_socket_disable = True
accesslog = None  # the proxy writes one, without queries; gunicorn's would have codes in it
errorlog = "-"
proc_name = "oidc_pyramid"

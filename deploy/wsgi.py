"""The provider for WSGI servers other than waitress: ``wsgi:application``.

``OIDC_PYRAMID_INI`` names the ini file. ``TRUSTED_PROXIES`` lists the addresses of proxies that may
say who is asking (default: this machine); they must overwrite ``X-Forwarded-For``.
"""

from oidc_pyramid.workers.wsgi import application

__all__ = ["application"]

"""django-oauth-toolkit with the clients and people of the benchmark, all in one module.

``python project.py`` founds the database in ``BENCH_HERE``; ``project:application`` serves it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

HERE = Path(os.environ["BENCH_HERE"])


def key() -> str:
    """An RSA key, made once."""
    path = HERE / "key.pem"
    if not path.exists():
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(pem)
    return path.read_text()


settings.configure(
    SECRET_KEY="of the benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="project",
    USE_TZ=True,
    LOGIN_URL="/login/",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "registration/login.html": (
                                '<form method="post">{% csrf_token %}{{ form }}'
                                "<button>Sign in</button></form>"
                            )
                        },
                    ),
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HERE / "db.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": key(),
        "PKCE_REQUIRED": True,
        "ROTATE_REFRESH_TOKEN": True,
        "SCOPES": {name: name for name in ("openid", "profile", "email", "api")},
    },
)

import django  # noqa: E402 - after the settings

django.setup()

from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("login/", LoginView.as_view()),
]


def populate() -> None:
    """Client secrets as they are: the default hashes them anew at each request, half a second."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    bench = json.loads((HERE / "bench.json").read_text())
    hashed = make_password(bench["password"])
    User.objects.bulk_create(
        User(username=name, password=hashed, email=f"{name}@example.com")
        for name in bench["people"]
    )
    for client_id, grant_type in (
        (bench["client"]["client_id"], Application.GRANT_AUTHORIZATION_CODE),
        (bench["machine"], Application.GRANT_CLIENT_CREDENTIALS),
    ):
        Application.objects.create(
            client_id=client_id,
            client_secret=bench["client"]["client_secret"],
            hash_client_secret=False,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=grant_type,
            redirect_uris=" ".join(bench["client"]["redirect_uris"]),
            skip_authorization=True,
            algorithm=Application.RS256_ALGORITHM,
        )


if __name__ == "__main__":
    sys.modules["project"] = sys.modules["__main__"]
    populate()
else:
    application = get_wsgi_application()

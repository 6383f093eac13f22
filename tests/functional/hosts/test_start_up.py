"""A host that does not start says why in one sentence, as ``pserve`` shows it."""

import subprocess
import sys

import pytest

HOST = """\
from pyramid.config import Configurator


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.include("oidc_pyramid", route_prefix="/id")
    return config.make_wsgi_app()
"""
INI = """\
[app:main]
use = call:acme_host:main
oidc.issuer = http://localhost/id
oidc.secret = 9f4b1d0c7e2a5f8833aa61c4d2e07b95
zodbconn.uri = memory://
{line}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:1
"""


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("oidc.code_expires = 60", "oidc.code_expires = '60': there is no such setting"),
        ("oidc.code_expire = soon", "oidc.code_expire = 'soon'"),
        (
            "oidc.grant_types = teleport\noidc.development = true",
            "oidc.grant_types enables 'teleport'",
        ),
        ("", "the database holds no provider"),
    ],
)
def test_one_sentence(tmp_path, line, sentence):
    (tmp_path / "acme_host.py").write_text(HOST)
    (tmp_path / "acme.ini").write_text(INI.format(line=line))
    command = (sys.executable, "-m", "pyramid.scripts.pserve", "acme.ini")
    ended = subprocess.run(
        command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"oidc_pyramid does not start: {sentence}"), ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1

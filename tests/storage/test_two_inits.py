"""``init`` in several processes at once: one makes the database, the others find it."""

import subprocess
import sys

import pytest

from oidc_pyramid.testing import SETTINGS
from tests.storage.conftest import SEVERAL, marked

INI = """\
[app:main]
use = egg:oidc_pyramid
oidc.issuer = {issuer}
oidc.secret = file:%(here)s/secret/of/ours
oidc.signing_alg = ES256
oidc.signing_algs = ES256
zodbconn.uri = {uri}
"""
AT_ONCE = 4


@pytest.mark.parametrize("kind", marked(*SEVERAL))
def test_two_at_once(kind, new_uri, tmp_path):
    ini = tmp_path / "oidc.ini"
    ini.write_text(INI.format(issuer=SETTINGS["oidc.issuer"], uri=new_uri(kind, tmp_path)))
    program = "from oidc_pyramid.scripts import main; main()"
    command = (sys.executable, "-c", program, "-c", str(ini))
    children = [
        subprocess.Popen(
            (*command, "init"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(AT_ONCE)
    ]
    said = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0] * AT_ONCE, said
    outputs = "".join(out for out, _ in said)
    assert outputs.count("Created the database.") == 1
    assert outputs.count("Created the secret") == 1
    assert outputs.count("Created the ES256 key") == 1
    verified = subprocess.run((*command, "verify"), check=False, capture_output=True, text=True)
    assert "no problems" in verified.stdout

"""``init`` in several processes at once: one makes the database, the others find it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oidc_pyramid.testing import SETTINGS
from tests.commands import oidc
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
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(lambda _: oidc(ini, "init"), range(AT_ONCE)))
    assert [done.returncode for done in said] == [0] * AT_ONCE, said
    outputs = "".join(done.stdout for done in said)
    assert outputs.count("Created the database.") == 1
    assert outputs.count("Created the secret") == 1
    assert outputs.count("Created the ES256 key") == 1
    assert "no problems" in oidc(ini, "verify").stdout

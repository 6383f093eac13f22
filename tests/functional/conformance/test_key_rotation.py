"""New signing keys while clients go on (Core §10.1.1)."""

import pytest

from oidc_pyramid.models.keys import SigningKey
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.testing import make_provider
from tests.functional.conformance.checker import check_jwks
from tests.functional.conformance.flows import ONE


@pytest.mark.conformance("oidcc-server-rotate-keys", flows=ONE)
@pytest.mark.spec("Core", "10.1.1")
def test_a_new_key_is_there_and_the_old_one_stays(jwks):
    op = make_provider(keys=jwks)
    before = op.browser().get("/jwks").json["keys"]
    secret = op.runtime.settings.secret
    with op.provider() as provider:
        fresh = SigningKey(new_key("ES256"), secret, state="next", now=1)
        provider.keys.activate(provider.keys.add(fresh), now=1, keep=3600)
    after = op.browser().get("/jwks").json["keys"]
    check_jwks({"keys": after})
    (added,) = [key for key in after if key not in before]
    assert all(key in after for key in before)
    assert added["kid"] not in {key["kid"] for key in before}
    assert added["x"] not in {key.get("x") for key in before}

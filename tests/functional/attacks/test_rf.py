"""RF: a refresh token is used once, by its client, as long as everything behind it stands."""

import time

import pytest

from oidc_pyramid.events import RefreshTokenReused
from oidc_pyramid.upkeep import sweep
from tests.functional.attacks import wire
from tests.functional.attacks.cast import VERIFIER, code_of, tokens
from tests.functional.attacks.claims import claims_of
from tests.functional.attacks.musts import e_redir, refused_bearer, t_err


def fresh(cast, token, rp=None, **options):
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    rp = rp or cast.a
    if rp.secret is None:
        fields["client_id"] = rp.client_id
    return cast.post("/token", fields, rp, **options)


def ended(cast, granted, rp=None):
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    refused_bearer(wire.call(cast.op, "/userinfo", headers=headers), "invalid_token")
    t_err(fresh(cast, granted["refresh_token"], rp), 400, "invalid_grant")


@pytest.fixture
def seen(providers):
    """The events of the shared provider from here on."""
    events, registry = [], providers().app.registry
    keep = events.append
    registry.registerHandler(keep, (RefreshTokenReused,))
    yield events
    registry.unregisterHandler(keep, (RefreshTokenReused,))


def test_rf_01_reuse_ends_the_family(cast, clock):
    first = tokens(cast)
    second = fresh(cast, first["refresh_token"]).json
    clock.shift(11)
    t_err(fresh(cast, first["refresh_token"]), 400, "invalid_grant")
    ended(cast, second)


def test_rf_01_grace_gives_the_same_successor_once_more(cast, clock):
    first = tokens(cast)
    second, again = (fresh(cast, first["refresh_token"]).json for _ in range(2))
    assert second["refresh_token"] == again["refresh_token"]
    third = fresh(cast, second["refresh_token"]).json
    t_err(fresh(cast, first["refresh_token"]), 400, "invalid_grant")
    ended(cast, third)


def test_rf_01_no_grace_for_another_request(cast):
    first = tokens(cast, scope="openid email")
    second = fresh(cast, first["refresh_token"]).json
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    t_err(cast.post("/token", {**fields, "scope": "openid"}, cast.a), 400, "invalid_grant")
    ended(cast, second)


def test_rf_01_no_grace_for_public_clients(cast):
    first = tokens(cast, rp=cast.p)
    second = fresh(cast, first["refresh_token"], cast.p).json
    t_err(fresh(cast, first["refresh_token"], cast.p), 400, "invalid_grant")
    ended(cast, second, cast.p)


def test_rf_01_it_is_a_security_event(cast, seen):
    first = tokens(cast, rp=cast.p)
    fresh(cast, first["refresh_token"], cast.p)
    fresh(cast, first["refresh_token"], cast.p)
    assert [event.client_id for event in seen] == [cast.p.client_id]


def test_rf_04_nobody_else_can_use_it_or_end_it(cast):
    granted = tokens(cast)
    token = granted["refresh_token"]
    t_err(fresh(cast, token, cast.b), 400, "invalid_grant")
    t_err(fresh(cast, token, cast.p), 400, "invalid_grant")
    bare = {"grant_type": "refresh_token", "refresh_token": token, "client_id": cast.a.client_id}
    t_err(cast.post("/token", bare), 401, "invalid_client")
    newer = fresh(cast, token).json
    t_err(fresh(cast, token, cast.b), 400, "invalid_grant")
    assert fresh(cast, newer["refresh_token"]).status_int == 200


def test_rf_04_what_is_not_authentic_ends_nothing(cast):
    token = tokens(cast)["refresh_token"]
    half = len(token) // 2
    for forged in (
        token[:-2],
        token + "AA",
        token[:half] + "AAAA" + token[half + 4 :],
        token + "=",
    ):
        t_err(fresh(cast, forged), 400, "invalid_grant")
    assert fresh(cast, token).status_int == 200


def test_rf_05_reuse_is_seen_after_a_restart(cast, restarted, clock):
    first = tokens(cast)
    second = fresh(cast, first["refresh_token"]).json
    clock.shift(11)
    again = restarted(cast)
    t_err(fresh(again, first["refresh_token"]), 400, "invalid_grant")
    ended(again, second)


def test_rf_05_a_clock_that_goes_back_revives_nothing(cast, clock):
    first = tokens(cast)
    fresh(cast, first["refresh_token"])
    clock.shift(30)
    t_err(fresh(cast, first["refresh_token"]), 400, "invalid_grant")
    clock.shift(-60)
    t_err(fresh(cast, first["refresh_token"]), 400, "invalid_grant")


def test_rf_06_unused_for_too_long(cast, clock):
    granted = tokens(cast, scope="openid offline_access")
    clock.shift(30 * 86_400 + 1)
    t_err(fresh(cast, granted["refresh_token"]), 400, "invalid_grant")


def test_rf_06_rotation_does_not_move_the_end(make_cast_with, clock):
    cast = make_cast_with(**{"oidc.refresh_absolute_expire": "40d"})
    granted = tokens(cast, scope="openid offline_access")
    for _ in range(2):
        clock.shift(19 * 86_400)
        granted = fresh(cast, granted["refresh_token"]).json
    clock.shift(3 * 86_400)
    t_err(fresh(cast, granted["refresh_token"]), 400, "invalid_grant")


def scope_taken(provider, cast):
    provider.clients[cast.a.client_id].update({"scope": ("openid",)})


CHANGES = {
    "RF-07-disabled": lambda p, c: p.users[c.victim].disable(now=1),
    "RF-07-grant-type": lambda p, c: p.clients[c.a.client_id].update(
        {"grant_types": ("authorization_code",)}
    ),
    "RF-07-consent": lambda p, c: p.grants.get(c.victim, c.a.client_id).end(now=1),
    "RF-07-client-again": lambda p, c: (
        p.clients[c.a.client_id].disable(now=1),
        p.clients[c.a.client_id].enable(),
    ),
    "RF-07-user-again": lambda p, c: (p.users[c.victim].disable(now=1), p.users[c.victim].enable()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_policy_of_today_counts(cast, change):
    granted = tokens(cast, scope="openid offline_access")
    with cast.op.provider() as provider:
        change(provider, cast)
    response = fresh(cast, granted["refresh_token"])
    t_err(response, 400, "invalid_grant", "unauthorized_client")


def test_rf_07_scopes_that_were_taken_back(cast):
    granted = tokens(cast, scope="openid email")
    with cast.op.provider() as provider:
        scope_taken(provider, cast)
    assert fresh(cast, granted["refresh_token"]).json["scope"] == "openid"
    headers = [("Authorization", f"Bearer {granted['access_token']}")]
    assert set(wire.call(cast.op, "/userinfo", headers=headers).json) == {"sub"}


def test_rf_09_the_id_token_says_the_same(cast):
    granted = tokens(cast)
    before = claims_of(granted["id_token"])
    after = claims_of(fresh(cast, granted["refresh_token"]).json["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert before[name] == after[name]
    assert after.get("nonce", before["nonce"]) == before["nonce"]


def test_rf_10_the_sweep_forgets_no_marker(cast):
    code = code_of(cast)
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    fields["redirect_uri"] = cast.a.redirect_uri
    first = cast.post("/token", fields, cast.a).json
    second = fresh(cast, first["refresh_token"]).json
    swept(cast)
    third = fresh(cast, second["refresh_token"]).json
    swept(cast)
    t_err(fresh(cast, first["refresh_token"]), 400, "invalid_grant")
    ended(cast, third)
    t_err(cast.post("/token", fields, cast.a), 400, "invalid_grant")


def swept(cast):
    sweep(cast.op.db, cast.op.runtime.settings, range(256), now=int(time.time()))


def test_rf_07_a_client_of_the_same_name_inherits_nothing(cast):
    browser = cast.browser()
    granted = tokens(cast, browser, scope="openid offline_access")
    with cast.op.provider() as provider:
        provider.clients.delete(provider.clients[cast.a.client_id], now=1)
    cast.op.add_client(cast.a.client_id, redirect_uris=[cast.a.redirect_uri])
    ended(cast, granted)
    silent = cast.authorize(cast.asks(prompt="none"), browser=browser)
    e_redir(silent, "consent_required")

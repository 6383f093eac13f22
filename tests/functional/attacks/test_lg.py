"""LG: what is logged, and what never is."""

import base64
import logging
from urllib.parse import quote

import pytest

from oidc_pyramid.settings import SettingsError, read_settings
from oidc_pyramid.testing import ISSUER, OWN_FORM, SETTINGS, answer_of, bearer
from tests.functional.attacks import wire
from tests.functional.attacks.cast import VERIFIER, challenge
from tests.functional.attacks.handles import cookies_of
from tests.functional.attacks.musts import no_5xx

PASSWORD = "canary-PASSWORD-wq8r7"
SECRET = "canary-SECRET-z5k2m"
VERIFIER_CANARY = "canary-VERIFIER-p0o9i8u7y6t5r4e3w2q1a2s3d4f5g6h7"


@pytest.fixture
def tap(caplog):
    """Every record of every logger, with its traceback, as text."""
    caplog.set_level(logging.DEBUG)
    formatter = logging.Formatter("%(name)s %(message)s")

    def read():
        return "\n".join(formatter.format(record) for record in caplog.records)

    return read


def forms_of(secret):
    """How a secret could look in a log: plain, encoded, or its beginning."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    found = {secret, quote(secret, safe=""), encoded, base64.b16encode(secret.encode()).decode()}
    return found | ({secret[:16]} if len(secret) > 32 else set())


def clean(text, secrets):
    for name, secret in secrets.items():
        for form in forms_of(secret):
            assert form not in text, name


@pytest.fixture
def canary(make_cast_with):
    cast = make_cast_with()
    with cast.op.provider() as provider:
        provider.clients[cast.a.client_id].set_secret(SECRET)
        user = provider.users[cast.victim]
        user.set_password_hash(cast.op.runtime.passwords.hash(PASSWORD), now=1)
    cast.a.secret = SECRET
    return cast


def test_lg_02_a_whole_flow_leaves_no_secret(canary, tap):
    cast, browser = canary, canary.browser()
    asked = cast.asks(
        **challenge(VERIFIER_CANARY), nonce="canary-NONCE-77", state="canary-STATE-88"
    )
    page = browser.get("/authorize", asked).follow()
    form = page.forms["login-form"]
    form["username"], form["password"] = cast.username, f"{PASSWORD}-wrong"
    form.submit(headers=OWN_FORM)
    form["password"] = PASSWORD
    consent = form.submit(headers=OWN_FORM).follow()
    answer = consent.forms["consent-form"].submit("decision", value="allow", headers=OWN_FORM)
    code = answer_of(answer)["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": cast.a.redirect_uri}
    wrong = [("Authorization", "Basic " + base64.b64encode(b"x:canary-WRONG-1").decode())]
    cast.post("/token", fields, headers=wrong)
    granted = cast.post("/token", {**fields, "code_verifier": VERIFIER_CANARY}, cast.a).json
    cast.post("/token", {**fields, "code_verifier": VERIFIER_CANARY}, cast.a)
    again = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    cast.post("/token", again, cast.a)
    browser.get("/userinfo", headers=bearer(granted["access_token"]), status="*")
    wire.call(cast.op, f"/userinfo?access_token={granted['access_token']}")
    cast.post("/introspect", {"token": granted["access_token"]}, cast.a)
    cast.post("/revoke", {"token": granted["access_token"]}, cast.a)
    cast.post("/token", {"client_id": cast.a.client_id, "client_secret": "canary-WRONG-2"})
    wire.call(cast.op, f"/token?client_id=A&client_secret={SECRET}", method="POST")
    browser.get("/end_session", {"id_token_hint": granted["id_token"][:-4]}, status="*")
    jar = cookies_of(browser)
    browser.get("/end_session", {"id_token_hint": granted["id_token"]}, status="*")
    secrets = {
        "password": PASSWORD,
        "wrong password": f"{PASSWORD}-wrong",
        "client secret": SECRET,
        "wrong secrets": "canary-WRONG",
        "verifier": VERIFIER_CANARY,
        "nonce": "canary-NONCE-77",
        "code": code,
        "form token": form["csrf_token"].value,
        "interaction": page.request.url.split("/")[-2],
        **{name: granted[name] for name in ("access_token", "refresh_token", "id_token")},
        **jar,
    }
    text = tap()
    assert "refused" in text
    clean(text, secrets)


def broken(folder, name):
    (folder / f"{name}.pt").write_text("<p>${csrf_token} ${action} ${1 / 0} ${missing}</p>")


@pytest.mark.parametrize("name", ["login", "layout", "error", "form_post"])
def test_lg_02_a_template_that_fails_says_nothing(make_cast_with, tmp_path_factory, tap, name):
    folder = tmp_path_factory.mktemp(f"broken-{name}")
    broken(folder, name)
    cast = make_cast_with(**{"oidc.templates": str(folder)})
    browser, secrets = cast.browser(), {}
    if name == "form_post":
        asked = cast.asks(
            response_mode="form_post", prompt="none", state="canary-STATE-1-" + "x" * 40
        )
        secrets["state"] = asked["state"]
        answers = [browser.get("/authorize", asked, status="*")]
    else:
        location = browser.get("/authorize", cast.asks()).headers["Location"]
        answers = [browser.get(location, status="*"), browser.get("/authorize", status="*")]
        secrets["interaction"] = location.split("/")[-2]
    for response in answers:
        assert response.status_int in {200, 400, 500}
        assert "ZeroDivision" not in response.text
    assert 500 in {response.status_int for response in answers}
    text = tap()
    assert "failed" in text or "unexpected" in text
    clean(text, {**secrets, **cookies_of(browser)})
    assert "csrf_token:" not in text
    assert "Arguments" not in text


def test_lg_02_nothing_leaves_the_application_as_an_exception(make_cast_with, tmp_path_factory):
    folder = tmp_path_factory.mktemp("all-broken")
    for name in ("layout", "error", "login"):
        broken(folder, name)
    cast = make_cast_with(**{"oidc.templates": str(folder)})
    for path in ("/", "/nothing", "/authorize", "/account/login", "/%ff"):
        response = wire.call(cast.op, path)
        assert response.status_int in {400, 404, 500}
        assert response.headers["X-Content-Type-Options"] == "nosniff"


INJECTIONS = ["a\r\nERROR forged", "a\x1b[31mred", "a\u2028b", 'a","level":"x', "a\x00b", "a\x85b"]


@pytest.mark.parametrize("payload", INJECTIONS)
def test_lg_01_one_refusal_is_one_line(shared, tap, caplog, payload):
    raw = payload.encode().decode("latin-1")
    requests = [
        lambda: shared.authorize(shared.asks(client_id=payload)),
        lambda: shared.authorize(shared.asks(redirect_uri=payload)),
        lambda: shared.authorize(shared.asks(scope=payload)),
        lambda: shared.post("/token", {"grant_type": payload}, shared.a),
        lambda: shared.post("/token", {"client_id": payload, "client_secret": payload}),
        lambda: wire.call(shared.op, "/", HTTP_HOST=raw, HTTP_USER_AGENT=raw),
        lambda: wire.call(shared.op, f"/end_session?id_token_hint={quote(payload)}"),
    ]
    for request in requests:
        caplog.clear()
        no_5xx(request())
        mine = [record for record in caplog.records if record.name == "oidc_pyramid.errors"]
        assert len(mine) == 1
        message = mine[0].getMessage()
        assert message.isprintable()
        assert len(message) < 2000


@pytest.mark.parametrize(
    "secret", ["", "seekrit", "changeme", "secret", "x" * 64, "0123456789" * 4, "short"]
)
def test_lg_08_no_secret_that_others_know(secret):
    with pytest.raises(SettingsError) as caught:
        read_settings({"oidc.issuer": ISSUER, "oidc.secret": secret})
    assert "oidc.secret" in str(caught.value)
    assert secret == "" or len(secret) < 8 or secret not in str(caught.value)


def test_lg_08_keys_are_independent(shared):
    opened = shared.op.runtime.safe
    with shared.op.provider() as provider:
        keys = opened.open(provider, shared.op.runtime.settings)
    found = {keys.csrf_key, keys.pairwise_salt, keys.throttle_key}
    assert len(found) == 3
    assert all(len(key) >= 32 for key in found)
    assert not [key for key in found if SETTINGS["oidc.secret"].encode() in key]
    assert SETTINGS["oidc.secret"] not in repr(keys)


def test_lg_02_settings_show_no_secret(shared):
    assert SETTINGS["oidc.secret"] not in repr(shared.op.runtime.settings)
    assert SETTINGS["oidc.secret"] not in repr(shared.op.runtime)


def test_lg_02_an_event_holds_no_secret(canary, tap):
    browser = canary.browser()
    form = browser.get("/account/login").forms["login-form"]
    form["username"], form["password"] = PASSWORD, "x"
    form.submit(headers=OWN_FORM)
    assert "SignInFailed" in tap()
    clean(tap(), {"a password typed as a name": PASSWORD, "verifier": VERIFIER})

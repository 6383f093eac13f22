"""``oidc-pyramid epoch raise``: everybody begins anew."""

import time

import pytest

from oidc_pyramid.testing import (
    answer_of,
    authorization_request,
    authorize,
    bearer,
    code_flow,
    make_provider,
    token_request,
)
from tests.functional.scripts.conftest import Terminal

INI = """\
[app:main]
use = egg:oidc_pyramid
{settings}
"""


@pytest.fixture
def op(tmp_path):
    made = make_provider(
        **{
            "zodbconn.uri": f"sqlite://{tmp_path}/db",
            "oidc.signing_alg": "ES256",
            "oidc.signing_algs": "ES256",
        }
    )
    yield made
    made.db.close()


@pytest.fixture
def terminal(op, tmp_path):
    """The command line beside the running provider."""
    terminal = Terminal(tmp_path)
    lines = "\n".join(f"{key} = {value}" for key, value in op.settings.items())
    terminal.write(INI.format(settings=lines.replace("%", "%%")))
    return terminal


@pytest.mark.parametrize("options", [(), ("--new-roots",)])
def test_everything_issued_is_refused_at_the_next_request(op, terminal, options):
    rp, browser = op.add_client("rp"), op.browser()
    op.add_user()
    tokens = code_flow(op, browser, rp)
    code = answer_of(authorize(op, browser, rp))["code"]
    begun = op.browser().get("/authorize", authorization_request(rp)).location
    assert "Aborted" in terminal.run("epoch", "raise", *options, typed="n\n").output
    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=200)

    said = terminal.says("epoch", "raise", *options, "--yes")
    assert "refused" in said

    browser.get("/userinfo", headers=bearer(tokens["access_token"]), status=401)
    for fields in (
        {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        {"grant_type": "authorization_code", "code": code, "redirect_uri": rp.redirect_uri},
    ):
        answer = token_request(browser, rp, status=400, **fields)
        assert answer["error"] == "invalid_grant"
    op.browser().get(begun, status=400)
    assert "/login" in browser.get("/account", status="*").headers.get("Location", "")
    assert browser.get("/authorize", authorization_request(rp)).location.endswith("/login")

    again = code_flow(op, browser, rp)
    browser.get("/userinfo", headers=bearer(again["access_token"]), status=200)
    browser.get("/account", status=200)


def test_it_never_takes_a_value_again(op, terminal):
    assert terminal.says("epoch", "show").strip() == "1"
    values = []
    for _ in range(3):
        terminal.says("epoch", "raise", "--yes")
        values.append(int(terminal.says("epoch", "show")))
    assert values == sorted(set(values))
    assert values[0] >= int(time.time()) - 60

"""The same races between two processes, and what one of them sees of the other."""

import time

import pytest

from oidc_pyramid.testing import OWN_FORM, bearer
from tests.storage.places import interleave, refresh, together


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_one_code_twice(two):
    rp, person = two.client(), two.person()
    fields = person.code(rp)
    here, (status, bought) = interleave(
        lambda environ: two.token(rp, status=(400,), environ=environ, **fields),
        lambda: two.elsewhere(rp, **fields),
    )
    assert (status, here["error"]) == (200, "invalid_grant")
    assert two.elsewhere(rp, **refresh(bought))[0] == 400


@pytest.mark.spec("RFC 9700", "4.14.2")
def test_one_refresh_token_twice_has_one_successor(two):
    rp, person = two.client(), two.person()
    tokens = person.tokens(rp)
    here, (status, there) = interleave(
        lambda environ: two.token(rp, environ=environ, **refresh(tokens)),
        lambda: two.elsewhere(rp, **refresh(tokens)),
    )
    assert status == 200
    assert here["refresh_token"] == there["refresh_token"]
    assert two.elsewhere(rp, **refresh(here))[0] == 200


@pytest.mark.spec("RFC 7009", "2.1")
def test_revocation_overtakes_a_refresh(two):
    rp, person = two.client(), two.person()
    tokens = person.tokens(rp)
    here, (status, _) = interleave(
        lambda environ: two.token(rp, status=(400,), environ=environ, **refresh(tokens)),
        lambda: two.elsewhere(rp, "revoke", token=tokens["refresh_token"]),
    )
    assert (status, here["error"]) == (200, "invalid_grant")


@pytest.mark.parametrize("kind", ["code", "refresh token"])
def test_an_operator_overtakes_tokens(two, kind):
    rp, person = two.client(), two.person()
    fields = person.code(rp) if kind == "code" else refresh(person.tokens(rp))
    here, _ = interleave(
        lambda environ: two.token(rp, status=(400,), environ=environ, **fields),
        lambda: two.command("user", "disable", person.username),
    )
    assert here["error"] == "invalid_grant"


def test_an_operator_takes_the_name_that_somebody_signs_up_with(two):
    name = f"carol{time.time_ns()}"
    browser = two.op.browser()
    form = browser.get("/account/signup").forms["signup-form"]
    form["username"] = name
    form["password"] = form["password_again"] = "a long password"

    def sign_up(environ):
        browser.extra_environ.update(environ)
        return form.submit(headers=OWN_FORM)

    page, _ = interleave(
        sign_up,
        lambda: two.command("user", "add", name, "--password-stdin", typed="a long password\n"),
    )
    assert "taken" in page.text


def test_a_revocation_there_is_seen_here_at_once(two):
    rp, person = two.client(), two.person()
    for _ in range(10):
        tokens = person.tokens(rp)
        headers = bearer(tokens["access_token"])
        person.browser.get("/userinfo", headers=headers, status=200)
        assert two.elsewhere(rp, "revoke", token=tokens["refresh_token"])[0] == 200
        person.browser.get("/userinfo", headers=headers, status=401)


def in_both(two, rp, fields, *, status):
    """The answers to one request that comes three times here and three times there."""
    here = [lambda: two.token(rp, status=status, **fields)] * 3
    there = [lambda: two.elsewhere(rp, **fields)[1]] * 3
    return together(*here, *there)


def test_many_at_once_in_two_processes(two):
    """Each code buys tokens once; the others are told so, and nobody is blamed for a conflict."""
    rp, person = two.client(), two.person()
    for _ in range(4):
        fields = person.code(rp)
        answers = in_both(two, rp, fields, status=(200, 400))
        assert sum("access_token" in answer for answer in answers) == 1
        assert {answer.get("error") for answer in answers} == {None, "invalid_grant"}


def test_many_refreshes_at_once_in_two_processes(two):
    rp, person = two.client(), two.person()
    tokens = person.tokens(rp)
    for _ in range(4):
        answers = in_both(two, rp, refresh(tokens), status=(200,))
        assert len({answer["refresh_token"] for answer in answers}) == 1
        tokens = answers[0]


def test_the_command_line_works_while_the_server_runs(two):
    rp = two.client()
    two.command("client", "update", rp.client_id, "--name", "Changed")
    with two.op.provider() as provider:
        assert provider.clients[rp.client_id].client_name == "Changed"

"""Whether and when the person has to act."""

import secrets
import string

import pytest

UNRESERVED = string.ascii_letters + string.digits + "-._~"
NOBODY = (
    "login_required",
    "interaction_required",
    "account_selection_required",
    "consent_required",
)


def same(first, second, *names):
    """The two ID Tokens agree about these claims; nothing to compare without an ID Token."""
    if first.id_token is not None:
        assert [first.id_token[n] for n in names] == [second.id_token[n] for n in names]


@pytest.mark.conformance("oidcc-prompt-login")
@pytest.mark.spec("Core", "3.1.2.1")
def test_prompt_login_asks_again(party, clock):
    first = party.complete()
    clock.shift(1)
    second = party.complete(prompt="login")
    assert second.answer.pages == ["login"]
    same(first, second, "sub")
    if first.id_token is not None:
        assert second.id_token["auth_time"] > first.id_token["auth_time"]


@pytest.mark.conformance("oidcc-prompt-none-not-logged-in")
@pytest.mark.spec("Core", "3.1.2.1")
@pytest.mark.spec("Core", "3.1.2.6")
def test_prompt_none_without_a_session(party):
    state = "".join(secrets.choice(UNRESERVED) for _ in range(128))
    answer = party.refused(party.ask(prompt="none", state=state), *NOBODY)
    assert answer.params["state"] == state
    assert answer.transport == party.flow.transport


@pytest.mark.conformance("oidcc-prompt-none-logged-in")
@pytest.mark.spec("Core", "3.1.2.1")
def test_prompt_none_with_a_session(party, clock):
    first = party.complete()
    clock.shift(5)
    second = party.complete(prompt="none")
    assert second.answer.pages == []
    same(first, second, "sub", "auth_time")


@pytest.mark.conformance("oidcc-max-age-1")
@pytest.mark.spec("Core", "3.1.2.1")
def test_max_age_that_has_passed(party, clock):
    first = party.complete()
    clock.shift(2)
    second = party.complete(max_age="1")
    assert second.answer.pages == ["login"]
    same(first, second, "sub")
    if first.id_token is not None:
        assert second.id_token["auth_time"] >= first.id_token["auth_time"] + 2


@pytest.mark.conformance("oidcc-max-age-10000")
@pytest.mark.spec("Core", "3.1.2.1")
def test_max_age_that_has_not_passed(party, clock):
    first = party.complete(max_age="15000")
    clock.shift(2)
    second = party.complete(max_age="10000")
    assert second.answer.pages == []
    same(first, second, "sub", "auth_time")


@pytest.mark.conformance("oidcc-id-token-hint")
@pytest.mark.spec("Core", "3.1.2.1")
def test_id_token_hint(party, clock):
    first = party.complete()
    if first.raw_id_token is None:
        return
    clock.shift(2)
    second = party.complete(prompt="none", id_token_hint=first.raw_id_token)
    assert second.answer.pages == []
    same(first, second, "sub")

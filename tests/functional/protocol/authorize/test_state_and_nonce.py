"""What the client gets back unchanged: ``state`` in the answer, ``nonce`` in the ID Token."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, code_flow, redeem
from tests.functional.protocol.steps import ask, code_for, decoded, error_of

ODD = "a b+c%20&=?#/\"'<>\\{}|^~`;:@,.-_!$()*[]ümläut€𝄞"


@pytest.mark.spec("RFC 6749", "4.1.2")
@pytest.mark.spec("RFC 6749", "B")
@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_state_comes_back_as_it_was(op, rp, browser, mode):
    assert answer_of(authorize(op, browser, rp, state=ODD, response_mode=mode))["state"] == ODD


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_without_state_there_is_none_in_the_answer(op, rp, browser):
    assert set(answer_of(authorize(op, browser, rp, state=None))) == {"code", "iss"}


@pytest.mark.spec("RFC 6749", "3.1")
def test_an_empty_state_counts_as_omitted(op, rp, browser):
    assert set(answer_of(authorize(op, browser, rp, state=""))) == {"code", "iss"}


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_two_kilobytes_of_state_survive_all_pages(op, rp, browser):
    state = "s" * 2048
    assert answer_of(authorize(op, browser, rp, state=state))["state"] == state


@pytest.mark.spec("RFC 6749", "4.1.2.1")
def test_a_longer_state_is_told_to_the_client(rp, browser):
    response = ask(browser, rp, state="s" * 2049)
    assert error_of(response, rp) == "invalid_request"
    assert "state" not in answer_of(response)


@pytest.mark.spec("Core", "2")
@pytest.mark.spec("Core", "3.1.2.1")
def test_nonce_is_in_the_id_token(op, rp, browser):
    assert decoded(code_flow(op, browser, rp, nonce=ODD)["id_token"])["nonce"] == ODD


@pytest.mark.spec("Core", "2")
def test_without_nonce_there_is_none_in_the_id_token(op, rp, browser):
    assert "nonce" not in decoded(code_flow(op, browser, rp, nonce=None)["id_token"])


@pytest.mark.spec("Core", "2")
@pytest.mark.spec("RFC 6749", "4.1.2")
@pytest.mark.parametrize("length", [128, 256, 300, 512, 1024])
def test_a_nonce_that_does_not_fit_into_the_code_is_kept(op, rp, browser, length):
    nonce = "n" * length
    code = code_for(op, browser, rp, nonce=nonce)
    assert len(code) <= 512
    assert decoded(redeem(browser, rp, code)["id_token"])["nonce"] == nonce


@pytest.mark.spec("Core", "3.1.2.6")
def test_a_nonce_without_end_is_refused(rp, browser):
    assert error_of(ask(browser, rp, nonce="n" * 1025), rp) == "invalid_request"


@pytest.mark.spec("Core", "3.1.2.6")
def test_a_request_that_is_too_long_for_an_address_names_par(rp, browser):
    response = ask(browser, rp, state="s" * 2048, nonce="n" * 1024)
    assert error_of(response, rp) == "invalid_request"
    assert "PAR" in answer_of(response)["error_description"]


@pytest.mark.spec("Core", "3.2.2.11")
def test_nonce_in_the_front_channel(op, implicit, browser):
    answer = answer_of(authorize(op, browser, implicit, response_type="id_token", nonce=ODD))
    assert decoded(answer["id_token"])["nonce"] == ODD

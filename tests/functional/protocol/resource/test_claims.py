"""What a client learns of a person, and where (Core §5.3, §5.4)."""

import pytest

from oidc_pyramid.testing import answer_of, authorize, bearer, code_flow
from tests.functional.protocol.steps import decoded

pytestmark = [pytest.mark.spec("Core", "5.4")]
ALL = "openid profile email phone address"


@pytest.fixture
def ask(op, rp, browser):
    """UserInfo of a person with these claims."""

    def claims(scope=ALL, **known):
        name = f"grace-{rp.client_id}"
        known_as = op.add_user(name, "twinkle little bat", **known)
        tokens = code_flow(
            op, browser, rp, username=name, password="twinkle little bat", scope=scope
        )
        found = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
        assert found.pop("sub") == known_as
        found.pop("updated_at", None)
        return found, name

    return claims


@pytest.mark.spec("Core", "5.3.2")
def test_what_has_no_value_is_left_out(ask):
    claims, name = ask(nickname="", picture=None, website="https://x.example/")
    assert claims == {"preferred_username": name, "website": "https://x.example/"}


@pytest.mark.spec("Core", "5.3.2")
def test_false_is_a_value(ask):
    claims, _ = ask("openid email phone", email="g@example.org", phone_number="+44 1")
    assert claims == {
        "email": "g@example.org",
        "email_verified": False,
        "phone_number": "+44 1",
        "phone_number_verified": False,
    }


@pytest.mark.spec("Core", "5.3.2")
def test_nothing_is_verified_that_is_not_there(ask):
    assert ask("openid email phone")[0] == {}


@pytest.mark.spec("Core", "5.1.1")
def test_an_address_is_an_object_without_empty_parts(ask):
    claims, _ = ask("openid address", address_locality="Oxford", address_country="England")
    assert claims["address"] == {
        "formatted": "Oxford\nEngland",
        "locality": "Oxford",
        "country": "England",
    }


@pytest.mark.spec("Core", "5.1")
def test_a_name_is_made_from_its_parts(ask):
    claims, _ = ask("openid profile", given_name="Grace", family_name="Hopper")
    assert claims["name"] == "Grace Hopper"


@pytest.mark.spec("Core", "13.3")
def test_letters_of_every_script(ask):
    assert (
        ask("openid profile", name="爱丽丝 \U0001d49c é\u0301")[0]["name"]
        == "爱丽丝 \U0001d49c é\u0301"
    )


def test_each_scope_has_its_claims_and_no_others(op, rp, browser):
    token = code_flow(op, browser, rp, scope="openid email")["access_token"]
    claims = browser.get("/userinfo", headers=bearer(token)).json
    assert set(claims) == {"sub", "email", "email_verified"}


def test_claims_are_as_they_are_now(op, rp, browser):
    name = f"henry-{rp.client_id}"
    henry = op.add_user(name, "jam tomorrow and", name="Henry")
    tokens = code_flow(
        op, browser, rp, username=name, password="jam tomorrow and", scope="openid profile"
    )
    op.change_user(henry, lambda user: user.update({"name": "Harry"}, now=2))
    claims = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json
    assert (claims["name"], claims["updated_at"]) == ("Harry", 2)


@pytest.mark.spec("Core", "2")
def test_the_id_token_holds_no_profile(op, rp, browser):
    claims = decoded(code_flow(op, browser, rp, scope=ALL)["id_token"])
    expected = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "sid", "at_hash"}
    assert set(claims) == expected


def test_the_id_token_holds_it_where_there_is_nothing_else(op, implicit, browser):
    response = authorize(op, browser, implicit, response_type="id_token", scope=ALL)
    claims = decoded(answer_of(response)["id_token"])
    assert (claims["name"], claims["email"]) == ("Alice Liddell", "alice@example.org")


def test_the_id_token_holds_it_where_the_deployment_says_so(own_op):
    op = own_op(id_token_include_claims="true")
    browser = op.browser()
    tokens = code_flow(op, browser, op.add_client(), scope="openid email")
    assert decoded(tokens["id_token"])["email"] == "alice@example.org"
    assert "name" not in decoded(tokens["id_token"])


@pytest.mark.spec("Core", "2")
def test_the_times_in_the_id_token(own_op, clock):
    op = own_op(id_token_expire="5m")
    browser = op.browser()
    claims = decoded(code_flow(op, browser, op.add_client())["id_token"])
    assert claims["exp"] - claims["iat"] == 300


@pytest.mark.spec("Core", "8.1")
def test_a_pairwise_subject_is_another_one_for_each_sector(op, add_client, alice, browser):
    pair = [add_client(subject_type="pairwise") for _ in range(2)]
    subjects = []
    for rp in pair:
        tokens = code_flow(op, browser, rp)
        told = browser.get("/userinfo", headers=bearer(tokens["access_token"])).json["sub"]
        assert told == decoded(tokens["id_token"])["sub"]
        assert told == decoded(code_flow(op, browser, rp)["id_token"])["sub"]
        subjects.append(told)
    assert len({alice, *subjects}) == 3

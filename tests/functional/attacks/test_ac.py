"""AC: who has an account is nobody's business, and guessing is slow for the guesser alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from oidc_pyramid.models.users import User, UsernameTaken
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.testing import OWN_FORM
from tests.functional.attacks.cast import PASSWORD
from tests.functional.attacks.musts import e_page, no_5xx, without_id
from tests.functional.attacks.person import attempt, entered

SMALL = {
    "oidc.throttle_account": "3",
    "oidc.throttle_address": "8",
    "oidc.remember_devices": "true",
}


@pytest.fixture
def hashes(monkeypatch):
    """How often a password was hashed or verified."""
    calls = []
    plain = Passwords.verify

    def counted(self, hashed, password):
        calls.append(hashed)
        return plain(self, hashed, password)

    monkeypatch.setattr(Passwords, "verify", counted)
    return calls


@pytest.fixture
def people(cast):
    """Somebody, somebody disabled, somebody without a password, and names of nobody."""
    for name in ("disabled", "passwordless"):
        cast.op.add_user(f"{name}-{cast.username}", PASSWORD)
    with cast.op.provider() as provider:
        provider.users.by_username(f"disabled-{cast.username}").disable(now=1)
        provider.users.by_username(f"passwordless-{cast.username}").password_hash = None
    return [
        cast.username,
        f"disabled-{cast.username}",
        f"passwordless-{cast.username}",
        "nobody",
        "no body",
        "us\u0435r",
        "x" * 300,
    ]


def test_ac_01_every_wrong_pair_looks_alike(cast, people):
    pages = set()
    for name in people:
        response = attempt(cast.browser(), name, "a guess")
        assert response.status_int == 200
        text = without_id(response).replace(f'value="{name}"', 'value="-"')
        length = len(response.headers)
        pages.add((text, length, response.headers.get("Set-Cookie")))
    assert len(pages) == 1


def test_ac_02_every_wrong_pair_costs_one_verification(cast, people, hashes):
    for name in people:
        del hashes[:]
        attempt(cast.browser(), name, "a guess")
        assert len(hashes) == 1, name


def test_ac_02_a_long_password_costs_the_same_for_all(cast, people, hashes):
    for name in people[:4]:
        del hashes[:]
        attempt(cast.browser(), name, "x" * 5000)
        assert len(hashes) == 1, name


def test_ac_02_the_decoy_has_the_current_parameters(cast):
    passwords = cast.op.runtime.passwords
    assert not passwords.outdated(passwords._decoy)


def test_ac_03_ten_guesses_and_no_more(make_cast_with, hashes):
    cast = make_cast_with(**SMALL)
    answers = [attempt(cast.browser(), cast.username, f"guess {n}") for n in range(3)]
    evaluated = len(hashes)
    right, wrong = (attempt(cast.browser(), cast.username, p) for p in (PASSWORD, "a guess"))
    assert evaluated == len(answers) == 3
    assert len(hashes) == evaluated
    assert not entered(right)
    assert without_id(right) == without_id(wrong)


def test_ac_03_a_name_of_nobody_closes_alike(make_cast_with):
    cast = make_cast_with(**SMALL)
    texts = []
    for name in (cast.username, "nobody"):
        for n in range(3):
            attempt(cast.browser(), name, f"guess {n}")
        text = without_id(attempt(cast.browser(), name, "again"))
        texts.append(text.replace(f'value="{name}"', ""))
    assert texts[0] == texts[1]


def test_ac_03_the_owner_is_not_locked_out(make_cast_with):
    cast = make_cast_with(**SMALL)
    home = cast.browser()
    assert entered(attempt(home, cast.username, PASSWORD))
    for n in range(5):
        attempt(cast.browser(), cast.username, f"guess {n}", REMOTE_ADDR="198.51.100.9")
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))
    assert entered(attempt(home, cast.username, PASSWORD))


def test_ac_03_a_known_device_does_not_guess_for_ever(make_cast_with):
    cast = make_cast_with(**SMALL)
    home = cast.browser()
    attempt(home, cast.username, PASSWORD)
    for n in range(3):
        attempt(home, cast.username, f"guess {n}")
    assert not entered(attempt(home, cast.username, PASSWORD))


def test_ac_03_the_device_of_one_is_unknown_for_another(make_cast_with):
    cast = make_cast_with(**SMALL)
    other = f"other-{cast.username}"
    cast.op.add_user(other, PASSWORD)
    home = cast.browser()
    attempt(home, other, PASSWORD)
    for n in range(3):
        attempt(home, cast.username, f"guess {n}")
    assert not entered(attempt(home, cast.username, PASSWORD))
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))


def test_ac_03_spraying_closes_the_address(make_cast_with):
    cast = make_cast_with(**SMALL)
    for n in range(8):
        attempt(cast.browser(), f"name{n}", "Summer2026")
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))
    elsewhere = attempt(cast.browser(), cast.username, PASSWORD, REMOTE_ADDR="198.51.100.10")
    assert entered(elsewhere)


def test_ac_03_many_guesses_at_once(make_cast_with):
    cast = make_cast_with(**SMALL, **{"oidc.password_hash_concurrency": "8"})
    browsers = [cast.browser() for _ in range(12)]
    gate = threading.Barrier(len(browsers))

    def guess(pair):
        number, browser = pair
        page = browser.get("/account/login").forms["login-form"]
        page["username"], page["password"] = cast.username, f"guess {number}"
        gate.wait(20)
        return browser.post("/account/login", page.submit_fields(), headers=OWN_FORM, status="*")

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(guess, enumerate(browsers)))
    told = [answer for answer in answers if "Wrong user name" in answer.text]
    assert len(told) <= 3
    assert {answer.status_int for answer in answers} <= {200, 503}
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))


def test_ac_03_after_the_window_all_is_well(make_cast_with, clock):
    cast = make_cast_with(**SMALL)
    for n in range(4):
        attempt(cast.browser(), cast.username, f"guess {n}")
    clock.shift(601)
    assert entered(attempt(cast.browser(), cast.username, PASSWORD))


FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP")


def test_ac_04_headers_do_not_change_the_address(make_cast_with):
    cast = make_cast_with(**SMALL)
    for n in range(8):
        headers = dict.fromkeys(FORWARDED, f"203.0.113.{n}")
        attempt(cast.browser(**headers), f"name{n}", "Summer2026")
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))


def test_ac_04_one_network_is_one_address(make_cast_with):
    cast = make_cast_with(**SMALL)
    for n in range(8):
        where = f"2001:db8:77:1::{n + 1:x}"
        attempt(cast.browser(), f"name{n}", "Summer2026", REMOTE_ADDR=where)
    late = attempt(cast.browser(), cast.username, PASSWORD, REMOTE_ADDR="2001:db8:77:1:ffff::9")
    assert not entered(late)


@pytest.mark.parametrize("where", ["", "unknown", "fe80::1%eth0", "x" * 65_536, "1.2.3.4, 5.6.7.8"])
def test_wb_14_odd_addresses(shared, where):
    no_5xx(attempt(shared.browser(), "nobody", "a guess", REMOTE_ADDR=where))


def test_ac_04_spellings_of_a_name_are_one_name(make_cast_with):
    cast = make_cast_with(**SMALL)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in cast.username)
    for name in (cast.username.upper(), wide, cast.username.title()):
        attempt(cast.browser(), name, "a guess")
    assert not entered(attempt(cast.browser(), cast.username, PASSWORD))


PASSWORDS = {
    "AC-05-long": "x" * 1024,
    "AC-05-73-bytes": "x" * 72 + "y",
    "AC-05-spaces": "  spaces around  ",
    "AC-05-decomposed": "pa\u0308sswort der Grete",
    "AC-05-composed": "p\u00e4sswort der Grete",
    "AC-05-astral": "\U0001f511" * 20,
}


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_odd_passwords_work_and_are_not_cut(cast, password):
    name = f"odd-{cast.username}"
    cast.op.add_user(name, password)
    assert entered(attempt(cast.browser(), name, password))
    for other in (password[:-1], password[:72], password.strip()):
        if other != password:
            assert not entered(attempt(cast.browser(), name, other))


def test_ac_05_one_password_in_two_encodings(cast):
    name = f"grete-{cast.username}"
    cast.op.add_user(name, PASSWORDS["AC-05-decomposed"])
    assert entered(attempt(cast.browser(), name, PASSWORDS["AC-05-composed"]))


def test_ac_05_a_password_over_the_limit_is_no_password(cast):
    assert not entered(attempt(cast.browser(), cast.username, "x" * 1025))
    assert not entered(attempt(cast.browser(), cast.username, ""))


@pytest.mark.parametrize("body", ["x" * 1_100_000, "a%00b", "%ff", "%ed%a0%80"])
def test_ac_05_what_is_no_form(cast, body):
    page = cast.browser().get("/account/login")
    token = page.forms["login-form"]["csrf_token"].value
    sent = f"csrf_token={token}&username=nobody&password={body}"
    e_page(page.test_app.post("/account/login", sent, headers=OWN_FORM, status="*"))


def test_ac_06_hashing_waits_its_turn_or_says_so(make_cast_with):
    cast = make_cast_with(**{"oidc.password_hash_concurrency": "1", "oidc.password_hash_wait": "0"})
    with cast.op.runtime.passwords._slot():
        busy = attempt(cast.browser(), cast.username, PASSWORD)
        assert cast.browser().get("/.well-known/openid-configuration").status_int == 200
    assert busy.status_int == 503
    assert int(busy.headers["Retry-After"]) >= 1
    assert entered(attempt(cast.browser(), cast.username, PASSWORD))


SPELLINGS = {
    "AC-07-full-width": "\uff46iona",
    "AC-07-upper": "FIONA",
    "AC-07-ligature": "\ufb01ona",
    "AC-07-ordinal": "fion\u00aa",
}
ODD_NAMES = {
    "AC-07-space-after": "fiona ",
    "AC-07-space-inside": "fi ona",
    "AC-07-cyrillic": "fi\u043ena",
    "AC-07-zero-width": "fiona\u200b",
    "AC-07-zero-width-joiner": "fi\u200dona",
    "AC-07-right-to-left": "fiona\u202e",
    "AC-07-grapheme-joiner": "fiona\u034f",
    "AC-07-variation": "fiona\ufe0f",
    "AC-07-variation-supplement": "fiona\U000e0100",
    "AC-07-mongolian": "fiona\u180b",
    "AC-07-khmer": "fiona\u17b4",
    "AC-07-hangul-filler": "\u3164",
    "AC-07-braille-blank": "fiona\u2800",
    "AC-07-hyphen": "fi\u2010ona",
    "AC-07-slash": "fiona\u2044x",
    "AC-07-noncharacter": "fiona\uffff",
    "AC-07-control": "fi\x1bona",
    "AC-07-empty": "",
    "AC-07-long": "f" * 255,
}


@pytest.mark.parametrize("name", SPELLINGS.values(), ids=SPELLINGS)
def test_one_name_for_one_person(cast, name):
    with cast.op.provider() as provider:
        if provider.users.by_username("fiona") is None:
            provider.users.add(User("fiona", now=1))
    with cast.op.provider() as provider, pytest.raises(UsernameTaken):
        provider.users.add(User(name, now=1))


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_names_that_nobody_may_take(name):
    with pytest.raises(ValueError):
        User(name, now=1)


def test_ac_07_and_not_by_sign_up(make_cast_with):
    cast = make_cast_with(**{"oidc.signup": "true"})
    for name in (cast.username.upper(), f" {cast.username} ", f"{cast.username}\u034f"):
        page = cast.browser().get("/account/signup")
        form = page.forms["signup-form"]
        form["username"], form["password"], form["password_again"] = name, PASSWORD, PASSWORD
        assert form.submit(headers=OWN_FORM).status_int == 200
    with cast.op.provider() as provider:
        found = [u for u in provider.users if u.username.strip().lower().startswith(cast.username)]
    assert len(found) == 1


def test_ac_20_sign_up_is_off_unless_it_is_wanted(shared):
    assert shared.browser().get("/account/signup", status="*").status_int == 404
    assert shared.browser().post("/account/signup", status="*").status_int == 404

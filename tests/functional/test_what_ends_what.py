"""The table of docs/reference/what-ends-what.md, cell by cell: what is written there is true."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import time_machine

from oidc_pyramid import testing
from oidc_pyramid.logout import end_sessions
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.testing import OWN_FORM, answer_of, authorize, bearer, code_flow, redeem

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "what-ends-what.md"
START = 1_800_000_000
DAY = 24 * 3600
SCOPE = "openid email"
OUT = "https://rp.example/out"
LONG = {f"oidc.{name}_expire": "60d" for name in ("code", "token", "interaction", "refresh")}


@cache
def keys():
    return (new_key("RS256"), new_key("ES256"))


@dataclass
class World:
    """Alice and Bob at one browser (``here``), Alice at another too, and what a client holds."""

    op: Any
    rp: Any
    here: Any
    elsewhere: Any
    alice: str
    bound: dict
    offline: dict
    codes: dict
    pending: str
    spent: str
    clock: Any = None
    answer: Any = None

    def refresh(self, token, status=None):
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.post("token", form, status=status)

    def post(self, name, form, status=None):
        client = self.op.browser()
        return client.post(f"/{name}", form, headers=self.rp.basic, status=status or "*")


def make_world():
    op = testing.make_provider(keys=keys(), **LONG)
    rp = op.add_client(
        "rp",
        client_name="Books",
        backchannel_logout_uri="https://rp.example/back",
        frontchannel_logout_uri="https://rp.example/front",
        post_logout_redirect_uris=(OUT,),
    )
    op.add_client("chooser", redirect_uris=["https://chooser.example/cb"])
    alice = op.add_user("alice", "wonderland", email="alice@example.org")
    op.add_user("bob", "builder's yard")
    here, elsewhere = op.browser(), op.browser()
    for browser, name, password in (
        (here, "bob", "builder's yard"),
        (here, "alice", "wonderland"),
        (elsewhere, "alice", "wonderland"),
    ):
        testing.sign_in(browser, browser.get("/account/login"), name, password)
    spent = answer_of(authorize(op, here, rp, scope=SCOPE))["code"]
    bound = redeem(here, rp, spent)
    offline = code_flow(op, here, rp, scope=f"{SCOPE} offline_access")
    codes = {
        kind: answer_of(authorize(op, here, rp, scope=scope))["code"]
        for kind, scope in (("session", SCOPE), ("offline", f"{SCOPE} offline_access"))
    }
    pending = {"scope": SCOPE, "prompt": "consent", "id_token_hint": bound["id_token"]}
    answer = here.get("/authorize", testing.authorization_request(rp, **pending))
    return World(
        op, rp, here, elsewhere, alice, bound, offline, codes, answer.headers["Location"], spent
    )


def change_password(world):
    form = world.here.get("/account/password").forms["password-form"]
    form["current_password"] = "wonderland"
    form["new_password"] = form["new_password_again"] = "a looking glass"
    world.answer = form.submit(headers=OWN_FORM)
    assert world.answer.html.find(id="password-done") is not None


def operator_ends(change):
    """What ``oidc-pyramid user ...`` does: the change, and the sessions told of."""

    def event(world):
        with world.op.provider() as provider:
            change(provider, provider.users[world.alice], START)
            end_sessions(provider, world.alice, now=START)

    return event


def delete_user(provider, user, now):
    for grant in list(provider.grants.of(user.id)):
        grant.end(now=now)
    provider.users.delete(user, now=now)


def in_database(change):
    def event(world):
        with world.op.provider() as provider:
            change(provider)

    return event


def take_back(world):
    page = world.here.get("/account")
    form = next(f for f in page.forms.values() if "applications" in f.action)
    world.answer = form.submit("client_id", value="rp", headers=OWN_FORM)


def withdraw_email(world):
    with world.op.provider() as provider:
        provider.grants.get(world.alice, "rp").withdraw(("email",))


def sign_out(world):
    form = world.here.get("/account").forms["logout-form"]
    world.answer = form.submit(headers=OWN_FORM)


def sign_out_by_hint(world):
    params = {"id_token_hint": world.bound["id_token"], "post_logout_redirect_uri": OUT}
    world.answer = world.here.get("/end_session", params)


def sign_out_everybody(world):
    form = next(iter(world.here.get("/end_session").forms.values()))
    world.answer = form.submit("decision", value="logout", headers=OWN_FORM)


def sign_out_everywhere_else(world):
    form = world.elsewhere.get("/account").forms["other-sessions-form"]
    world.answer = form.submit("others", headers=OWN_FORM)


def age(seconds):
    """Let time pass; nobody looks at a page of ours meanwhile."""

    def event(world):
        world.clock.move_to(START + seconds)

    return event


def revoke(kind, name):
    return lambda world: world.post("revoke", {"token": getattr(world, kind)[name]}, 200)


def replay_code(world):
    form = {"grant_type": "authorization_code", "code": world.spent}
    world.post("token", {**form, "redirect_uri": world.rp.redirect_uri}, 400)


def reuse_refresh_token(world):
    fresh = world.refresh(world.bound["refresh_token"], 200).json
    world.clock.move_to(START + 60)
    world.refresh(world.bound["refresh_token"], 400)
    world.bound = fresh


def client_changes(**metadata):
    return lambda world: world.op.change_client("rp", **metadata)


def new_secret(world):
    world.rp.secret = "another secret"
    with world.op.provider() as provider:
        provider.clients["rp"].set_secret(world.rp.secret)


def give_id_away(world):
    """To a client that is like the first one in everything but its history."""
    with world.op.provider() as provider:
        provider.clients.delete(provider.clients["rp"], now=START)
    world.op.add_client("rp", client_name="Books")


EVENTS = {
    "A new password, by the person": change_password,
    "A new password, by the operator": operator_ends(
        lambda _provider, user, now: user.set_password_hash("x", now=now)
    ),
    "The account is disabled": operator_ends(lambda _provider, user, now: user.disable(now=now)),
    "The account is deleted": operator_ends(delete_user),
    "The application is taken back": take_back,
    "A scope is withdrawn": withdraw_email,
    "The client is disabled": in_database(lambda p: p.clients["rp"].disable(now=START)),
    "The client is deleted": in_database(lambda p: p.clients.delete(p.clients["rp"], now=START)),
    "The client's id is given to another": give_id_away,
    "Sign-out of this account": sign_out,
    "Sign-out by the client, with a hint": sign_out_by_hint,
    "Sign-out of everybody in this browser": sign_out_everybody,
    "Sign-out everywhere else": sign_out_everywhere_else,
    "The session is idle too long": age(DAY),
    "The session is too old": age(8 * DAY),
    "The access token is revoked": revoke("bound", "access_token"),
    "The refresh token is revoked": revoke("bound", "refresh_token"),
    "A code comes twice": replay_code,
    "An old refresh token comes again": reuse_refresh_token,
    "The client loses a scope": client_changes(scope=("openid", "offline_access")),
    "The client gets another redirect URI": client_changes(
        redirect_uris=("https://books.example/cb",)
    ),
    "The client gets another name": client_changes(client_name="Library"),
    "The client gets another secret": new_secret,
    "The epoch is raised": in_database(lambda p: p.raise_epoch(now=int(time.time()))),
}


def who_is_signed_in(op, browser):
    rp = testing.RelyingParty("chooser", "", "https://chooser.example/cb")
    asked = testing.authorization_request(rp, prompt="select_account")
    page = browser.get("/authorize", asked).follow()
    return {button.text.strip() for button in page.html.find_all(class_="account-choice")}


def present(found, name):
    return "stays" if any(name in text for text in found) else "ends"


def told(world):
    with world.op.provider() as provider:
        back = any(m.client_id == "rp" for m in provider.outbox.due(now=2**40))
    page = world.answer.html if world.answer is not None and world.answer.body else None
    front = page is not None and page.find("iframe", class_="told") is not None
    return {"back channel": _told(back), "front channel": _told(front)}


def _told(yes):
    return "told" if yes else "not told"


def consent(world):
    with world.op.provider() as provider:
        grant = provider.grants.get(world.alice, "rp")
        client = provider.clients.get("rp")
        if grant is None or client is None:
            return "ends"
        know = {"now": int(grant.granted_at), "consent_generation": client.consent_generation}
        if grant.recalls(("openid", "email"), **know):
            return "stays"
        return "narrower" if grant.recalls(("openid",), **know) else "ends"


def pending(world):
    answer = world.here.get(world.pending, status="*")
    location = answer.headers.get("Location", "")
    if answer.status_int == 200:
        return "stays"
    return "asks again" if location.endswith(("/login", "/consent")) else "ends"


def scope_left(answer):
    if answer.status_int != 200:
        return "ends"
    return "stays" if "email" in answer.json["scope"].split() else "narrower"


def code(world, kind):
    form = {"grant_type": "authorization_code", "code": world.codes[kind]}
    return scope_left(world.post("token", {**form, "redirect_uri": world.rp.redirect_uri}))


def access(world, tokens):
    answer = world.op.browser().get("/userinfo", headers=bearer(tokens["access_token"]), status="*")
    if answer.status_int != 200:
        return "ends"
    return "stays" if "email" in answer.json else "narrower"


@cache
def observed(event):
    """What is left of everything after one event."""
    with time_machine.travel(START, tick=False) as clock:
        world = make_world()
        world.clock = clock
        EVENTS[event](world)
        here = who_is_signed_in(world.op, world.here)
        elsewhere = who_is_signed_in(world.op, world.elsewhere)
        return {
            "this session": present(here, "alice"),
            "other accounts here": present(here, "bob"),
            "other browsers": present(elsewhere, "alice"),
            **told(world),
            "remembered consent": consent(world),
            "pending sign-in": pending(world),
            "code": code(world, "session"),
            "code, offline": code(world, "offline"),
            "access token": access(world, world.bound),
            "access token, offline": access(world, world.offline),
            "refresh token": scope_left(world.refresh(world.bound["refresh_token"])),
            "refresh token, offline": scope_left(world.refresh(world.offline["refresh_token"])),
        }


def written():
    """Every cell of the page's tables: event, column, word."""
    heads: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if not cells:
            heads = []
        elif not heads:
            heads = cells
        elif not set(line) <= set("|-: "):
            yield from ((cells[0], *pair) for pair in zip(heads[1:], cells[1:], strict=True))


@pytest.mark.parametrize("event, column, word", list(written()))
def test_what_is_written_is_true(event, column, word):
    assert observed(event)[column] == word


def test_every_event_has_its_cells():
    assert {(event, column) for event, column, _word in written()} == {
        (event, column) for event in EVENTS for column in observed(event)
    }


@pytest.mark.spec("Back-Channel Logout", "2.4")
def test_what_an_operator_ends_is_told_by_session_alone():
    with time_machine.travel(START, tick=False) as clock:
        world = make_world()
        world.clock = clock
        EVENTS["The account is disabled"](world)
        with world.op.provider() as provider:
            messages = [m for m in provider.outbox.due(now=START) if m.client_id == "rp"]
        assert [(bool(m.sid), m.subject) for m in messages] == [(True, "")]

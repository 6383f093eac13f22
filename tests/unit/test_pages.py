"""The pages as browsers get them: escaped, accessible, in two languages."""

import re
from collections import Counter
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from pyramid import testing
from pyramid.renderers import get_renderer, render

from tests.unit.page_samples import HOSTILE, SAMPLES, page

TEMPLATES = "oidc_pyramid.templates:"
FIXED_IDS = {
    "login": {"username", "password", "login-submit", "login-cancel", "login-form"},
    "consent": {"consent-allow", "consent-deny"},
    "select_account": {"select-another"},
    "signup": {"username", "name", "email", "password", "password-again", "signup-submit"},
    "password": {"current-password", "new-password", "new-password-again", "password-submit"},
    "logout": {"logout-confirm", "logout-cancel"},
    "logged_out": {"logged-out"},
    "error": {"oauth-error"},
    "finished": {"finished"},
    "form_post": {"form-post", "form-post-submit"},
    "interstitial": {"continue"},
    "step": {"step-form", "step-code", "step-submit"},
}
each_sample = pytest.mark.parametrize("name", SAMPLES)


class Document(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html):
        super().__init__()
        self.html, self.tags, self.title, self.inside = html, [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "title":
            self.title += data

    def all(self, attribute):
        return [found[attribute] for _, found in self.tags if found.get(attribute) is not None]

    def counted(self):
        return Counter(tag for tag, _ in self.tags)


@pytest.fixture(scope="module")
def application():
    """The registry of a small application: templates are compiled once."""
    config = testing.setUp()
    config.add_translation_dirs("oidc_pyramid:locale")
    config.include("pyramid_chameleon")
    yield config
    testing.tearDown()


@pytest.fixture
def show(application):
    """Renders a page in a language."""

    def rendered(template, values, lang="en", **changed):
        request = testing.DummyRequest(locale_name=lang)
        application.begin(request)
        layout = get_renderer(f"{TEMPLATES}layout.pt").implementation()
        parts = get_renderer(f"{TEMPLATES}parts.pt").implementation()
        frame = {"layout": layout, "parts": parts, "page": page(lang, **changed)}
        html = render(f"{TEMPLATES}{template}.pt", frame | values, request=request)
        application.end()
        return Document(html)

    return rendered


def hostile(value, key=""):
    """The same value with every text replaced, except addresses that the view has checked."""
    if isinstance(value, str):
        return value if key.endswith(("uri", "url", "picture")) or key == "action" else HOSTILE
    if isinstance(value, dict):
        return {name: hostile(part, name) for name, part in value.items()}
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**hostile(vars(value)))
    if isinstance(value, (list, tuple)):
        return type(value)(hostile(part) for part in value)
    return value


@each_sample
@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_page_is_whole(show, name, lang):
    document = show(*SAMPLES[name], lang=lang)
    assert document.html.lstrip().startswith("<!DOCTYPE html>")
    assert document.tags[0] == ("html", {"lang": lang, "dir": "ltr", "data-color-scheme": "auto"})
    assert document.title.endswith("· Northwind")
    assert len(document.title) > len("· Northwind") + 2
    assert document.counted()["h1"] == 1
    assert "${" not in document.html.replace("${1+1}", "")
    assert "None" not in document.html


@each_sample
def test_what_refers_to_something_finds_it(show, name):
    document = show(*SAMPLES[name])
    ids = Counter(document.all("id"))
    assert max(ids.values()) == 1
    referred = " ".join(document.all("for") + document.all("aria-labelledby"))
    referred += " ".join(["", *document.all("aria-describedby")])
    assert set(referred.split()) <= set(ids)
    assert {href[1:] for href in document.all("href") if href.startswith("#")} <= set(ids)


@each_sample
def test_at_most_one_field_takes_the_focus(show, name):
    assert len(show(*SAMPLES[name]).all("autofocus")) <= 1


@pytest.mark.parametrize("name", FIXED_IDS)
def test_automation_finds_its_ids(show, name):
    assert set(show(*SAMPLES[name]).all("id")) >= FIXED_IDS[name]


@each_sample
@pytest.mark.parametrize("lang", ["en", "de"])
def test_hostile_values_stay_text(show, name, lang):
    template, values = SAMPLES[name]
    document = show(template, hostile(values) | {"csrf_token": "x"}, lang=lang)
    assert document.counted()["svg"] == 1  # the mark in the masthead
    assert all(found.get("src") for tag, found in document.tags if tag == "script")
    assert not [key for _, found in document.tags for key in found if key.startswith("on")]
    assert "<svg onload" not in document.html
    assert "</title></script>" not in document.html
    assert "2 \u202eevil" not in document.html


@pytest.mark.parametrize("name", ["login", "consent", "logout", "select_account"])
def test_names_cannot_turn_the_text_around_them(show, name):
    document = show(*SAMPLES[name])
    text = re.sub(r"<title>.*?</title>", "", document.html, flags=re.DOTALL)
    assert text.count("Acme Books") == len(re.findall(r"<bdi[^>]*>Acme Books</bdi>", text))


def test_a_name_in_a_message_keeps_its_dollar_signs(show):
    template, values = SAMPLES["login"]
    named = SimpleNamespace(**vars(values["client"]) | {"name": "${username} & <b>Co</b>"})
    html = show(template, values | {"client": named}, lang="de").html
    assert "und weiter zu <bdi>${username} &amp; &lt;b&gt;Co&lt;/b&gt;</bdi>" in html


def test_the_error_of_a_sign_in_is_announced(show):
    document = show(*SAMPLES["login-error"])
    assert document.title == "Error: Sign in · Northwind"
    assert "alert" in document.all("role")
    fields = {
        found["id"]: found for tag, found in document.tags if tag == "input" and "id" in found
    }
    assert fields["password"]["aria-describedby"] == "login-error"
    assert fields["password"]["aria-invalid"] == "true"
    assert "autofocus" in fields["password"]
    assert fields["username"]["value"] == "alice"


def test_the_error_page_says_its_code_and_explains_only_when_told(show):
    plain, explained = show(*SAMPLES["error"]), show(*SAMPLES["error-explained"])
    assert plain.all("data-error") == ["invalid_request"]
    assert "7Q2M-9KXA" in plain.html
    assert "RFC 6749" not in plain.html
    assert "RFC 6749 §3.1.2.4" in explained.html


def test_consent_shows_each_scope_what_is_new_and_where_it_goes(show):
    document = show(*SAMPLES["consent"])
    assert document.all("data-scope") == ["profile", "email", "offline_access", "bank:read"]
    assert document.html.count(">New<") == 2
    assert "You will continue at <strong><bdi>books.acme.example</bdi></strong>" in document.html
    assert "Unverified" not in document.html
    assert "Unverified" in show(*SAMPLES["consent-unverified"]).html


def test_consent_without_scopes_says_what_is_left(show):
    assert "Recognise you" in show(*SAMPLES["consent-minimal"]).html


def test_a_logo_or_else_an_initial(show):
    with_logo, without = show(*SAMPLES["consent-native"]), show(*SAMPLES["consent"])
    assert "https://acme.example/logo.png" in with_logo.all("src")
    assert "img" not in without.counted()
    assert '<span class="monogram">A</span>' in without.html


def test_answers_travel_unchanged_in_form_post(show):
    document = show(*SAMPLES["form_post"])
    fields = [(f["name"], f["value"]) for tag, f in document.tags if tag == "input"]
    assert fields == SAMPLES["form_post"][1]["fields"]


def test_the_frame_follows_language_direction_and_colour_scheme(show):
    document = show(*SAMPLES["finished"], lang="ar", color_scheme="dark")
    assert document.tags[0][1] == {"lang": "ar", "dir": "rtl", "data-color-scheme": "dark"}

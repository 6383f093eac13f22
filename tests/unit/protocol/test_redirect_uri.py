"""Redirect URIs: the attacks of the catalogue, at registration and at the request."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc_pyramid.protocol import redirect_uri
from oidc_pyramid.protocol.redirect_uri import append, check_registered, host_of, matches, origin_of

WEB = "https://a.example/cb"
LOOPBACK = "http://127.0.0.1/cb"


def accepted(uri, application_type="native", **options):
    try:
        check_registered(uri, application_type=application_type, **options)
    except ValueError:
        return False
    return True


# Registration ------------------------------------------------------------------------------


@pytest.mark.spec("RFC 6749", "3.1.2")
@pytest.mark.parametrize("application_type", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        WEB,
        "https://a.example",
        "https://a.example/",
        "https://a.example:8443/cb",
        "https://a.example/cb?foo=bar&x=%20",
        "https://a.example/cb?",
        "https://a.example/cb.php",
        "https://a.example/..hidden/.well-known/a..b/...",
        "https://xn--clent-t9a.example/cb",
        "https://my_app.internal/cb",
        "https://192.168.1.5/cb",
        "https://[2001:db8::1]:8443/cb",
        "https://A.Example/CB",
    ],
)
def test_https_uris_may_be_registered_by_all(uri, application_type):
    assert accepted(uri, application_type)


@pytest.mark.spec("RFC 8252", "7.3")
@pytest.mark.parametrize(
    "uri",
    [LOOPBACK, "http://127.0.0.1:8080/cb", "http://[::1]/cb", "http://localhost:3000/cb"],
)
def test_http_is_for_loopback_addresses(uri):
    assert accepted(uri, "native")
    assert accepted(uri, "native", allow_http_loopback=False)
    assert accepted(uri, "web")
    assert not accepted(uri, "web", allow_http_loopback=False)


@pytest.mark.spec("RFC 8252", "7.1")
@pytest.mark.parametrize("uri", ["com.example.p:/cb", "com.example.p:/", "com.example.p:/a/b?x=y"])
def test_private_use_schemes_are_for_native_applications(uri):
    assert accepted(uri, "native")
    assert not accepted(uri, "web")


FORBIDDEN = {
    "RU-01-userinfo": "https://a.example@evil.example/cb",
    "RU-01-userinfo-port": "http://localhost:80@evil.example/cb",
    "RU-01-userinfo-empty": "https://@a.example/cb",
    "RU-01-userinfo-escaped": "https://a.example%40evil.example/cb",
    "RU-02-backslash-at": "https://evil.example\\@a.example/cb",
    "RU-02-backslash-host": "https://a.example\\.evil.example/cb",
    "RU-02-backslash-scheme": "https:\\\\evil.example\\cb",
    "RU-02-backslash-path": "https://a.example/cb\\..\\..\\x",
    "RU-02-space": "https://a.example/c b",
    "RU-02-quote": 'https://a.example/c"b',
    "RU-02-less-than": "https://a.example/<b",
    "RU-02-greater-than": "https://a.example/>b",
    "RU-02-caret": "https://a.example/^b",
    "RU-02-backtick": "https://a.example/`b",
    "RU-02-brace": "https://a.example/{b",
    "RU-02-closing-brace": "https://a.example/}b",
    "RU-02-pipe": "https://a.example/|b",
    "RU-02-bracket": "https://a.example/[b",
    "RU-02-delete": "https://a.example/\x7fb",
    "RU-02-bad-escape": "https://a.example/%zz",
    "RU-02-lone-percent": "https://a.example/%",
    "RU-03-leading-space": " https://a.example/cb",
    "RU-03-trailing-space": "https://a.example/cb ",
    "RU-03-newline": "https://a.example/cb\n",
    "RU-03-carriage-return": "https://a.example/cb\r\nx",
    "RU-03-nul": "https://a.example/cb\x00",
    "RU-03-tab-in-host": "https://a.exa\tmple/cb",
    "RU-03-javascript-newline": "java\nscript:alert(1)//https://a.example/cb",
    "RU-03-leading-control": "\x01https://a.example/cb",
    "RU-04-parent": "https://a.example/cb/../open-redirect",
    "RU-04-parent-at-end": "https://a.example/cb/..",
    "RU-04-parent-escaped": "https://a.example/cb/%2e%2e/x",
    "RU-04-parent-half-escaped": "https://a.example/cb/.%2E/x",
    "RU-04-parent-escaped-slash": "https://a.example/cb/..%2fx",
    "RU-04-here": "https://a.example/cb/./",
    "RU-04-private-use": "com.example.p:/cb/../x",
    "RU-05-wildcard-host": "https://*.example/cb",
    "RU-05-wildcard-path": "https://a.example/*",
    "RU-05-wildcard-alone": "*",
    "RU-06-upper-case-scheme": "HTTPS://a.example/cb",
    "RU-06-trailing-dot": "https://a.example./cb",
    "RU-06-empty-port": "https://a.example:/cb",
    "RU-06-padded-port": "https://a.example:0443/cb",
    "RU-06-port-zero": "https://a.example:0/cb",
    "RU-06-port-too-high": "https://a.example:65536/cb",
    "RU-06-port-not-a-number": "https://a.example:x/cb",
    "RU-06-escaped-host": "https://%61.example/cb",
    "RU-07-fragment": "https://a.example/cb#x",
    "RU-07-empty-fragment": "https://a.example/cb#",
    "RU-07-private-use-fragment": "com.example.p:/cb#x",
    "RU-08-dotless-i": "https://cl\N{LATIN SMALL LETTER DOTLESS I}ent.example/cb",
    "RU-08-ideographic-stop": "https://a\N{IDEOGRAPHIC FULL STOP}example/cb",
    "RU-08-fraction-slash": "https://a.example\N{FRACTION SLASH}.evil.example/cb",
    "RU-08-fullwidth": "https://\N{FULLWIDTH LATIN SMALL LETTER A}.example/cb",
    "RU-08-path": "https://a.example/ü",
    "RU-09-brackets": "https://[a.example]/cb",
    "RU-09-mapped-ipv4": "http://[::ffff:127.0.0.1]/cb",
    "RU-09-hexadecimal": "http://0x7f.1/cb",
    "RU-09-hexadecimal-https": "https://0x7f.1/cb",
    "RU-09-decimal": "http://2130706433/cb",
    "RU-09-decimal-https": "https://2130706433/cb",
    "RU-09-short": "http://127.1/cb",
    "RU-09-octal-https": "https://0177.0.0.1/cb",
    "RU-09-hexadecimal-last-label": "https://a.0x1/cb",
    "RU-09-zone": "http://[::1%25eth0]/cb",
    "RU-09-future": "http://[v1.x]/cb",
    "RU-09-long-ipv6": "http://[0:0:0:0:0:0:0:1]/cb",
    "RU-09-ipv6-of-two-gaps": "https://[1::2::3]/cb",
    "RU-09-unclosed": "https://[::1/cb",
    "RU-10-other-loopback": "http://127.0.0.2/cb",
    "RU-10-suffix": "http://127.0.0.1.evil.example/cb",
    "RU-10-localhost-suffix": "http://localhost.evil.example/cb",
    "RU-10-upper-case-localhost": "http://LOCALHOST/cb",
    "RU-11-http": "http://a.example/cb",
    "RU-12-javascript": "javascript:alert(1)",
    "RU-12-javascript-slashes": "javascript://a.example/%0aalert(1)",
    "RU-12-javascript-mixed-case": "JaVaScRiPt:alert(1)",
    "RU-12-javascript-tab": "java\tscript:alert(1)",
    "RU-12-data": "data:text/html,<script>alert(1)</script>",
    "RU-12-data-plain": "data:text/html,x",
    "RU-12-vbscript": "vbscript:x",
    "RU-12-blob": "blob:https://a.example/x",
    "RU-12-file": "file:///etc/passwd",
    "RU-12-about": "about:blank",
    "RU-12-ftp": "ftp://a.example/",
    "RU-12-view-source": "view-source:https://a.example/cb",
    "RU-12-intent": "intent://x#Intent;scheme=http;end",
    "RU-13-no-dot": "myapp:/cb",
    "RU-13-no-dot-slashes": "myapp://cb",
    "RU-13-authority": "com.example.p://evil/cb",
    "RU-13-triple-slash": "com.example.p:///cb",
    "RU-13-opaque": "com.example.p:cb",
    "RU-13-nothing": "com.example.p:",
    "RU-13-dot-at-end": "myapp.:/cb",
    "RU-13-openid": "openid://",
    "RU-19-code": "https://a.example/cb?code=stale",
    "RU-19-state": "https://a.example/cb?x=1&state=x",
    "RU-19-iss": "https://a.example/cb?iss=https://evil.example",
    "RU-19-escaped": "https://a.example/cb?%63ode=1",
    "RU-19-without-value": "https://a.example/cb?error",
    "RU-19-semicolon": "https://a.example/cb?a=1;id_token=2",
    "RU-19-private-use": "com.example.p:/cb?response=x",
    "RU-20-overlong": "https://a.example/" + "x" * 2048,
    "empty": "",
    "relative": "/cb",
    "network-path": "//a.example/cb",
    "no-host": "https:///cb",
    "one-slash": "https:/a.example/cb",
    "no-slashes": "https:a.example/cb",
    "scheme-only": "https:",
    "empty-label": "https://a..example/cb",
    "hyphen-first": "https://-a.example/cb",
    "long-label": f"https://{'a' * 64}.example/cb",
    "long-host": f"https://{'a.' * 130}example/cb",
}


@pytest.mark.spec("RFC 9700", "2.1")
@pytest.mark.parametrize("uri", FORBIDDEN.values(), ids=FORBIDDEN)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_what_must_not_be_registered(uri, application_type):
    with pytest.raises(ValueError) as caught:
        check_registered(uri, application_type=application_type)
    assert str(caught.value).startswith("must ")


@pytest.mark.parametrize("uri", [None, 5, 1.5, True, b"https://a.example/cb", ["x"], {"x": 1}])
def test_other_types_are_refused(uri):
    assert not accepted(uri)


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused(uri):
    if accepted(uri):
        assert uri.isascii()
        assert host_of(uri)


@given(st.text("ab@:[]0.%#?\\/", max_size=12))
def test_what_is_accepted_has_one_host_for_python_too(tail):
    uri = f"https://h{tail}"
    if accepted(uri, "web"):
        parts = urlsplit(uri)
        assert parts.username is None
        assert host_of(uri) == parts.hostname


# Matching ----------------------------------------------------------------------------------


@pytest.mark.spec("Core", "3.1.2.1")
def test_the_registered_string_matches():
    assert matches(WEB, [WEB], application_type="web")
    assert matches(WEB, ["https://b.example/", WEB], application_type="native")
    assert matches(WEB, iter([WEB]), application_type="web")
    assert not matches(WEB, [], application_type="web")


NOT_THE_SAME = {
    "RU-01-userinfo": "https://x@a.example/cb",
    "RU-02-backslash": "https://a.example\\cb",
    "RU-03-leading-space": " https://a.example/cb",
    "RU-03-newline": "https://a.example/cb\n",
    "RU-03-nul": "https://a.example/cb\x00",
    "RU-04-parent": "https://a.example/cb/../open-redirect",
    "RU-04-parent-escaped": "https://a.example/cb/%2e%2e/x",
    "RU-04-escaped-slash": "https://a.example/cb%2f..%2fx",
    "RU-04-semicolon": "https://a.example/cb/..;/x",
    "RU-04-here": "https://a.example/cb/./",
    "RU-04-slash": "https://a.example/cb/",
    "RU-04-double-slash": "https://a.example//cb",
    "RU-04-double-escape": "https://a.example/cb/%252e%252e",
    "RU-05-suffix": "https://a.example.evil.example/cb",
    "RU-05-path-suffix": "https://a.example/cb.evil",
    "RU-05-query": "https://a.example/cb?x=1",
    "RU-05-empty-query": "https://a.example/cb?",
    "RU-05-prefix": "https://xa.example/cb",
    "RU-06-case-of-host": "HTTPS://A.EXAMPLE/cb",
    "RU-06-case-of-path": "https://a.example/CB",
    "RU-06-escape": "https://a.example/%63b",
    "RU-06-port": "https://a.example:443/cb",
    "RU-06-dot": "https://a.example./cb",
    "RU-06-empty-port": "https://a.example:/cb",
    "RU-06-padded-port": "https://a.example:0443/cb",
    "RU-07-fragment": "https://a.example/cb#x",
    "RU-07-empty-fragment": "https://a.example/cb#",
    "RU-07-escaped-fragment": "https://a.example/cb%23x",
    "RU-08-homograph": "https://\N{CYRILLIC SMALL LETTER A}.example/cb",
    "RU-11-http": "http://a.example/cb",
    "RU-14-empty": "",
    "RU-16-other-client": "https://b.example/cb",
}


@pytest.mark.spec("RFC 3986", "6.2.1")
@pytest.mark.parametrize("uri", NOT_THE_SAME.values(), ids=NOT_THE_SAME)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_nothing_else_matches(uri, application_type):
    assert not matches(uri, [WEB], application_type=application_type)


def test_a_dot_is_a_dot():
    """RU-05: a registered URI is never read as a regular expression."""
    assert not matches(
        "https://a.example/cbXphp", ["https://a.example/cb.php"], application_type="web"
    )


@pytest.mark.spec("RFC 8252", "7.3")
@pytest.mark.parametrize(
    "registered, requested",
    [
        (LOOPBACK, "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", LOOPBACK),
        ("http://[::1]/cb", "http://[::1]:51004/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:1"),
        ("http://127.0.0.1/cb?x=1", "http://127.0.0.1:65535/cb?x=1"),
    ],
)
def test_a_native_application_chooses_its_port(registered, requested):
    assert matches(requested, [WEB, registered], application_type="native")
    assert not matches(requested, [WEB, registered], application_type="web")


BESIDE_LOOPBACK = {
    "RU-09-brackets": "http://[a.example]/cb",
    "RU-09-mapped-ipv4": "http://[::ffff:127.0.0.1]/cb",
    "RU-09-hexadecimal": "http://0x7f.1/cb",
    "RU-09-decimal": "http://2130706433/cb",
    "RU-09-short": "http://127.1/cb",
    "RU-09-zone": "http://[::1%25eth0]/cb",
    "RU-09-future": "http://[v1.x]/cb",
    "RU-10-path": "http://127.0.0.1:51004/other",
    "RU-10-query": "http://127.0.0.1:51004/cb?x=1",
    "RU-10-userinfo": "http://user@127.0.0.1:51004/cb",
    "RU-10-userinfo-as-port": "http://127.0.0.1:51004@evil.example/cb",
    "RU-10-fragment": "http://127.0.0.1:51004/cb#f",
    "RU-10-port-too-high": "http://127.0.0.1:99999/cb",
    "RU-10-port-zero": "http://127.0.0.1:0/cb",
    "RU-10-port-padded": "http://127.0.0.1:080/cb",
    "RU-10-port-empty": "http://127.0.0.1:/cb",
    "RU-10-port-of-digits-elsewhere": "http://127.0.0.1:\N{ARABIC-INDIC DIGIT FIVE}/cb",
    "RU-10-localhost": "http://localhost:51004/cb",
    "RU-10-https": "https://127.0.0.1:51004/cb",
    "RU-10-suffix": "http://127.0.0.1.evil.example/cb",
    "RU-10-other-loopback": "http://127.0.0.2/cb",
    "RU-10-ipv6": "http://[::1]:51004/cb",
    "RU-10-newline": "http://127.0.0.1:51004/cb\n",
    "RU-10-upper-case": "HTTP://127.0.0.1:51004/cb",
}


@pytest.mark.spec("RFC 8252", "8.3")
@pytest.mark.parametrize("uri", BESIDE_LOOPBACK.values(), ids=BESIDE_LOOPBACK)
def test_only_the_port_is_free(uri):
    assert not matches(uri, [LOOPBACK], application_type="native")


@pytest.mark.spec("RFC 8252", "8.3")
def test_localhost_has_no_free_port():
    registered = ["http://localhost:3000/cb"]
    assert matches("http://localhost:3000/cb", registered, application_type="native")
    assert not matches("http://localhost:3001/cb", registered, application_type="native")


def test_a_registered_https_loopback_gives_no_http():
    """RU-11: the scheme is compared like the rest."""
    registered = ["https://127.0.0.1/cb"]
    assert not matches("http://127.0.0.1:1/cb", registered, application_type="native")


@given(st.text(max_size=40), st.sampled_from(["web", "native"]))
def test_what_matches_may_also_be_registered(uri, application_type):
    registered = [WEB, LOOPBACK]
    for requested in (uri, WEB + uri, LOOPBACK + uri, f"http://127.0.0.1:{uri}/cb"):
        if matches(requested, registered, application_type=application_type):
            assert accepted(requested, application_type)


# Answers -----------------------------------------------------------------------------------


@pytest.mark.spec("RFC 6749", "4.1.2")
@pytest.mark.parametrize(
    "uri, answer",
    [
        ("https://a.example", "https://a.example?code=1"),
        ("https://a.example/cb", "https://a.example/cb?code=1"),
        ("https://a.example/cb?", "https://a.example/cb?code=1"),
        ("https://a.example/cb?foo=b%20r", "https://a.example/cb?foo=b%20r&code=1"),
        ("https://a.example/cb?foo&", "https://a.example/cb?foo&code=1"),
        ("com.example.p:/cb", "com.example.p:/cb?code=1"),
    ],
)
def test_an_answer_in_the_query(uri, answer):
    assert append(uri, [("code", "1")], fragment=False) == answer


@pytest.mark.spec("RFC 6749", "4.2.2")
def test_an_answer_in_the_fragment():
    answer = append("https://a.example/cb?x=1", [("id_token", "a.b.c")], fragment=True)
    assert answer == "https://a.example/cb?x=1#id_token=a.b.c"


def test_nothing_to_say_changes_nothing():
    assert append(WEB, [], fragment=False) == WEB
    assert append(WEB, [], fragment=True) == WEB


def test_an_answer_never_follows_a_fragment():
    with pytest.raises(ValueError):
        append(f"{WEB}#", [("code", "1")], fragment=False)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.booleans())
def test_a_state_comes_back_as_it_was(state, fragment):
    """RU-20: any state is echoed, and none breaks a header."""
    uri = append(
        f"{WEB}?own=1", [("state", state), ("iss", "https://op.example")], fragment=fragment
    )
    assert uri.isascii()
    assert uri.isprintable()
    parts = urlsplit(uri)
    sent = parse_qsl(
        parts.fragment if fragment else parts.query, keep_blank_values=True, strict_parsing=True
    )
    assert sent[-2:] == [("state", state), ("iss", "https://op.example")]
    assert "own=1" in parts.query


def test_spaces_are_percent_encoded():
    assert quote("a b&c") in append(WEB, [("state", "a b&c")], fragment=False)


# For people and browsers -------------------------------------------------------------------


@pytest.mark.spec("RFC 6454", "6.2")
@pytest.mark.parametrize(
    "uri, origin",
    [
        ("https://a.example/cb?x", "https://a.example"),
        ("https://A.Example:443/cb", "https://a.example"),
        ("https://a.example:8443/cb", "https://a.example:8443"),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("http://127.0.0.1:80/cb", "http://127.0.0.1"),
        ("http://[::1]:8080/cb", "http://[::1]:8080"),
        ("com.example.p:/cb", None),
        ("javascript:alert(1)", None),
        ("https://a@b.example/", None),
        ("", None),
    ],
)
def test_origins(uri, origin):
    assert origin_of(uri) == origin


@pytest.mark.parametrize(
    "uri, host",
    [
        ("https://a.example:8443/cb", "a.example"),
        ("https://XN--CLENT-T9A.example/cb", "xn--clent-t9a.example"),
        ("http://[::1]:3000/cb", "[::1]"),
        ("com.example.p:/cb", "com.example.p"),
        ("nonsense", ""),
    ],
)
def test_hosts_are_shown_in_their_ascii_form(uri, host):
    """RU-08: an A-label is never decoded, so that nothing looks like something else."""
    assert host_of(uri) == host


def test_loopback_uris_are_known():
    assert redirect_uri.is_loopback("http://localhost:3000/cb")
    assert redirect_uri.is_loopback("https://[::1]/cb")
    assert not redirect_uri.is_loopback(WEB)

"""Where we go and where not, whatever a name resolves to (SF-01, SF-02, SF-03)."""

import socket

import pytest

from oidc_pyramid.fetch import FetchRefused
from tests.functional.fetching.servers import answering, serving

PUBLIC = "93.184.215.14"
INTERNAL = [
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 - that nobody goes there is the test
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "fec0::1",
    "::127.0.0.1",
    "::ffff:0:7f00:1",
    "5f00::1",
    "3fff::1",
    "4000::1",
    "192.88.99.1",
    "192.0.0.8",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
]


@pytest.fixture
def strict(make_fetcher):
    """Nothing but what is public."""
    return make_fetcher()


@pytest.fixture
def network(monkeypatch):
    """Names that resolve as we say, and who was connected to; nobody answers."""
    names, connected, resolve = {}, [], socket.getaddrinfo

    def getaddrinfo(host, port, *rest, **more):
        if host not in names:
            return resolve(host, port, *rest, **more)
        found = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def create_connection(place, timeout=None):
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    return names, connected


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("address", INTERNAL)
def test_sf_01_names_of_internal_addresses(strict, network, address, scheme):
    names, connected = network
    names["inside.example"] = [[address]]
    with pytest.raises(FetchRefused):
        strict.get(f"{scheme}://inside.example/")
    assert connected == []


@pytest.mark.parametrize("address", INTERNAL)
def test_sf_01_internal_addresses_themselves(strict, network, address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(FetchRefused):
        strict.get(f"https://{host}/")
    assert network[1] == []


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "LOCALHOST", "127.0.0.1."],
)
def test_sf_01_other_spellings(strict, network, host):
    with pytest.raises(FetchRefused):
        strict.get(f"https://{host}/")
    assert network[1] == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rp.example",
        "//rp.example/",
        "https:///x",
        "https://",
        "ftp://rp.example/",
        "file:///etc/passwd",
        "gopher://rp.example/",
        "https://user@rp.example/",
        "https://rp.example:x/",
        "https://rp.example:99999/",
        "https://rp.example\\@evil.example/",
        "https://rp.example/ x",
        "https://rp.example/\r\nX: y",
        "https://rp.example/\x00",
        "https://bücher.example/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://" + "a" * 64 + ".example/",
        "https://a..example/",
    ],
)
def test_sf_01_addresses_that_no_client_may_name(strict, network, url):
    with pytest.raises(FetchRefused):
        strict.get(url)
    assert network[1] == []


def test_http_is_not_for_the_public(strict, network):
    names, connected = network
    names["rp.example"] = [[PUBLIC]]
    with pytest.raises(FetchRefused):
        strict.get("http://rp.example/")
    assert connected == []


@pytest.mark.parametrize("answer", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC]])
def test_sf_02_one_internal_address_among_several(strict, network, answer):
    names, connected = network
    names["rp.example"] = [answer]
    with pytest.raises(FetchRefused):
        strict.get("https://rp.example/")
    assert connected == []


def test_sf_02_the_connection_goes_to_what_was_vetted(strict, network):
    names, connected = network
    names["rp.example"] = [[PUBLIC], ["127.0.0.1"]]
    for _ in range(2):
        with pytest.raises(FetchRefused):
            strict.get("https://rp.example:8443/")
    assert connected == [(PUBLIC, 8443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_sf_03_a_redirect_is_an_answer_and_no_more(fetcher, status):
    with serving(answering()) as other:
        head = f"HTTP/1.1 {status} Go\r\nLocation: http://127.0.0.1:{other.port}/\r\n".encode()
        with serving(answering(head, b"")) as peer:
            assert fetcher.get(f"http://127.0.0.1:{peer.port}/").status == status
        assert other.seen == []


def test_what_is_asked(fetcher):
    with serving(answering(), "::1") as peer:
        fetcher.get(f"http://[::1]:{peer.port}/a/b?c=d", accept="application/jwk-set+json")
        fetcher.post_form(f"http://[::1]:{peer.port}", b"a=b")
    assert peer.seen[0].split("\r\n")[:2] == ["GET /a/b?c=d HTTP/1.1", f"Host: [::1]:{peer.port}"]
    assert "Accept: application/jwk-set+json" in peer.seen[0]
    assert peer.seen[1].startswith("POST / HTTP/1.1\r\n")
    assert "Content-Length: 3\r\n" in peer.seen[1]
    assert "Content-Type: application/x-www-form-urlencoded" in peer.seen[1]

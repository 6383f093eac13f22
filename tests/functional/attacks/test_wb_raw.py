"""WB-15, WB-16: the server that production.ini names, spoken to byte by byte."""

import socket
import time
from configparser import RawConfigParser
from pathlib import Path

import pytest
from webtest.http import StopableWSGIServer

INI = Path(__file__).parents[3] / "production.ini"
BODY = b"grant_type=x"
HEAD = b"POST /token HTTP/1.1\r\nHost: op.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SECOND = b"GET /jwks HTTP/1.1\r\nHost: op.example\r\n\r\n"


@pytest.fixture(scope="module")
def port(shared):
    """waitress with the settings of production.ini, at a port of its own."""
    ini = RawConfigParser()
    ini.read(INI)
    names = ("channel_request_lookahead", "max_request_body_size", "threads")
    options = {name: ini["server:main"][name] for name in names}
    server = StopableWSGIServer.create(shared.op.app, host="127.0.0.1", **options)
    yield server.effective_port
    server.shutdown()


def talk(port, data, *, wait=2.0):
    """Everything that comes back before the server closes, or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        connection.sendall(data)
        found = b""
        try:
            while chunk := connection.recv(65_536):
                found += chunk
        except TimeoutError:
            pass
        except ConnectionResetError:
            pass
        return found


def statuses(answer):
    return [line[9:12] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]


AMBIGUOUS = {
    "WB-15-two-lengths": b"Content-Length: 12\r\nContent-Length: 13\r\n\r\n" + BODY,
    "WB-15-plus": b"Content-Length: +12\r\n\r\n" + BODY,
    "WB-15-hex": b"Content-Length: 0xc\r\n\r\n" + BODY,
    "WB-15-minus": b"Content-Length: -1\r\n\r\n" + BODY,
    "WB-15-underscore": b"Content-Length: 1_2\r\n\r\n" + BODY,
    "WB-15-tab-chunked": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "WB-15-other-encoding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "WB-15-identity": b"Transfer-Encoding: identity\r\nContent-Length: 12\r\n\r\n" + BODY,
    "WB-15-chunk-size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
    "WB-15-chunk-minus": b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    "WB-15-chunk-hex": b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n",
    "WB-15-space-in-name": b"Content-Length : 12\r\n\r\n" + BODY,
    "WB-15-no-colon": b"Content-Length 12\r\n\r\n" + BODY,
    "WB-15-bare-cr": b"X: a\rContent-Length: 12\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("rest", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_framing_ends_the_connection(port, rest):
    found = statuses(talk(port, HEAD + rest + SECOND))
    assert len(found) <= 1
    assert not found or found[0] in {b"400", b"501", b"413"}


def test_wb_15_one_request_is_answered_once(port):
    whole = HEAD + b"Content-Length: 12\r\nConnection: close\r\n\r\n" + BODY
    assert statuses(talk(port, whole)) == [b"401"]


@pytest.mark.parametrize(
    "data",
    [
        b"GET /jwks\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\n\r\n",
        b"\x00" * 4096,
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 60_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\nCookie: "
        + b";" * 200_000
        + b"\r\n\r\n",
    ],
    ids=["0.9", "empty", "tls", "9.9", "bytes", "nul", "long", "many-headers", "long-cookie"],
)
def test_wb_17_what_is_no_http(port, data):
    found = statuses(talk(port, data, wait=1.0))
    assert not [status for status in found if status.startswith(b"5")] or found == [b"505"]
    assert statuses(talk(port, SECOND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) == [
        b"200"
    ]


def test_wb_13_the_absolute_form_of_another_host(port):
    request = (
        b"GET https://evil.example/jwks HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    answer = talk(port, request)
    assert statuses(answer) == [b"421"]
    assert b"evil" not in answer


def test_wb_13_no_host_and_two_hosts(port):
    for hosts in (b"", b"Host: op.example\r\nHost: evil.example\r\n"):
        answer = talk(port, b"GET /jwks HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert statuses(answer) in ([b"421"], [b"400"])


def test_wb_15_a_header_can_not_be_split(port):
    request = b"GET /authorize?state=x%0d%0aSet-Cookie:%20pwn=1 HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\n\r\n"
    head = talk(port, request).split(b"\r\n\r\n")[0]
    assert b"pwn" not in head


def test_wb_16_half_sent_requests_hold_nobody_up(port):
    halves = []
    try:
        for _ in range(40):
            connection = socket.create_connection(("127.0.0.1", port), timeout=2)
            connection.sendall(HEAD + b"Content-Length: 12\r\n\r\ngran")
            halves.append(connection)
        began = time.monotonic()
        close = SECOND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        assert statuses(talk(port, close, wait=10)) == [b"200"]
        assert time.monotonic() - began < 5
    finally:
        for connection in halves:
            connection.close()


def test_wb_17_a_body_over_the_limit(port):
    request = HEAD + b"Content-Length: 999999999\r\n\r\n" + b"x" * 1000
    assert statuses(talk(port, request)) == [b"413"]

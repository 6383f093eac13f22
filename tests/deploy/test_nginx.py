"""deploy/nginx.conf in a real nginx: what it lets through, what it adds, and what it keeps back."""

import http.client
import itertools
import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from soak.proxy import NAME, available, connect, proxied
from tests.deploy.upstream import Upstream, upstream

INSTALL = "install nginx and openssl (Debian: apt install nginx-light openssl)"
CERTIFICATES = (
    "Client-Cert",
    "Client-Cert-Chain",
    "X-Client-Cert",
    "X-Forwarded-Client-Cert",
    "X-Ssl-Client-Cert",
    "Ssl-Client-Cert",
    "X-Ssl-Client-Verify",
    "X-Ssl-Client-S-Dn",
)
FORWARDED = ("Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix")
OTHERS = ("X-Vhm-Root", "X-Real-Ip", "Proxy", "Upgrade", "Te")
NUMBERS = itertools.count(1)


@dataclass
class Front:
    """nginx, and what stands behind it."""

    folder: Path
    port: int
    behind: Upstream
    source: str = "127.0.0.1"

    def connect(self):
        return connect(self.port, self.source)

    def ask(self, method, target, *headers, body=b"", host=NAME):
        """The status, and the request as it came through, if it did."""
        seen = len(self.behind.came)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
        if not any(line.lower().startswith("connection:") for line in headers):
            lines.append("Connection: close")
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with self.connect() as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            response = http.client.HTTPResponse(line)
            response.begin()
            response.read()
        came = self.behind.came[seen:]
        return response, came[0] if came else None

    def log(self, name, text):
        """The text of a log that has that text in it."""
        deadline = time.monotonic() + 10
        path = self.folder / name
        while text not in path.read_text():
            assert time.monotonic() < deadline, path.read_text()
            time.sleep(0.01)
        return path.read_text()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    if not available():
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(INSTALL, pytrace=False)
        pytest.skip(INSTALL)
    folder = tmp_path_factory.mktemp("nginx")
    with ExitStack() as stack:
        behind = stack.enter_context(upstream())
        port = stack.enter_context(proxied(folder, behind.port))
        yield Front(folder, port, behind)


@pytest.fixture
def front(nginx):
    """From an address of the test's own: limits are counted for each."""
    nginx.source = f"127.0.2.{next(NUMBERS)}"
    nginx.behind.came.clear()
    return nginx


def test_nginx_finds_nothing_to_complain_of(nginx):
    command = (shutil.which("nginx"), "-t", "-p", nginx.folder, "-c", nginx.folder / "main.conf")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
    assert "is successful" in done.stderr


def test_who_asks_is_what_the_proxy_says(front):
    """Overwritten, never appended to, however often a client says it."""
    claimed = (
        "X-Forwarded-For: 203.0.113.1",
        "X-Forwarded-For: 203.0.113.2, 203.0.113.3",
        "X-Forwarded-Proto: http",
        "x-forwarded-proto: gopher",
    )
    _, came = front.ask("GET", "/jwks", *claimed)
    assert came.all("X-Forwarded-For") == [front.source]
    assert came.all("X-Forwarded-Proto") == ["https"]
    assert came.all("Host") == [NAME]


@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_what_a_client_claims_goes_no_further(front, spell):
    names = [*FORWARDED, *CERTIFICATES, *OTHERS]
    _, came = front.ask("GET", "/jwks", *(f"{spell(name)}: evil" for name in names))
    assert [header for header in came.headers if header[1] == "evil"] == []


def test_an_underscore_is_no_way_around(front):
    """WSGI cannot tell X_Forwarded_For from X-Forwarded-For."""
    names = ("X_Forwarded_For", "X-Forwarded_For", "Client_Cert", "X_Vhm_Root")
    _, came = front.ask("GET", "/jwks", *(f"{name}: evil" for name in names))
    assert came.all("X-Forwarded-For") == [front.source]
    assert "evil" not in dict(came.headers).values()


def test_a_client_cannot_have_the_proxys_headers_removed(front):
    """``Connection`` names headers of one hop: not ours."""
    _, came = front.ask("GET", "/jwks", "Connection: close, X-Forwarded-For, X-Forwarded-Proto")
    assert came.all("X-Forwarded-For") == [front.source]
    assert came.all("X-Forwarded-Proto") == ["https"]
    assert came.all("Connection") == []


def test_what_the_provider_needs_comes_through(front):
    headers = ("Authorization: Basic cnA6c2VjcmV0", "Cookie: __Host-a=b", "DPoP: proof")
    _, came = front.ask("POST", "/token?a=b%2Fc", *headers, body=b"grant_type=x")
    assert came.line.startswith("POST /token?a=b%2Fc HTTP/1.")
    assert came.body == b"grant_type=x"
    for header in headers:
        name, _, value = header.partition(": ")
        assert came.all(name) == [value]


def test_long_requests_and_long_answers_fit(front):
    """A sign-in is a path of up to 3 700 characters, a request object a longer query."""
    response, came = front.ask("GET", f"/long/{'s' * 3700}?request={'r' * 11_000}")
    assert response.status == 200
    assert len(came.line) > 14_700
    assert len(response.headers["Location"]) > 9000


@pytest.mark.parametrize("line", ["GET /?q={} HTTP/1.1\r\n", "GET / HTTP/1.1\r\nX-Long: {}\r\n"])
def test_longer_ones_are_refused(front, line):
    with front.connect() as connection:
        connection.sendall(f"{line.format('x' * 17_000)}Host: {NAME}\r\n\r\n".encode())
        assert connection.recv(20).split()[1] in {b"400", b"414"}
    assert front.behind.came == []


def test_a_body_ends_somewhere(front):
    assert front.ask("POST", "/par", body=b"x" * 256 * 1024)[0].status == 200
    response, came = front.ask("POST", "/par", body=b"x" * (256 * 1024 + 1))
    assert (response.status, came) == (413, None)


@pytest.mark.parametrize(
    "path, least, most",
    [
        ("/account/login", 21, 30),
        ("/interactions/seal/password", 21, 30),
        ("/authorize", 61, 95),
        ("/token", 100, 100),
        ("/introspect", 100, 100),
    ],
)
def test_how_often_one_address_may_ask(front, path, least, most):
    """Passwords: 20 at once and 2 a second; pages: 60 and 20; servers of clients as they like."""
    with front.connect() as line:
        statuses = []
        for _ in range(100):
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            response = http.client.HTTPResponse(line)
            response.begin()
            response.read()
            statuses.append(response.status)
    assert set(statuses) <= {200, 429}
    assert least <= statuses.count(200) <= most
    assert len(front.behind.came) == statuses.count(200)


def test_how_many_connections_one_address_may_have(front):
    """50 with a request under way; others are not kept from theirs."""
    head = f"POST /token HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 2\r\n\r\na".encode()
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(front.connect()).sendall(head)
        refused = eventually(lambda: front.ask("GET", "/jwks")[0].status == 429)
        assert refused
        mine, front.source = front.source, "127.0.1.250"
        assert front.ask("GET", "/jwks")[0].status == 200
        front.source = mine
    assert eventually(lambda: front.ask("GET", "/jwks")[0].status == 200)


def eventually(condition):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_slow_client_holds_no_worker(front):
    """The provider hears of a request when all of it is there, not before."""
    with front.connect() as line:
        for part in (b"POST /token HTTP/1.1\r\n", f"Host: {NAME}\r\n".encode()):
            line.sendall(part)
        line.sendall(b"Connection: close\r\nContent-Length: 4\r\n\r\nab")
        assert front.ask("GET", "/jwks")[0].status == 200
        assert [one.line.split()[1] for one in front.behind.came] == ["/jwks"]
        line.sendall(b"cd")
        assert b" 200 " in line.recv(100)
    assert front.behind.came[-1].body == b"abcd"


@pytest.mark.parametrize("sent", ["GET /jwks HTTP/1.1\r\nHost: ", "{post}ab"], ids=["head", "body"])
def test_a_client_that_stops_is_dropped(tmp_path, sent):
    """After 15 seconds, which are one here."""
    post = f"POST /token HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 4\r\n\r\n"
    with upstream() as behind, proxied(tmp_path, behind.port, patience="1s") as port:
        with connect(port, "127.0.0.1") as line:
            line.sendall(sent.format(post=post).encode())
            line.settimeout(10)
            said = line.recv(100)
        assert said == b"" or b" 408 " in said
        assert behind.came == []


def test_nothing_is_asked_twice(front):
    """The provider may have done it, although it did not say so."""
    response, _ = front.ask("POST", "/silent", body=b"grant_type=refresh_token")
    assert response.status == 502
    assert len(front.behind.came) == 1


def test_no_secret_lies_in_the_logs(front):
    """Codes are in queries and referrers, sealed requests in paths."""
    secret = "s3cr3t"
    referrer = f"Referer: https://{NAME}/cb?code={secret}"
    front.ask("GET", f"/authorize?state={secret}", referrer)
    front.ask("GET", f"/interactions/{secret}/consent", referrer)
    front.ask("GET", f"/interactions/{secret}")
    front.ask("GET", f"/silent?code={secret}", referrer)
    front.ask("POST", f"/token?code={secret}", body=b"x" * 300_000)
    with front.connect() as line:
        line.sendall(f"GET /{secret}{'x' * 17_000} HTTP/1.1\r\n\r\n".encode())
        line.recv(100)
    front.ask("GET", "/the-end")
    access = front.log("oidc.log", "/the-end")
    assert "/interactions/-/consent" in access
    assert "/authorize" in access
    assert all(secret not in path.read_text() for path in front.folder.glob("*.log"))


@pytest.mark.parametrize("path, status", [("/", 301), ("/token", 403), ("/authorize?a=b", 403)])
def test_without_tls_nothing_but_a_pointer(front, path, status):
    """A client that speaks http has sent its secret to everybody already: it must not go on."""
    with socket.create_connection(("127.0.0.1", plain(front))) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(line)
        response.begin()
        response.read()
    assert response.status == status
    assert response.headers["Location"] == (f"https://{NAME}/" if status == 301 else None)
    assert front.behind.came == []


def plain(front):
    """The port without TLS, as the moved configuration has it."""
    text = (front.folder / "shipped.conf").read_text()
    return int(text.partition("listen 127.0.0.1:")[2].partition(";")[0])

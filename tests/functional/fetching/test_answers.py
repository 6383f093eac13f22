"""What is taken of an answer, and from whom (SF-04, SF-05)."""

import datetime as dt
import gzip

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from oidc_pyramid.fetch import FetchRefused
from oidc_pyramid.settings import read_settings
from tests.functional.fetching.conftest import SETTINGS
from tests.functional.fetching.servers import OK, answering, over_tls, serving

LIMIT = 65_536


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of localhost, with its key, and its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return str(file)


def got(fetcher, head=OK, body=b"{}"):
    with serving(answering(head, body)) as peer:
        return fetcher.get(f"http://127.0.0.1:{peer.port}/"), peer


def test_status_type_body_and_age(fetcher):
    head = b"HTTP/1.1 404 Nope\r\nContent-Type: Text/HTML; charset=x\r\nCache-Control: a, max-age=7\r\n"
    answer, _ = got(fetcher, head, b"gone")
    assert (answer.status, answer.content_type, answer.body) == (404, "text/html", b"gone")
    assert answer.max_age == 7


def test_sf_04_the_limits_of_the_catalogue_are_the_defaults():
    settings = read_settings(SETTINGS)
    assert settings.fetch_timeout <= 3
    assert settings.fetch_max_bytes <= 64 * 1024


@pytest.mark.parametrize(
    "length", [b"", b"Content-Length: 100\r\n", b"Content-Length: 99999999\r\n"]
)
def test_sf_04_reading_stops_at_the_limit(fetcher, length):
    if b"100" not in length:
        with pytest.raises(FetchRefused):
            got(fetcher, OK + length, b"x" * (LIMIT + 1))
    else:
        assert len(got(fetcher, OK + length, b"x" * (LIMIT + 1))[0].body) == 100
    assert len(got(fetcher, OK, b"x" * LIMIT)[0].body) == LIMIT


def test_sf_04_nothing_is_unpacked(fetcher):
    bomb = gzip.compress(b"\0" * 10_000_000)
    answer, peer = got(fetcher, OK + b"Content-Encoding: gzip\r\n", bomb)
    assert answer.body == bomb
    assert "Accept-Encoding: identity" in peer.seen[0]


@pytest.mark.parametrize(
    "head",
    [
        b"nonsense\r\n",
        b"HTTP/1.1 abc Odd\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
    ],
    ids=["nonsense", "status", "many-headers", "long-header", "chunks"],
)
def test_sf_04_what_is_no_http(fetcher, head):
    with pytest.raises(FetchRefused):
        got(fetcher, head, b"")


def test_nobody_there(fetcher):
    with serving(answering()) as peer:
        pass
    with pytest.raises(FetchRefused):
        fetcher.get(f"http://127.0.0.1:{peer.port}/")


def test_the_certificate_is_of_the_name(make_fetcher, certificate):
    allowed = {"oidc.fetch_allow": "127.0.0.0/8 ::1/128"}
    trusting = make_fetcher(**allowed, **{"oidc.fetch_ca_bundle": certificate})
    with serving(over_tls(certificate, answering())) as peer:
        assert trusting.get(f"https://localhost:{peer.port}/").status == 200
        with pytest.raises(FetchRefused, match="SSL"):
            trusting.get(f"https://127.0.0.1:{peer.port}/")
        with pytest.raises(FetchRefused, match="SSL"):
            make_fetcher(**allowed).get(f"https://localhost:{peer.port}/")

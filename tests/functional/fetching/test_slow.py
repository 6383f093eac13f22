"""Servers that are slow on purpose hold nobody for longer than the deadline (SF-04)."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from oidc_pyramid.fetch import PER_HOST, THREADS, FetchRefused
from tests.functional.fetching.servers import OK, answering, dripping, greeting, serving, silent

DRIPS = {
    "headers": dripping(OK, b"X-More: 1\r\n"),
    "one-header": dripping(OK + b"X: ", b"x"),
    "status-line": dripping(b"HTTP/1.1 2", b"0"),
    "informational": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": dripping(OK + b"Content-Length: 60000\r\n\r\n", b" "),
    "endless-body": dripping(OK + b"\r\n", b" "),
    "chunk-extension": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "nothing": silent,
}


def refused_within(fetcher, url, seconds):
    start = time.monotonic()
    with pytest.raises(FetchRefused):
        fetcher.get(url)
    return time.monotonic() - start < seconds


@pytest.mark.parametrize("behave", DRIPS.values(), ids=DRIPS)
def test_sf_04_the_connection_is_cut_at_the_deadline(impatient, behave):
    with serving(behave) as peer:
        assert refused_within(impatient, f"http://127.0.0.1:{peer.port}/", 1.5)
        assert peer.left_alone()


@pytest.mark.parametrize("behave", [silent, greeting])
def test_sf_04_a_handshake_that_hangs(impatient, behave):
    with serving(behave) as peer:
        assert refused_within(impatient, f"https://127.0.0.1:{peer.port}/", 1.5)
        assert peer.left_alone()


def test_sf_04_no_thread_stays_behind(impatient):
    with serving(DRIPS["one-header"]) as peer, serving(answering()) as friend:
        url = f"http://127.0.0.1:{peer.port}/"
        with ThreadPoolExecutor(THREADS * 2) as threads:
            refusals = list(threads.map(lambda _: refused_within(impatient, url, 3), range(16)))
        assert all(refusals)
        assert peer.left_alone()
        assert impatient.get(f"http://127.0.0.1:{friend.port}/").status == 200


def test_sf_08_two_at_a_time_for_one_host(fetcher):
    def slow(peer, connection):
        time.sleep(0.1)
        answering()(peer, connection)

    with serving(slow) as peer, ThreadPoolExecutor(8) as threads:
        url = f"http://127.0.0.1:{peer.port}/"
        answers = list(threads.map(lambda _: fetcher.get(url).status, range(8)))
    assert answers == [200] * 8
    assert peer.peak == PER_HOST


def test_sf_04_a_slow_host_is_no_trouble_to_others(make_fetcher):
    fetcher = make_fetcher(1.5, **{"oidc.fetch_allow": "127.0.0.0/8 ::1/128"})
    with serving(silent) as peer, serving(answering()) as friend:
        url = f"http://127.0.0.1:{peer.port}/"
        waiting = [
            threading.Thread(target=refused_within, args=(fetcher, url, 9)) for _ in range(THREADS)
        ]
        for thread in waiting:
            thread.start()
        start = time.monotonic()
        assert fetcher.get(f"http://localhost:{friend.port}/").status == 200
        assert time.monotonic() - start < 1
        for thread in waiting:
            thread.join()


def test_a_resolver_that_hangs_holds_no_more_than_the_hosts_share(impatient, monkeypatch):
    resolve, asked, release = socket.getaddrinfo, [], threading.Event()

    def hanging(host, *rest, **more):
        if host == "slow.example":
            asked.append(host)
            release.wait(10)
            raise socket.gaierror
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    try:
        for _ in range(PER_HOST + 2):
            assert refused_within(impatient, "https://slow.example/", 1.5)
        assert len(asked) == PER_HOST
        with serving(answering()) as friend:
            assert impatient.get(f"http://127.0.0.1:{friend.port}/").status == 200
    finally:
        release.set()


def test_a_connection_that_comes_after_the_deadline_is_not_used(impatient, monkeypatch):
    resolve = socket.getaddrinfo

    def slow(*args, **more):
        time.sleep(0.8)
        return resolve(*args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with serving(answering()) as peer:
        assert refused_within(impatient, f"http://127.0.0.1:{peer.port}/", 0.75)
        time.sleep(0.5)
        assert peer.seen == []

"""Servers of clients that mean no good, on the loopback interface."""

import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Peer:
    """Does the same to each connection; ``seen`` has what was sent to it."""

    def __init__(self, listener, behave):
        self.port = listener.getsockname()[1]
        self.seen, self.now, self.peak = [], 0, 0
        self.threads = []
        self._listener, self._behave, self._lock = listener, behave, threading.Lock()
        self.over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _serve(self, connection):
        with self._lock:
            self.now += 1
            self.peak = max(self.peak, self.now)
        with connection:
            try:
                with suppress(OSError):
                    self._behave(self, connection)
            finally:
                with self._lock:  # before the other side sees the end, and the next one comes
                    self.now -= 1

    def request(self, connection):
        """All of what was asked: to go away before the end of it would reset the connection."""
        read = b""
        while self._lacks(read) and (more := connection.recv(4096)):
            read += more
        self.seen.append(read.decode("latin-1"))

    @staticmethod
    def _lacks(read):
        head, end, body = read.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        return not end or len(body) < int(length[1] if length else 0)

    def left_alone(self, within=2.0):
        """Did the other side go away from every connection?"""
        end = time.monotonic() + within
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self.threads)


@contextmanager
def serving(behave, host="127.0.0.1"):
    """A peer that ends with the block."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen(64)
        peer = Peer(listener, behave)
        try:
            yield peer
        finally:
            peer.over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def answering(head=OK, body=b"{}"):
    """Says this, and no more."""

    def behave(peer, connection):
        peer.request(connection)
        connection.sendall(head + b"\r\n" + body)

    return behave


def dripping(start, drop):
    """Begins well, then sends a drop every now and then, for as long as it is let."""

    def behave(peer, connection):
        peer.request(connection)
        connection.sendall(start)
        while not peer.over.wait(0.05):
            connection.sendall(drop)

    return behave


def greeting(peer, connection):
    """Begins a TLS record, and goes on with it drop by drop."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while not peer.over.wait(0.05):
        connection.sendall(b"\x02")


def silent(peer, connection):
    """Takes what comes and never answers."""
    while connection.recv(4096):
        pass


def over_tls(certificate, behave):
    """The same behind TLS."""

    def wrapped(peer, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secure:
            behave(peer, secure)

    return wrapped

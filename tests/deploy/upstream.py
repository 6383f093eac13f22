"""What stands behind the proxy in these tests: it notes what comes, byte by byte, and answers."""

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n{body}"


@dataclass
class Came:
    """One request as it came."""

    line: str
    headers: list
    body: bytes

    def all(self, name):
        """The values of the header lines of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Upstream:
    """A server of one thread per connection."""

    port: int
    came: list = field(default_factory=list)

    def answer(self, connection):
        with suppress(OSError), connection, connection.makefile("rb") as stream:
            line = stream.readline().decode().strip()
            if not line:
                return
            headers = []
            while text := stream.readline().decode().strip():
                name, _, value = text.partition(":")
                headers.append((name, value.strip()))
            one = Came(line, headers, b"")
            one.body = stream.read(int("".join(one.all("Content-Length")) or 0))
            self.came.append(one)
            connection.sendall(self.said(line.split()[1]))

    def said(self, path):
        """What is answered; nothing at all for ``/silent``, a long header for ``/long``."""
        if path.startswith("/silent"):
            return b""
        more = f"Location: https://rp.example/{'l' * 9000}\r\n" if path.startswith("/long") else ""
        return ANSWER.format(length=2, more=more, body="ok").encode()


@contextmanager
def upstream():
    """It listens on loopback until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Upstream(listener.getsockname()[1])

        def listen():
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=made.answer, args=(connection,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)

"""Says before the server starts, in one sentence, that its port is taken.

Called by the Makefile: `python tools/port_free.py development.ini`.
"""

import configparser
import errno
import socket
import sys
from pathlib import Path


def listens(ini: Path) -> list[tuple[str, int]]:
    """The addresses of `listen` in `[server:main]`."""
    parser = configparser.ConfigParser(defaults={"here": str(ini.resolve().parent)})
    parser.read(ini, encoding="utf-8")
    words = parser.get("server:main", "listen", fallback="localhost:6543").split()
    pairs = [word.rpartition(":") for word in words]
    return [(host.strip("[]") or "0.0.0.0", int(port)) for host, _, port in pairs]  # noqa: S104


def taken(host: str, port: int) -> bool:
    """Whether somebody listens there already."""
    for family, kind, proto, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen()
            except OSError as error:
                if error.errno not in UNAVAILABLE:
                    return True
    return False


# An address family that this machine does not have is waitress's business, not a port in use.
UNAVAILABLE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def main(ini: str) -> int:
    """0 when all ports are free."""
    for host, port in listens(Path(ini)):
        if taken(host, port):
            print(
                f"Port {port} on {host} is in use, perhaps by an earlier `make serve`: stop that"
                f" program, or take another one: `make serve PORT=7000`.",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

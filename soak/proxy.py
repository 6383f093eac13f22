"""nginx with the configuration that we ship, moved to other ports and folders."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soak.deployment import ROOT
from soak.processes import end, free_port, start, wait_for

NAME = "id.example.com"
MAIN = """\
{user}
worker_processes 1;
daemon off;
pid {here}/nginx.pid;
error_log {here}/nginx.log;
events {{ worker_connections 8192; }}
worker_rlimit_nofile 16384;
http {{
    client_body_temp_path {here}/body;
    proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi;
    scgi_temp_path {here}/scgi;
    include {here}/shipped.conf;
}}
"""


def available() -> bool:
    """Debian: apt install nginx-light openssl."""
    return shutil.which("nginx") is not None and shutil.which("openssl") is not None


@contextmanager
def proxied(here: Path, upstream: int, *, patience: str = "15s") -> Iterator[int]:
    """In front of a provider on loopback; yields the port for TLS. ``patience`` is for clients
    that send a part of a request and then nothing."""
    here.mkdir(parents=True, exist_ok=True)
    tls, plain = free_port(), free_port()
    _certificate(here)
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in {
        "127.0.0.1:6543": f"127.0.0.1:{upstream}",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        f"/etc/letsencrypt/live/{NAME}": str(here),
        "/var/log/nginx": str(here),
        "client_header_timeout 15s;": f"client_header_timeout {patience};",
        "client_body_timeout 15s;": f"client_body_timeout {patience};",
    }.items():
        if old not in shipped:
            raise ValueError(f"deploy/nginx.conf has no {old!r} any more")
        shipped = shipped.replace(old, new)
    (here / "shipped.conf").write_text(shipped)
    user = "user root;" if os.geteuid() == 0 else ""  # it writes into our folders
    (here / "main.conf").write_text(MAIN.format(here=here, user=user))
    log = here / "nginx.out"
    child = start(("nginx", "-p", here, "-c", here / "main.conf"), log)
    try:
        if not wait_for(lambda: _listens(tls), 10):
            raise RuntimeError(log.read_text() + (here / "nginx.log").read_text())
        yield tls
    finally:
        end(child)


def _certificate(here: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        f" -subj /CN={NAME} -keyout privkey.pem -out fullchain.pem"
    )
    subprocess.run(command.split(), cwd=here, check=True, capture_output=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connect(port: int, source: str, *, narrow: bool = False) -> ssl.SSLSocket:
    """A TLS connection from that loopback address; the certificate is our own, and those of the
    system, which take a while to read, are not looked at. A narrow one has little room for what
    is not read, and by its small segments the sender has little, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.socket()
    if narrow:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    plain.settimeout(10)
    plain.bind((source, 0))
    plain.connect(("127.0.0.1", port))
    return context.wrap_socket(plain, server_hostname=NAME)

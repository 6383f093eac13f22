"""Installs the wheel into an empty environment far from the checkout, and asks it for its pages.

A template, style sheet or package that is missing from the wheel shows here and nowhere else.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, build_opener

INI = Path(__file__).parents[1] / "development.ini"
PATIENCE = 60


def main(wheel: str) -> None:
    """Stops with an AssertionError, or a failed command, at the first thing that is wrong."""
    with tempfile.TemporaryDirectory(prefix="wheel-") as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        run(folder, "python", "-m", "pip", "install", "-q", str(Path(wheel).resolve()))
        issuer = configure(folder)
        run(folder, "oidc-pyramid", "-c", "wheel.ini", "init")
        run(folder, "oidc-pyramid", "-c", "wheel.ini", "doctor")
        server = start(folder, "pserve", "wheel.ini")
        try:
            check(issuer, client(folder))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=PATIENCE)
    print(f"The wheel serves {issuer} with discovery, keys, login page and static files.")


def program(folder: Path, name: str) -> str:
    """A program of the empty environment."""
    return str(folder / "venv" / "bin" / name)


def environment() -> dict[str, str]:
    """The caller's, less what would let the checkout or its environment be found."""
    return {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def run(folder: Path, name: str, *arguments: str) -> str:
    """The standard output of a program, run in the folder; it must succeed."""
    command = [program(folder, name), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def start(folder: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A program that goes on running in the folder."""
    return subprocess.Popen([program(folder, name), *arguments], cwd=folder, env=environment())


def configure(folder: Path) -> str:
    """Writes wheel.ini, which is development.ini on a free port; answers its issuer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (folder / "wheel.ini").write_text(INI.read_text(encoding="utf-8").replace("6543", str(port)))
    return f"http://localhost:{port}"


def client(folder: Path) -> dict[str, list[str]]:
    """A seeded client that has a redirect URI."""
    found = json.loads(run(folder, "oidc-pyramid", "-c", "wheel.ini", "client", "list", "--json"))
    return next(one for one in found if one.get("redirect_uris"))


def check(issuer: str, seeded: dict[str, list[str]]) -> None:
    """Discovery, keys, the login page by two ways, and every static file it names."""
    metadata = json.loads(fetch(f"{issuer}/.well-known/openid-configuration", patience=PATIENCE))
    assert metadata["issuer"] == issuer, metadata
    assert json.loads(fetch(metadata["jwks_uri"]))["keys"]
    asked = {
        "client_id": seeded["client_id"],
        "redirect_uri": seeded["redirect_uris"][0],
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    for address in (
        f"{metadata['authorization_endpoint']}?{urlencode(asked)}",
        f"{issuer}/account",
    ):
        page = fetch(address)
        for identifier in ("login-form", "username", "password", "login-submit"):
            assert f'id="{identifier}"' in page, f"{address} has no #{identifier}:\n{page}"
        assets = re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg|png|ico)[^"]*)"', page)
        assert assets, f"{address} names no style sheet:\n{page}"
        for asset in assets:
            assert fetch(urljoin(address, asset)), asset


def fetch(address: str, patience: float = 0) -> str:
    """The text at an address, after redirects, with cookies; waits for a server that starts."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    deadline = time.monotonic() + patience
    while True:
        try:
            with opener.open(address, timeout=30) as answer:
                return answer.read().decode()
        except URLError as error:
            if not isinstance(error.reason, ConnectionError) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1])

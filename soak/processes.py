"""Children that end with us, however we end; and what the operating system says of them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Child = subprocess.Popen[bytes]


def start(
    command: Sequence[object],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
) -> Child:
    """A child that writes into *log*."""
    whole = [str(part) for part in (*_tied(user, stop), *command)]
    with log.open("ab") as output:
        return subprocess.Popen(
            whole, stdout=output, stderr=output, cwd=cwd, env={**os.environ, **(env or {})}
        )


def _tied(user: str | None, stop: signal.Signals) -> tuple[str, ...]:
    """Linux ends a child with its parent; elsewhere a killed run leaves its servers."""
    if shutil.which("setpriv") is None:
        return () if user is None else ("su", user, "-s", "/bin/sh", "-c", 'exec "$0" "$@"', "--")
    who = () if user is None else (f"--reuid={user}", f"--regid={user}", "--clear-groups")
    return ("setpriv", f"--pdeathsig={stop.name.removeprefix('SIG')}", *who, "--")


def end(child: Child | None, sent: signal.Signals = signal.SIGTERM, seconds: float = 15) -> None:
    """Ask it to end, and see to it that it does."""
    if child is None or child.poll() is not None:
        return
    child.send_signal(sent)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def workers(pid: int) -> list[int]:
    """The processes that this one has forked."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def kill(*pids: int) -> None:
    """No last words."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """They do nothing during the block, and keep what they had begun."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def wait_for(condition: Callable[[], object], seconds: float = 30) -> bool:
    """Poll; says by its answer whether it came true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def free_port() -> int:
    """A port on loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

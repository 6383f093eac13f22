"""Installs this checkout with pip, quietly, and ends in one sentence when that fails.

Called by the Makefile: `python tools/install.py ".[test]"`.
"""

import re
import subprocess
import sys
from pathlib import Path

LOG = Path(sys.prefix) / "install.log"
COMPILER_SIGNS = re.compile(
    r"error: command '[^']*(cc|clang|\+\+)'|unable to execute '|Python\.h|C compiler|Visual C\+\+"
    r"|can't find Rust compiler|No such file or directory: '(gcc|cc|g\+\+|c\+\+)'"
)
ERROR = re.compile(r"^\s*ERROR:\s*(.+)$", re.MULTILINE | re.IGNORECASE)
NETWORK_SIGNS = ("NewConnectionError", "Temporary failure in name resolution", "ConnectTimeout")


def reason(log: str) -> str:
    """The most likely cause of a failed installation, with its cure."""
    if any(sign in log for sign in NETWORK_SIGNS):
        return "the package index could not be reached: check the network, or pip's index settings"
    if COMPILER_SIGNS.search(log):
        return (
            "a package has no ready-made build for this machine and needs a C compiler: install one"
            " (Debian, Ubuntu: apt install build-essential python3-dev) and try again"
        )
    found = [text for text in ERROR.findall(log) if text != "subprocess-exited-with-error"]
    return found[0] if found else "pip gave no reason"


def main(target: str) -> int:
    """Runs pip; its output goes to a log file, not to the screen."""
    print(f"Installing {target} (the first time takes a minute or two) ...", flush=True)
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run([*command, "-e", target], stdout=log, stderr=log, check=False)
    if done.returncode:
        text = LOG.read_text(encoding="utf-8", errors="replace")
        print(f"The installation failed: {reason(text)} (all of it: {LOG}).", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

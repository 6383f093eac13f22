"""Start the bookshop: ``python examples/bookshop/serve.py [INI]``."""

import sys
from pathlib import Path

from pyramid.scripts.pserve import PServeCommand

HERE = Path(__file__).parent


def main(ini: str = str(HERE / "development.ini")) -> int:
    """As ``pserve`` does; this file's directory is where the package ``bookshop`` is found."""
    return PServeCommand(["pserve", ini]).run() or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

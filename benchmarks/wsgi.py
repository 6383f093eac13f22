"""The application of ``BENCH_INI`` for servers that import one; run as a script, bjoern's own."""

from __future__ import annotations

import os
import sys

from pyramid.paster import get_app

application = get_app(os.environ["BENCH_INI"])

if __name__ == "__main__":
    import bjoern

    bjoern.run(application, "127.0.0.1", int(sys.argv[1]))

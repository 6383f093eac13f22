"""What only the served application knows: ``oidc.include = soak.counting`` in the ini file.

Each attempt that met a rival is one byte in a file that all workers append to.
"""

from __future__ import annotations

import os
from typing import Any

from pyramid_retry import BeforeRetry

RETRIES = "soak.retries"


def includeme(config: Any) -> None:
    """Count what is tried again."""
    path = config.registry.settings[RETRIES]
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def count(_event: BeforeRetry) -> None:
        os.write(file, b".")

    config.add_subscriber(count, BeforeRetry)

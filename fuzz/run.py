"""``python -m fuzz.run TARGET RUNS FOLDER``: one target, driven by atheris, for so many inputs."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["oidc_pyramid"]):
    from fuzz import endpoints, targets

TARGETS = {**targets.PARSERS, "endpoint": endpoints.endpoint}
SEEDS = {**targets.SEEDS, "endpoint": endpoints.SEEDS}


def main(name: str, runs: str, folder: str) -> None:
    """LibFuzzer ends the process; what made it fail is kept in *folder*. What the provider logs
    is judged by its status."""
    logging.disable(logging.CRITICAL)
    corpus = Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-runs={runs}", "-max_len=2048", f"-artifact_prefix={folder}/{name}-"]
    atheris.Setup([name, *options, "-print_final_stats=1", str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

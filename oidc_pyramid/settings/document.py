"""The settings reference of the documentation, made from the table.

``python -m oidc_pyramid.settings.document > docs/reference/settings.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from oidc_pyramid.settings.key import PREFIX, Key
from oidc_pyramid.settings.read import KEYS
from oidc_pyramid.settings.table import SECTIONS

INTRODUCTION = """\
# Settings

Each key stands in the `[app:main]` section of the ini file, or in the settings that a host
application gives its `Configurator`. A misspelt key or a bad value stops the start-up with the
key, the value and the nearest key that exists. `oidc-pyramid settings` shows what is in force,
`oidc-pyramid doctor` what deserves a second look.

Any value may live elsewhere: `env:NAME` takes it from the environment, `file:PATH` from a file
(a file with a secret should be readable by its owner alone). Values that come from Python may be
Python objects: numbers, booleans, `timedelta`, sequences, and the plug-in itself instead of its
dotted name.

duration
: Seconds, or a number with `s`, `m`, `h` or `d`: `90d`.

list of words
: Separated by spaces, commas or lines.

true or false
: `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`; anything else is an error.

dotted name
: As Pyramid resolves it: `acme.oidc.Badge` or `acme.oidc:Badge`.
"""


def reference() -> str:
    """The whole page as MyST."""
    return INTRODUCTION + "".join(_sections())


def _sections() -> Iterator[str]:
    for key, declared in KEYS.items():
        name = key.removeprefix(PREFIX)
        if name in SECTIONS:
            yield f"\n## {SECTIONS[name]}\n"
        yield f"\n(setting-{name})=\n### `{key}`\n\n{_facts(declared)}\n\n{declared.doc}\n"


def _facts(declared: Key) -> str:
    facts = [declared.converter.words, _default(declared)]
    if declared.was:
        facts.append(f"`{declared.was}` in django-oidc-provider")
    return "*" + "; ".join(facts) + "*"


def _default(declared: Key) -> str:
    if declared.required:
        return "required"
    if declared.shown_default:
        return f"default: {declared.shown_default}"
    return f"default: `{declared.default}`" if declared.default else "default: empty"


if __name__ == "__main__":
    sys.stdout.write(reference())

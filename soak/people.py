"""``python -m soak.people INI PASSWORD NAME...``: a database, and people in it, by one process."""

from __future__ import annotations

import sys
import time

from oidc_pyramid.models.provider import Provider
from oidc_pyramid.models.users import User
from oidc_pyramid.passwords import Passwords
from oidc_pyramid.scripts import main as commands
from oidc_pyramid.scripts.deployment import Deployment


def main(ini: str, password: str, *names: str) -> None:
    """As ``oidc-pyramid init`` and ``user add`` do it."""
    commands.main(["-c", ini, "init"], standalone_mode=False)
    deployment = Deployment(ini)
    hashed = Passwords(deployment.settings).hash(password)
    now = int(time.time())

    def add(provider: Provider) -> None:
        for name in names:
            person = User(name, now=now, name=f"Person {name}")
            person.set_password_hash(hashed, now=now)
            provider.users.add(person)

    deployment.change(add)


if __name__ == "__main__":
    main(*sys.argv[1:])

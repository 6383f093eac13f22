"""``oidc-pyramid keys``: the ring of signing keys."""

from __future__ import annotations

import time
from typing import Any

import click

from oidc_pyramid.founding import require_secret
from oidc_pyramid.key_rotation import kept, made_for, place, turn
from oidc_pyramid.models.keys import CURRENT, NEXT, RETIRED, KeyRing, SigningKey
from oidc_pyramid.models.provider import Provider
from oidc_pyramid.protocol.jose import import_pem
from oidc_pyramid.protocol.jwe import KEY_ALGS
from oidc_pyramid.protocol.jwk import ASYMMETRIC
from oidc_pyramid.scripts.deployment import Deployment
from oidc_pyramid.scripts.failures import Commands, Failure
from oidc_pyramid.scripts.output import json_option, moment, print_json, print_table, say
from oidc_pyramid.settings import Settings

alg_option = click.option("--alg", type=click.Choice(ASYMMETRIC), help="The signature algorithm.")
now_option = click.option(
    "--now", "at_once", is_flag=True, help="Sign with it at once, without publishing it ahead."
)


@click.group(cls=Commands)
def keys() -> None:
    """Keys that ID Tokens are signed with."""


@keys.command()
@click.option(
    "--alg",
    type=click.Choice((*ASYMMETRIC, *KEY_ALGS)),
    help="The signature algorithm, or one for what clients encrypt to us.",
)
@now_option
@click.pass_obj
def create(deployment: Deployment, alg: str | None, *, at_once: bool) -> None:
    """Make a key. It is published now, and signs after 'keys rotate'.

    The first key of an algorithm signs at once.
    """
    jwk = made_for(alg or deployment.settings.signing_alg)
    say(_add(deployment, jwk, at_once=at_once))


@keys.command("import")
@click.argument("file", type=click.File("rb"))
@alg_option
@click.option("--kid", help="Its key id. Default: the thumbprint (RFC 7638).")
@click.option("--passphrase", is_flag=True, help="Ask for the passphrase of the file.")
@now_option
@click.pass_obj
def import_(
    deployment: Deployment,
    file: Any,
    alg: str | None,
    kid: str | None,
    *,
    passphrase: bool,
    at_once: bool,
) -> None:
    """Take over a private key from a PEM file, such as the ancestor's OIDC_RSA_KEY.pem."""
    typed = click.prompt("Passphrase", hide_input=True, err=True) if passphrase else None
    try:
        jwk = import_pem(file.read(), alg, password=typed.encode() if typed else None, kid=kid)
    except ValueError as error:
        raise Failure(f"{file.name}: {error}") from error
    say(_add(deployment, jwk, at_once=at_once))


@keys.command()
@click.option("--alg", type=click.Choice((*ASYMMETRIC, *KEY_ALGS)), help="Of one algorithm alone.")
@now_option
@click.pass_obj
def rotate(deployment: Deployment, alg: str | None, *, at_once: bool) -> None:
    """Sign with the next key of each algorithm, or make one that is missing.

    A key that was published less than oidc.key_publish_ahead ago is not used yet.
    """
    settings, now = deployment.settings, int(time.time())

    def work(provider: Provider) -> list[str]:
        require_secret(provider, settings)
        ring = provider.keys
        algs = (alg,) if alg else tuple(dict.fromkeys((*settings.signing_algs, *kept(ring))))
        ring.expire(now=now)
        return [turn(ring, each, settings, now=now, at_once=at_once) for each in algs]

    for sentence in deployment.change(work):
        say(sentence)


@keys.command("list")
@json_option
@click.option("--all", "everything", is_flag=True, help="Retired keys too.")
@click.pass_obj
def show_all(deployment: Deployment, *, everything: bool, as_json: bool) -> None:
    """List the keys: next, current and retiring ones are published."""
    with deployment.reading() as provider:
        ring = provider.keys.keys
        found = [described(key) for key in ring if everything or key.state != RETIRED]
    if as_json:
        print_json(found)
        return
    rows = [
        {name.removesuffix("_at"): _readable(name, value) for name, value in key.items()}
        for key in found
    ]
    columns = ("kid", "alg", "state", "created", "activated", "remove")
    print_table(rows, columns, "There are no keys: oidc-pyramid keys create.")


@keys.command(context_settings={"ignore_unknown_options": True})  # a kid may begin with "-"
@click.argument("kid")
@click.option("--at-once", is_flag=True, help="It was stolen: take it out of the published keys.")
@click.pass_obj
def retire(deployment: Deployment, kid: str, *, at_once: bool) -> None:
    """Sign with a key no more. What it signed stays good for a while, or ends with --at-once."""
    settings, now = deployment.settings, int(time.time())

    def work(provider: Provider) -> str:
        key = provider.keys.get(kid)
        if key is None or key.state == RETIRED:
            raise Failure(f"there is no key {kid} in use: oidc-pyramid keys list")
        return _retire(provider.keys, key, settings, now=now, at_once=at_once)

    say(deployment.change(work))


def described(key: SigningKey) -> dict[str, Any]:
    """What may be shown of a key; times in seconds."""
    names = ("kid", "alg", "use", "state", "created_at", "activated_at", "retired_at", "remove_at")
    return {name: getattr(key, name) for name in names}


def _add(deployment: Deployment, jwk: dict[str, object], *, at_once: bool) -> str:
    settings, now = deployment.settings, int(time.time())

    def work(provider: Provider) -> str:
        require_secret(provider, settings)
        key = SigningKey(jwk, settings.secret, state=NEXT, now=now)
        try:
            return place(provider.keys, key, settings, now=now, at_once=at_once)
        except ValueError as error:
            raise Failure(str(error)) from error

    return deployment.change(work)


def _retire(ring: KeyRing, key: SigningKey, settings: Settings, *, now: int, at_once: bool) -> str:
    was_current = key.state == CURRENT
    following = ring.in_state(key.alg, NEXT) if was_current else None
    if was_current and following is None and key.alg in settings.signing_algs:
        raise Failure(
            f"{key.kid} is the only key of {key.alg}: run 'oidc-pyramid keys create --alg "
            f"{key.alg}' first"
        )
    keep = settings.key_retire_after if key.activated_at and not at_once else 0
    ring.retire(key, now=now, keep=keep)
    if following is not None:
        ring.activate(following, now=now, keep=keep)
        return f"{key.kid} signs no more; {following.kid} does."
    return f"{key.kid} signs no more."


def _readable(name: str, value: object) -> object:
    return moment(value) if name.endswith("_at") and isinstance(value, int) else value

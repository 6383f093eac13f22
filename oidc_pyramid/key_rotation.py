"""New keys in time: published ahead, used, kept for verification, gone (Core §10.1.1)."""

from __future__ import annotations

import logging
import time

from oidc_pyramid.models.keys import CURRENT, NEXT, KeyRing, SigningKey
from oidc_pyramid.protocol.jose import new_key
from oidc_pyramid.protocol.jwe import KEY_ALGS, new_encryption_key
from oidc_pyramid.settings import Settings

log = logging.getLogger("oidc_pyramid.keys")


def turn(ring: KeyRing, alg: str, settings: Settings, *, now: int, at_once: bool = False) -> str:
    """One step of a rotation; says what was done."""
    following = ring.in_state(alg, NEXT)
    if following is None:
        made = SigningKey(made_for(alg), settings.secret, state=NEXT, now=now)
        return place(ring, made, settings, now=now, at_once=at_once)
    usable_at = following.created_at + settings.key_publish_ahead
    if now < usable_at and not at_once:
        return f"{alg}: {following.kid} is published; rotate again after {moment(usable_at)}."
    ring.activate(following, now=now, keep=settings.key_retire_after)
    return f"{alg}: {following.kid} signs now."


def made_for(alg: str) -> dict[str, object]:
    """A new private JWK: for signatures, or for what is encrypted to us (``use: enc``)."""
    return new_encryption_key(alg) if alg in KEY_ALGS else new_key(alg)


def place(ring: KeyRing, key: SigningKey, settings: Settings, *, now: int, at_once: bool) -> str:
    """Put a new key into the ring: current where there is none, else next; says which.

    Raises ``ValueError`` when there is a next key already, or the kid was used before.
    """
    if not at_once and ring.in_state(key.alg, NEXT) is not None:
        raise ValueError(f"{key.alg} has a next key already: oidc-pyramid keys rotate")
    ring.add(key)
    if at_once or ring.in_state(key.alg, CURRENT) is None:
        ring.activate(key, now=now, keep=settings.key_retire_after)
        return f"{key.alg}: {key.kid} signs now."
    usable_at = moment(now + settings.key_publish_ahead)
    return f"{key.alg}: {key.kid} is published; rotate after {usable_at}."


def tend(ring: KeyRing, settings: Settings, *, now: int) -> list[str]:
    """What the age of the keys asks for, if ``oidc.rotate_keys_every`` is set; says what was done.

    A next key is published so early that it has been known for ``key_publish_ahead`` when the
    current one reaches its age; retiring keys whose time is over leave the JWKS.
    """
    done = [f"{key.alg}: {key.kid} is gone." for key in ring.expire(now=now)]
    if settings.rotate_keys_every:
        for alg in kept(ring):
            done += _tend_one(ring, alg, settings, now)
    return done


def kept(ring: KeyRing) -> tuple[str, ...]:
    """Every algorithm that has a current key, for signatures or for what is encrypted to us."""
    return tuple(key.alg for key in ring.keys if key.state == CURRENT)


def _tend_one(ring: KeyRing, alg: str, settings: Settings, now: int) -> list[str]:
    current, following = ring.in_state(alg, CURRENT), ring.in_state(alg, NEXT)
    if current is None:
        return []
    due = current.activated_at + settings.rotate_keys_every
    if following is None:
        early = now >= due - settings.key_publish_ahead
        return [turn(ring, alg, settings, now=now)] if early else []
    known = now >= following.created_at + settings.key_publish_ahead
    return [turn(ring, alg, settings, now=now)] if known and now >= due else []


def moment(seconds: int) -> str:
    """For people: UTC to the minute."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))

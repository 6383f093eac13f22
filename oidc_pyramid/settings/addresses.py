"""The addresses among the settings: the issuer, and links that people follow."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from oidc_pyramid.settings.convert import Converter, text

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)


def is_loopback(host: str | None) -> bool:
    """Whether the name can only mean this machine (RFC 6761 §6.3, RFC 8252 §7.3)."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def issuer_host(issuer: str) -> str:
    """The host of an issuer that has been checked, without port and brackets."""
    return urlsplit(issuer).hostname or ""


def _issuer(value: object) -> str:
    """https, or http on a loopback host; no query, fragment or closing slash (Discovery §3)."""
    issuer = text.read(value)
    parts = _split(issuer)
    reason = _why_not(issuer, parts)
    if reason:
        raise ValueError(reason)
    return issuer


def _split(value: str) -> SplitResult:
    parts = urlsplit(value)
    try:
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise ValueError("the port is no number between 0 and 65535") from error
    return parts


def _why_not(issuer: str, parts: SplitResult) -> str:
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        return "an address such as https://id.example.com is needed"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "https is needed unless the host is loopback (localhost, 127.0.0.1, [::1])"
    if "?" in issuer or "#" in issuer or "@" in parts.netloc:
        return "no query, fragment or user name may be in it"
    return "no slash may close it" if issuer.endswith("/") else _why_not_canonical(issuer, parts)


def _why_not_canonical(issuer: str, parts: SplitResult) -> str:
    port = "" if parts.port is None else f":{parts.port}"
    if not _HOST.fullmatch(parts.netloc.removesuffix(port)):
        return "the host must be in lower case, with a plain port or none"
    if not issuer.startswith(f"{parts.scheme}://{parts.netloc}{parts.path}"):
        return "the scheme must be in lower case, and no white space in it"
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        return "its path must be plain segments of letters, digits and ._~-"
    return ""


def _link(value: object) -> str:
    link = text.read(value)
    if link and (_split(link).scheme not in {"http", "https"} or not _split(link).hostname):
        raise ValueError("an http or https address is needed")
    return link


def _page(value: object) -> str:
    page = text.read(value)
    return page if page.startswith("/") and not page.startswith("//") else _link(page)


def _templates(value: object) -> str:
    place = text.read(value)
    if place and ":" not in place and not Path(place).is_dir():
        raise ValueError(
            "there is no such directory (an asset specification has a colon: acme:theme/)"
        )
    return place


issuer = Converter("https address without closing slash", _issuer)
link = Converter("address", _link)
page = Converter("address or path", _page)
templates = Converter("directory or asset specification", _templates)

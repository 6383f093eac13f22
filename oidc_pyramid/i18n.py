"""Texts that Python code shows to people, in our message domain."""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory

DOMAIN = "oidc_pyramid"
_ = TranslationStringFactory(DOMAIN)

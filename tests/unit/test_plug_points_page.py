"""Every interface, directive and event has its place in docs/reference/plug-points.md."""

import inspect
from pathlib import Path

import pytest
from pyramid.config import Configurator
from zope.interface.interface import InterfaceClass

from oidc_pyramid import events, interfaces, plugins
from oidc_pyramid.testing import SETTINGS, found_provider

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "plug-points.md").read_text("utf-8")
INTERFACES = sorted(
    name for name, one in vars(interfaces).items() if isinstance(one, InterfaceClass)
)
EVENTS = sorted(name for name, one in vars(events).items() if inspect.isclass(one))


@pytest.mark.parametrize("name", sorted(set(INTERFACES) - {"Interface"}))
def test_interfaces(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", sorted(set(EVENTS) - {"Event"}))
def test_events(name):
    assert f"`{name}`" in PAGE


def test_plug_points_say_what_they_need():
    missing = [
        f"{interface.__name__}.{name}"
        for interface in (*plugins.MANY.values(), *plugins.ONE.values())
        for name in interface.names()
        if f"- `{name}`" not in PAGE and f"- `{name}(" not in PAGE
    ]
    assert missing == []


def test_directives():
    with Configurator(settings=dict(SETTINGS)) as config:
        found_provider(config)
        config.include("oidc_pyramid")
        directives = [name for name in config.registry._directives if "_oidc_" in name]
    assert [name for name in directives if f"config.{name}(" not in PAGE] == []

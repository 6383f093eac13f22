"""The third evolve step counts the clients and lists those that nobody has used."""

from oidc_pyramid.models.clients import Client
from oidc_pyramid.models.evolve import step_3
from oidc_pyramid.models.provider import Provider


def test_what_was_there_before_is_counted_and_listed():
    provider = Provider(b"a secret for tests alone: 0123456789", now=1)
    clients = provider.clients
    for name, dynamic, used in (("a", True, False), ("b", True, True), ("c", False, False)):
        client = Client(name, now=7)
        client.dynamic, client.used = dynamic, used
        clients._data[name] = client
    del clients._number, clients._unused
    step_3.run(provider)
    assert len(clients) == 3
    assert clients.unsettled(before=7, most=9) == [(7, "a")]
    assert clients.unsettled(before=6, most=9) == []

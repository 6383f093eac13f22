"""A host that asks some people for a PIN after the password: all of it is this file."""

from oidc_pyramid.interfaces import IPrompt
from oidc_pyramid.plugins import plugin
from oidc_pyramid.views.steps import step_page

PINS = {"alice": "2468"}


@plugin(IPrompt)
class PinPrompt:
    """Asked when a client wants more than a password."""

    name = "pin"
    acr = "two-factor"
    amr = ("pin", "mfa")
    after = ("login", "select_account")
    before = ("consent",)

    def needed(self, wanted, session, consent):
        return None

    def offered_to(self, account):
        return account.username in PINS


@step_page("pin")
def pin(step, request):
    """``/interactions/{seal}/pin``"""
    if request.method != "POST":
        return ask(step)
    form = step.form()
    if form.get("decline"):
        return step.declined()
    closed = step.too_often()
    if closed:
        return ask(step, error=closed)
    if form.get("code") != PINS[step.account.username]:
        step.failed()
        return ask(step, error="This is not your PIN.")
    return step.done()


def ask(step, error=""):
    return step.ask(
        "Your PIN",
        "PIN",
        text="This application wants to be sure that it is you.",
        error=error,
        decline="I have no PIN at hand",
        secret=True,
    )


def includeme(config):
    config.scan("tests.functional.hosts.second_factor", categories=("pyramid", "oidc_pyramid"))

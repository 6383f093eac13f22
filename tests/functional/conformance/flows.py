"""The flows that the plans run: a response type, and how the answer travels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flow:
    """``mode`` is the ``response_mode`` that is sent; None leaves it out."""

    response_type: str
    mode: str | None = None

    def __str__(self):
        words = (*self.response_type.split(), self.mode)
        return "+".join(word for word in words if word)

    @property
    def issues(self):
        """The names in the response type."""
        return frozenset(self.response_type.split())

    @property
    def transport(self):
        """Where the answer has to be (Multiple Response Types §2.1)."""
        default = "query" if self.response_type == "code" else "fragment"
        return self.mode or default


TYPES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
FLOWS = tuple(Flow(one, mode) for mode in (None, "form_post") for one in TYPES)


def having(*names, without=()):
    """The flows that issue all of *names* and none of *without*."""
    return tuple(f for f in FLOWS if f.issues.issuperset(names) and f.issues.isdisjoint(without))


CODE = having("code")
BASIC = having("code", without=("token", "id_token"))
FRONT_ID_TOKEN = having("id_token")
WITH_ACCESS_TOKEN = tuple(f for f in FLOWS if f.issues & {"code", "token"})
ONE = FLOWS[:1]

"""The time claims, with every odd type that a sender may put there."""

import pytest

from oidc_pyramid.protocol.compact import JoseError
from oidc_pyramid.protocol.times import check_times

NOW = 1_700_000_000


def valid(claims, **options):
    try:
        check_times(claims, NOW, **options)
    except JoseError:
        return False
    return True


@pytest.mark.spec("RFC 7519", "4.1.4")
def test_exp_is_the_first_second_that_is_too_late():
    assert valid({"exp": NOW + 1})
    assert not valid({"exp": NOW})
    assert valid({"exp": NOW + 0.5})
    assert valid({"exp": NOW - 9}, leeway=10)
    assert not valid({"exp": NOW - 10}, leeway=10)


@pytest.mark.spec("RFC 7519", "4.1.5")
def test_nbf_is_the_first_second_that_is_good():
    assert valid({"exp": NOW + 60, "nbf": NOW})
    assert not valid({"exp": NOW + 60, "nbf": NOW + 1})
    assert valid({"exp": NOW + 60, "nbf": NOW + 8}, leeway=10)
    assert not valid({"exp": NOW + 60, "nbf": NOW + 60}, leeway=10)


@pytest.mark.spec("RFC 7519", "4.1.6")
def test_nothing_is_issued_in_the_future():
    assert valid({"exp": NOW + 60, "iat": NOW})
    assert not valid({"exp": NOW + 60, "iat": NOW + 11}, leeway=10)


def test_what_is_required_must_be_there():
    assert not valid({})
    assert not valid({"iat": NOW})
    assert valid({}, require=())
    assert valid({"iat": NOW}, require=("iat",))
    assert not valid({"exp": NOW + 1}, require=("exp", "iat"))


ODD = {
    "JO-17-text": str(NOW + 60),
    "JO-17-true": True,
    "JO-17-false": False,
    "JO-17-null": None,
    "JO-17-1e18": 1e18,
    "JO-17-infinity": float("inf"),
    "JO-17-minus-infinity": float("-inf"),
    "JO-17-nan": float("nan"),
    "JO-17-negative": -1,
    "JO-17-2-to-the-53": 2**53,
    "JO-17-huge": 10**400,
    "JO-17-array": [NOW + 60],
    "JO-17-object": {"seconds": NOW + 60},
    "JO-17-bytes": b"1",
}


@pytest.mark.spec("RFC 7519", "2")
@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_odd_values_are_refused(name, value):
    claims = {"exp": NOW + 60, name: value}
    assert not valid(claims)
    assert not valid(claims, leeway=10**6)

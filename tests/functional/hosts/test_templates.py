"""A deployment's own pages: a directory of the ini and a host's single file, both together.

The canary for a Pyramid that finds templates in another way: it stops these overrides silently.
"""

from pathlib import Path

import oidc_pyramid.templates
import pytest

from oidc_pyramid.testing import authorization_request

OURS = Path(oidc_pyramid.templates.__path__[0])
LAYOUT = "tests.functional.hosts.dispatch_host:layout.pt"


def marked(name, mark):
    """One of our templates with a mark in it."""
    text = (OURS / name).read_text(encoding="utf-8")
    return text.replace('id="login-form"', f'id="login-form" data-from="{mark}"')


@pytest.fixture
def branding(tmp_path):
    (tmp_path / "login.pt").write_text(marked("login.pt", "directory"), encoding="utf-8")
    static = tmp_path / "static"
    static.mkdir()
    (static / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    return tmp_path


def layout_of_host(config):
    config.override_asset("oidc_pyramid.templates:layout.pt", LAYOUT)


def login_page(op):
    rp = op.add_client()
    browser = op.browser()
    return browser.get("/authorize", authorization_request(rp)).follow()


def test_ours_without_either(make_op):
    page = login_page(make_op())
    assert "data-from" not in page
    assert "data-layout" not in page


def test_a_directory_named_in_the_ini_replaces_single_files(make_op, branding):
    op = make_op(**{"oidc.templates": str(branding)})
    page = login_page(op)
    assert 'data-from="directory"' in page
    assert "data-layout" not in page
    assert op.browser().get("/static/mark.svg").text.startswith("<svg xmlns=")
    op.browser().get("/static/oidc.css")


def test_a_host_replaces_the_layout_of_every_page(make_op):
    op = make_op(layout_of_host)
    assert 'data-layout="host"' in login_page(op)
    assert 'data-layout="host"' in op.browser().get("/")
    assert 'data-layout="host"' in op.browser().get("/authorize", status=400)


def test_both_together(make_op, branding):
    page = login_page(make_op(layout_of_host, **{"oidc.templates": str(branding)}))
    assert 'data-from="directory"' in page
    assert 'data-layout="host"' in page


def test_an_asset_specification_in_the_ini(make_op):
    op = make_op(**{"oidc.templates": "tests.functional.hosts.dispatch_host:"})
    assert 'data-layout="host"' in login_page(op)


def test_the_host_wins_over_the_directory(make_op, branding):
    (branding / "layout.pt").write_text(
        (OURS / "layout.pt").read_text(encoding="utf-8").replace("<body>", "<body data-dir='1'>"),
        encoding="utf-8",
    )
    page = login_page(make_op(layout_of_host, **{"oidc.templates": str(branding)}))
    assert 'data-layout="host"' in page
    assert "data-dir" not in page

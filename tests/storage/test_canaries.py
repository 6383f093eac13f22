"""Nothing secret lies in the database as it was given out (LG-04): a look at the raw files."""

import base64
import json
import mmap
import secrets

import pytest

from oidc_pyramid.protocol.jose import new_key, public_part
from oidc_pyramid.testing import OWN_FORM, authorization_request, bearer, sign_in
from tests.storage.places import Place, refresh
from tests.storage.servers import postgresql_database


@pytest.fixture(params=["file", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def raw(request, tmp_path, jwk):
    """A place of its own, and the folders in which its bytes lie."""
    folders = [tmp_path]
    if request.param == "postgresql":
        folder = request.getfixturevalue("postgresql_folder")
        uri, _ = postgresql_database(folder, tmp_path)
        folders.append(folder)
    else:
        uri = f"file://{tmp_path}/Data.fs" if request.param == "file" else f"sqlite://{tmp_path}/db"
    key = new_key("ES256")
    place = Place(request.param, uri, tmp_path, key, {"oidc.registration": "open"})
    yield place, key, folders
    place.close()


def walk(place):
    """Everything that hands something secret out or takes it in; all of it."""
    told = {"client secret": secrets.token_urlsafe(24), "password": f"pw {secrets.token_hex(12)}"}
    rp = place.op.add_client("rp", secret=told["client secret"])
    rp.scope = "openid profile offline_access"
    browser = place.op.browser()
    form = browser.get("/account/signup").forms["signup-form"]
    form["username"] = "canary"
    form["password"] = form["password_again"] = told["password"]
    form.submit(headers=OWN_FORM)
    told["first session"] = session(browser)
    person = place.person_named("canary", told["password"])
    page = person.browser.get("/authorize", authorization_request(rp)).follow()
    told["interaction"] = page.request.path.split("/")[2]
    told["wrong password"] = f"no {secrets.token_hex(12)}"
    sign_in(person.browser, page, "canary", told["wrong password"])
    fields = person.code(rp)
    told["code"], told["verifier"] = fields["code"], fields["code_verifier"]
    tokens = place.token(rp, **fields)
    newer = place.token(rp, **refresh(tokens))
    told["second session"] = session(person.browser)
    told["device"] = cookie(person.browser, "device")
    for name in ("access_token", "refresh_token", "id_token"):
        told[name], told[f"newer {name}"] = tokens[name], newer[name]
    revoked = {"token": newer["access_token"]}
    person.browser.post("/revoke", revoked, headers=rp.basic)
    person.browser.post("/introspect", revoked, headers=rp.basic)
    place.token(rp, status=(400,), **fields)
    return told | registered(place, person.browser)


def registered(place, browser):
    """A client that registers itself, and what it is given."""
    document = {"redirect_uris": ["https://rp.example/cb"], "client_name": "A client"}
    made = browser.post_json("/clients", document).json
    uri = f"/clients/{made['client_id']}"
    browser.get(uri, headers=bearer(made["registration_access_token"]))
    return {
        "registered secret": made["client_secret"],
        "registration token": made["registration_access_token"],
    }


def session(browser):
    return cookie(browser, "session")


def cookie(browser, purpose):
    return next(value for name, value in browser.cookies.items() if name.endswith(purpose))


def spellings(text):
    """The text, and the bytes that it may be the base64url of."""
    yield text.encode()
    for part in text.split("."):
        try:
            decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError:
            continue
        if len(decoded) >= 16:
            yield decoded


def found_in(folders, canaries):
    """Which canaries are in which files."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*")):
        if not path.is_file() or not path.stat().st_size or path.suffix == ".ini":
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            found += [
                (name, path.name)
                for name, text in canaries.items()
                for spelling in spellings(text)
                if raw.find(spelling) >= 0
            ]
    return found


def test_no_secret_lies_in_the_files(raw):
    place, key, folders = raw
    canaries = walk(place)
    canaries |= {"private key": key["d"], "secret": place.settings["oidc.secret"]}
    canaries |= {"private key, as JSON": json.dumps({"d": key["d"]})[1:-1]}
    assert len(canaries) >= 18
    assert found_in(folders, canaries) == []
    lies_there = {"public key": public_part(key)["x"], "client": "https://rp.example/cb"}
    assert {name for name, _ in found_in(folders, lies_there)} == set(lies_there)

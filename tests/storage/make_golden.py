"""Make the golden database of today's schema: ``python -m tests.storage.make_golden``.

Made once for each released schema and never again: tests open it with every later version. What
was given out at that time is in the JSON file beside it, and must go on to work.
"""

import gzip
import json
import shutil
import tempfile
import time
from pathlib import Path

from oidc_pyramid.models.provider import SCHEMA
from oidc_pyramid.testing import SETTINGS, code_flow, make_provider, token_request

GOLDEN = Path(__file__).parent / "golden"
OURS = {
    "oidc.signing_alg": "ES256",
    "oidc.signing_algs": "ES256",
    "oidc.secret": "the golden secret: ZmFzdCBhbmQgbG9vc2UgdGhlIHJhaW4",
}


def make(folder):
    """A provider with something of everything; what a client and a browser keep of it."""
    op = make_provider(**SETTINGS | OURS | {"zodbconn.uri": f"file://{folder}/Data.fs"})
    rp = op.add_client("golden", secret="a golden secret", client_name="Golden client")
    rp.scope = "openid profile email offline_access"
    op.add_user("alice", "wonderland", name="Alice Liddell", email="alice@example.com")
    op.add_user("bob", "builder", name="Bob Baumann")
    browser = op.browser()
    first = code_flow(op, browser, rp)
    second = token_request(
        browser, rp, grant_type="refresh_token", refresh_token=first["refresh_token"]
    )
    revoked = code_flow(op, browser, rp)
    browser.post("/revoke", {"token": revoked["access_token"]}, headers=rp.basic)
    kids = [key["kid"] for key in browser.get("/jwks").json["keys"]]
    op.db.pack()
    op.db.close()
    return {
        "made_at": int(time.time()),
        "access_token": second["access_token"],
        "refresh_token": second["refresh_token"],
        "used_refresh_token": first["refresh_token"],
        "revoked_access_token": revoked["access_token"],
        "cookies": browser.cookies,
        "kids": kids,
    }


def main():
    """Write both files."""
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        kept = make(folder)
        with (
            Path(folder, "Data.fs").open("rb") as made,
            gzip.GzipFile(GOLDEN / f"schema-{SCHEMA}.fs.gz", "wb", mtime=0) as packed,
        ):
            shutil.copyfileobj(made, packed)
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    (GOLDEN / f"schema-{SCHEMA}.json").write_text(text)


if __name__ == "__main__":
    main()

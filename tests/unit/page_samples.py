"""Values with which each page can be rendered, as its view gives them."""

from types import SimpleNamespace as Record

HOSTILE = "\"'><svg onload=alert(1)></title></script>${1+1} \u202eevil"


def page(lang="en", **changed):
    values = {
        "lang": lang,
        "dir": "rtl" if lang in {"ar", "fa", "he"} else "ltr",
        "site_name": "Northwind",
        "color_scheme": "auto",
        "footer_links": (("Privacy", "/privacy"), ("Terms", "/terms")),
        "asset": "/static/{}".format,
        "path": "/{}".format,
    }
    return Record(**values | changed)


def client(**changed):
    values = {
        "name": "Acme Books",
        "client_id": "acme",
        "host": "books.acme.example",
        "logo_uri": None,
        "client_uri": "https://acme.example/",
        "policy_uri": "https://acme.example/privacy",
        "tos_uri": "https://acme.example/terms",
        "verified": True,
        "native": False,
    }
    return Record(**values | changed)


def account(**changed):
    values = {"name": "Alice Liddell", "username": "alice", "picture": None}
    return Record(**values | changed)


def scopes():
    rows = (
        ("profile", "Your profile", "Your name, picture, language and the like.", "person", False),
        ("email", "Your e-mail address", "Read your address.", "mail", True),
        ("offline_access", "Access while you are away", "Until you take it back.", "clock", True),
        ("bank:read", "bank:read", "", None, False),
    )
    return [
        Record(**dict(zip(("name", "title", "description", "icon", "new"), row, strict=True)))
        for row in rows
    ]


def form(**values):
    return {"action": "/interactions/abc/login", "csrf_token": "token", "client": client()} | values


def login(**changed):
    values = {
        "username": "",
        "error": None,
        "accounts_url": None,
        "signup_url": "/signup",
        "cancel": True,
    }
    return form(**values | changed)


def consent(**changed):
    values = {"account": account(), "scopes": scopes(), "switch_url": "/switch", "remembers": True}
    return form(**values | changed)


def select_account(**changed):
    rows = [
        Record(sid="s1", needs_password=False, **vars(account())),
        Record(
            sid="s2", needs_password=True, name="", username="bob@northwind.example", picture=None
        ),
    ]
    return form(**{"accounts": rows} | changed)


def signup(**changed):
    values = {"values": {}, "errors": {}, "login_url": "/login"}
    return form(**values | changed)


def password(**changed):
    return form(**{"username": "alice", "error": None, "done": False} | changed)


SIGNUP_ERRORS = {
    "username": "This user name is taken.",
    "password": "A password needs at least 8 characters.",
}
EXPLAIN = {
    "check": "redirect_uri.registered",
    "spec": "RFC 6749 §3.1.2.4",
    "detail": "https://books.acme.example/cb/ is not among the 2 registered addresses",
    "fix": "Register the address exactly as it is sent, or send it exactly as it is registered.",
}


def error(**changed):
    values = {
        "error": "invalid_request",
        "title": "This link does not work",
        "message": "The application sent you here with an address that is not registered for it.",
        "error_id": "7Q2M-9KXA",
        "explain": None,
        "client": None,
    }
    return values | changed


def account_page(**changed):
    values = {
        "account": account(),
        "action_logout": "/account/logout",
        "csrf_token": "token",
        "action_sessions": "/account/sessions",
        "token_sessions": "token",
        "action_applications": "/account/applications",
        "token_applications": "token",
        "sessions": [
            Record(
                sid="s1",
                title="Firefox on Linux",
                detail="Signed in on 4 August 2026, 09:12",
                current=True,
            ),
            Record(
                sid="s2",
                title="Safari on iPhone",
                detail="Signed in on 1 August 2026, 18:40",
                current=False,
            ),
        ],
        "applications": [
            Record(
                client_id="acme",
                name="Acme Books",
                detail="Profile, email address",
                scopes=scopes(),
            )
        ],
    }
    return values | changed


def welcome(**changed):
    values = {
        "development": True,
        "people": (("alice", "wonderland"), ("bob", "builder")),
        "playground_url": "/playground",
        "signed_in": None,
        "login_url": "/login",
        "discovery_url": "/.well-known/openid-configuration",
    }
    return values | changed


def form_post(**changed):
    fields = [("code", "abc"), ("state", HOSTILE), ("submit", "1")]
    return {"action": "https://books.acme.example/cb", "fields": fields} | changed


def signing_out():
    frames = [Record(client="Acme Books", uri="https://books.acme.example/out")]
    return {"client": client(), "continue_url": "https://acme.example/bye", "frames": frames}


def leavers(*names):
    rows = [("a1", "Alice Liddell", "alice", True), ("b2", "Bob Baumann", "bob", False)]
    fields = ("sid", "name", "username", "suggested")
    return [Record(picture=None, **dict(zip(fields, row, strict=True))) for row in rows]


def logout(**changed):
    values = {
        "account": account(),
        "leaving": "seal",
        "accounts": leavers()[:1],
        "everybody": False,
    }
    return form(**values | changed)


def step(**changed):
    values = {
        "account": account(),
        "title": "Your PIN",
        "text": None,
        "label": "PIN",
        "error": None,
        "decline": None,
        "secret": True,
    }
    return form(**values | changed)


UNVERIFIED = client(name="Free Gift Cards", host="win.example", verified=False, policy_uri=None)
NATIVE = client(host="com.acme.books", native=True, logo_uri="https://acme.example/logo.png")
MINIMAL = client(name="", host="", client_uri=None, policy_uri=None, tos_uri=None, verified=False)
WRONG = "Wrong user name or password."

# name of the sample: (template, values)
SAMPLES = {
    "login": ("login", login()),
    "login-error": ("login", login(username="alice", error=WRONG)),
    "login-alone": (
        "login",
        login(client=None, signup_url=None, cancel=False, accounts_url="/all"),
    ),
    "consent": ("consent", consent()),
    "consent-unverified": ("consent", consent(client=UNVERIFIED, remembers=False)),
    "consent-native": ("consent", consent(client=NATIVE, switch_url=None)),
    "consent-minimal": ("consent", consent(client=MINIMAL, scopes=[])),
    "select_account": ("select_account", select_account()),
    "select_account-alone": ("select_account", select_account(client=None)),
    "signup": ("signup", signup()),
    "signup-error": ("signup", signup(values={"username": "alice"}, errors=SIGNUP_ERRORS)),
    "password": ("password", password()),
    "password-error": ("password", password(error="The current password is wrong.")),
    "password-done": ("password", password(done=True)),
    "account": ("account", account_page()),
    "account-empty": ("account", account_page(sessions=[], applications=[])),
    "logout": ("logout", logout()),
    "logout-alone": ("logout", logout(client=None, account=None, accounts=[])),
    "logout-several": ("logout", logout(accounts=leavers())),
    "logged_out": ("logged_out", {"client": client(), "continue_url": "https://acme.example/bye"}),
    "logged_out-alone": ("logged_out", {"client": None, "continue_url": None}),
    "signing_out": ("signing_out", signing_out()),
    "error": ("error", error()),
    "error-explained": ("error", error(client=client(), explain=EXPLAIN)),
    "finished": ("finished", {"message": "You have answered already.", "client": client()}),
    "finished-alone": ("finished", {"message": "", "client": None}),
    "form_post": ("form_post", form_post()),
    "interstitial": (
        "interstitial",
        {
            "client": client(verified=False),
            "continue_url": "https://acme.example/cb?error=x",
            "action": None,
            "fields": [],
        },
    ),
    "interstitial-form": (
        "interstitial",
        {**form_post(), "client": client(verified=False), "continue_url": None},
    ),
    "step": ("step", step()),
    "step-error": (
        "step",
        step(client=None, error="This is not your PIN.", decline="I have none at hand"),
    ),
    "welcome": ("welcome", welcome()),
    "welcome-signed-in": ("welcome", welcome(signed_in=account())),
    "welcome-production": ("welcome", welcome(development=False, people=(), playground_url=None)),
}

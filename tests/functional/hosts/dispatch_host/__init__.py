"""A host with URL dispatch: its own users in SQLite, sign-in page, session, policy, pages.

Everything that a host may have set globally is set, so that it can get in the provider's way.
"""

from typing import ClassVar

from pyramid.authentication import AuthTktCookieHelper
from pyramid.authorization import Allow, Authenticated, Everyone
from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED, forget, remember
from pyramid.session import SignedCookieSessionFactory
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from zope.sqlalchemy import register

from oidc_pyramid import host_sessions

PASSWORD = "wonderland"


class Base(DeclarativeBase):
    """The host's tables."""


class Reader(Base):
    """A user of the host. No ``generation``, no password of ours."""

    __tablename__ = "readers"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Readers:
    """``IAccounts``, as small as it gets."""

    def __init__(self, request):
        self._db = request.db

    def get(self, account_id):
        reader = self._db.get(Reader, int(account_id)) if account_id.isdecimal() else None
        return reader if reader is not None and reader.active else None

    def by_userid(self, userid):
        reader = self._db.scalar(select(Reader).where(Reader.login == userid))
        return reader if reader is not None and reader.active else None


class Policy:
    """The host's security policy: a ticket in a cookie, whose user id is the login name."""

    def __init__(self):
        self._helper = AuthTktCookieHelper("host secret", hashalg="sha512")

    def identity(self, request):
        return self._helper.identify(request)

    def authenticated_userid(self, request):
        identity = self.identity(request)
        return None if identity is None else identity["userid"]

    def permits(self, request, context, permission):
        request.registry.asked.append(permission)
        return self.authenticated_userid(request) is not None and permission != "never"

    def remember(self, request, userid, **kw):
        return self._helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self._helper.forget(request, **kw)


class Root:
    __acl__: ClassVar = [(Allow, Authenticated, "read"), (Allow, Everyone, "look")]

    def __init__(self, request):
        self.request = request


def login(request):
    """The host's sign-in page; ``record`` says whether it tells the provider."""
    if request.method == "GET":
        return Response(f"host login next={request.params.get('next', '')}")
    if request.POST.get("password") != PASSWORD:
        return Response("wrong", status=403)
    name = request.POST["login"]
    if request.registry.settings.get("host.records"):
        host_sessions.record_login(request, name, amr=("pwd", "otp"), acr="gold")
    headers = remember(request, name)
    return HTTPSeeOther(host_sessions.next_url(request, "/home"), headers=headers)


def logout(request):
    if request.registry.settings.get("host.records"):
        host_sessions.record_logout(request)
    return HTTPFound("/home", headers=forget(request))


def home(request):
    return Response(f"host home {request.authenticated_userid}")


def anywhere(request):
    return Response("the host answers everywhere")


def not_found(request):
    return Response("host not found", status=404)


def failed(error, request):
    return Response("host exception view", status=500)


def broken(request):
    raise RuntimeError("host")


def refusing(request):
    """A host view that writes and answers 400: its own veto decides."""
    request.db.add(Reader(login=request.params["name"], email="", name=""))
    return Response("refused", status=400)


def redirecting(error, request):
    return HTTPFound("/home")


class Detour(Exception):
    """Rendered as a redirect by an exception view."""


def raising(request):
    request.db.add(Reader(login=request.params["name"], email="", name=""))
    raise Detour


def database(config):
    engine = create_engine(config.registry.settings["host.database"])
    Base.metadata.create_all(engine)
    maker = sessionmaker(engine)
    config.registry.sessions = maker

    def db(request):
        session = maker()
        register(session, transaction_manager=request.tm)
        request.add_finished_callback(lambda _request: session.close())
        return session

    config.add_request_method(db, "db", reify=True)
    config.add_request_method(lambda _request: {"of": "the host"}, "identity_provider", reify=True)
    with Session(engine) as session:
        session.add(Reader(id=7, login="alice", email="alice@host.example", name="Alice Liddell"))
        session.add(Reader(id=8, login="bob", email="bob@host.example", name="Bob"))
        session.commit()


def early(config):
    """All that comes before the include."""
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.include("pyramid_chameleon")
    config.set_session_factory(SignedCookieSessionFactory("host session"))
    config.set_security_policy(Policy())
    config.set_default_permission("read")
    config.set_default_csrf_options(require_csrf=True)
    config.set_root_factory(Root)
    config.registry.asked = []
    database(config)


def late(config):
    """Routes, views and overrides after the include."""
    config.override_asset("oidc_pyramid.templates:layout.pt", f"{__name__}:layout.pt")
    public = {"permission": NO_PERMISSION_REQUIRED, "require_csrf": False}
    for name, view in (
        ("login", login),
        ("logout", logout),
        ("home", home),
        ("broken", broken),
        ("refusing", refusing),
        ("raising", raising),
    ):
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name, **public)
    config.add_view(anywhere, name="anywhere", **public)
    config.add_notfound_view(not_found)
    config.add_exception_view(failed, context=Exception)
    config.add_exception_view(redirecting, context=Detour)


def configure(prefix="/openid"):
    def build(config):
        early(config)
        config.include("oidc_pyramid", route_prefix=prefix)
        config.set_oidc_accounts(Readers)
        late(config)

    return build

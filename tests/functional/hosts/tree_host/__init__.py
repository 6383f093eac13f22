"""A host with traversal: its own tree, in which the provider hangs at ``/id``."""

from typing import ClassVar

from pyramid.authentication import AuthTktCookieHelper
from pyramid.authorization import ACLHelper, Allow, Authenticated, Everyone
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED, remember

from oidc_pyramid import host_sessions


class Person:
    """The host's user, in memory."""

    def __init__(self, person_id, email):
        self.id, self.email = person_id, email


PEOPLE = {"alice": Person("p1", "alice@tree.example")}


class People:
    """``IAccounts`` whose user ids are the ids."""

    def __init__(self, request):
        pass

    def get(self, account_id):
        return next((one for one in PEOPLE.values() if one.id == account_id), None)


class Folder:
    """A place of the host."""

    __acl__: ClassVar = [(Allow, Authenticated, "read")]

    def __init__(self, request, parent=None, name=""):
        self.request, self.__parent__, self.__name__ = request, parent, name

    def __getitem__(self, name):
        if name == "id" and self.__parent__ is None:
            return self.request.oidc.provider
        if name == "shelf":
            return Folder(self.request, self, name)
        raise KeyError(name)


class Policy:
    def __init__(self):
        self._helper = AuthTktCookieHelper("tree secret", hashalg="sha512")

    def identity(self, request):
        return self._helper.identify(request)

    def authenticated_userid(self, request):
        identity = self.identity(request)
        return None if identity is None else identity["userid"]

    def permits(self, request, context, permission):
        userid = self.authenticated_userid(request)
        principals = [Everyone] if userid is None else [Everyone, Authenticated]
        return ACLHelper().permits(context, principals, permission)

    def remember(self, request, userid, **kw):
        return self._helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self._helper.forget(request, **kw)


def login(context, request):
    if request.method == "GET":
        return Response("tree login")
    person = PEOPLE[request.POST["login"]]
    headers = remember(request, person.id)
    return HTTPSeeOther(host_sessions.next_url(request, "/"), headers=headers)


def shelf(context, request):
    return Response(f"the host's {context.__name__ or 'root'}")


def anywhere(request):
    return Response("anywhere")


def not_found(request):
    return Response("tree not found", status=404)


def failed(error, request):
    return Response("tree exception view", status=500)


def broken(context, request):
    raise RuntimeError


def configure(config):
    """Everything that a host may set globally."""
    config.set_root_factory(Folder)
    config.set_security_policy(Policy())
    config.set_default_permission("read")
    config.set_default_csrf_options(require_csrf=True)
    config.include("oidc_pyramid", route_prefix="/id")
    config.set_oidc_in_tree()
    config.set_oidc_accounts(People)
    config.add_oidc_root_metadata()
    public = {"permission": NO_PERMISSION_REQUIRED, "require_csrf": False}
    config.add_view(login, context=Folder, name="login", **public)
    config.add_view(shelf, context=Folder, **public)
    config.add_view(shelf, context=Folder, name="private")
    config.add_view(broken, context=Folder, name="broken", **public)
    config.add_view(anywhere, name="anywhere", **public)
    config.add_notfound_view(not_found)
    config.add_exception_view(failed, context=Exception)

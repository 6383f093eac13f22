"""The shop's readers in its own database, and what the provider wants to know of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from zope.sqlalchemy import register

HASHER = PasswordHasher()
DEVELOPMENT = (
    ("alice", "wonderland", "Alice Liddell", "alice@books.example", 3),
    ("bob", "builder", "Bob Baumann", "bob@books.example", 0),
)


class Base(DeclarativeBase):
    """The shop's tables."""


class Reader(Base):
    """Attributes with the names of OpenID claims are claims as they are: ``name``, ``email``.

    ``generation`` grows when everything that was issued must end, as after a stolen password.
    """

    __tablename__ = "readers"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    borrowed: Mapped[int] = mapped_column(default=0)
    closed: Mapped[bool] = mapped_column(default=False)
    generation: Mapped[int] = mapped_column(default=1)


class Readers:
    """The shop's ``IAccounts`` (``oidc.accounts``), which its own pages use as well."""

    def __init__(self, request: Any) -> None:
        self._db = request.db

    def get(self, account_id: str) -> Reader | None:
        """None also for a closed account: its tokens are dead at once."""
        reader = self._db.get(Reader, int(account_id)) if account_id.isdecimal() else None
        return reader if reader is not None and not reader.closed else None

    def authenticate(self, username: str, password: str) -> Reader | None:
        """The reader when name and password are right."""
        reader = self._db.scalar(select(Reader).where(Reader.username == username))
        try:
            HASHER.verify(reader.password_hash if reader else NOBODY, password)
        except VerifyMismatchError:
            return None
        return reader if reader is not None and not reader.closed else None


NOBODY = HASHER.hash("the same work for a name that does not exist")


def includeme(config: Any) -> None:
    """``request.db`` joins the transaction of the request, ``request.readers`` uses it."""
    url = config.registry.settings["bookshop.database"]
    Path(make_url(url).database or ".").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    _fill(engine)
    make_session = sessionmaker(engine)

    def db(request: Any) -> Session:
        session = make_session()
        register(session, transaction_manager=request.tm)
        request.add_finished_callback(lambda _request: session.close())
        return session

    config.include("pyramid_tm")
    config.add_request_method(db, "db", reify=True)
    config.add_request_method(Readers, "readers", reify=True)


def _fill(engine: Any) -> None:
    with Session(engine) as session:
        if session.scalar(select(Reader)) is not None:
            return
        for username, password, name, email, borrowed in DEVELOPMENT:
            session.add(
                Reader(
                    username=username,
                    password_hash=HASHER.hash(password),
                    name=name,
                    email=email,
                    borrowed=borrowed,
                )
            )
        session.commit()

"""Sessions, newest activity first, with their totals and state."""

from store.connection import Database
from store.domain import Session
from store.queries.filter import Filter


def sessions(
    db: Database, *, where: Filter, now_ns: int, limit: int = 100, offset: int = 0
) -> list[Session]:
    """Return a page of the sessions that ``where`` admits, newest activity first."""
    raise NotImplementedError


def count_sessions(db: Database, *, where: Filter, now_ns: int) -> int:
    """Return how many sessions ``where`` admits."""
    raise NotImplementedError


def session(db: Database, session_id: str, *, now_ns: int) -> Session | None:
    """Return one session, or ``None`` when the store does not know it."""
    raise NotImplementedError

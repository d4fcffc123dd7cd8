"""Model requests, of one session or of all."""

from store.connection import Database
from store.domain import Request


def requests(
    db: Database, *, session_id: str | None = None, limit: int = 1000, offset: int = 0
) -> list[Request]:
    """Return requests: of one session oldest first, of all sessions newest first."""
    raise NotImplementedError

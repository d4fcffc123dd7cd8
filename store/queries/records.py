"""Raw records: what every fact was built from."""

from store.connection import Database
from store.domain import RawRecord


def records(db: Database, session_id: str, subject: str, *, limit: int = 200) -> list[RawRecord]:
    """Return the raw records behind a fact, in order of their time.

    ``subject`` is ``request:<request_id>``, ``tool:<tool_call_id>``, ``turn:<turn_id>`` or the
    ``subject`` of an ``Event``.
    """
    raise NotImplementedError

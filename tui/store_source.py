"""The screens' source: a store file, read through ``store.queries``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.connection import Database, open_reader
from store.domain import RawRecord, Request, Session, Turn
from store.queries import changes, records, requests, sessions, transcript
from store.queries.filter import Filter
from store.queries.transcript import Node
from tui.source import RecorderState


class StoreSource:
    """A store file, opened read-only for each reading."""

    def __init__(self, path: Path, recorder: Callable[[], RecorderState]) -> None:
        """Read the store at ``path``; ``recorder`` tells how its recorder is, from any thread."""
        self._path = path
        self._recorder = recorder

    @contextmanager
    def open(self) -> "Iterator[StoreReader]":
        """Open the store for the calling thread and close it afterwards."""
        db = open_reader(self._path)
        try:
            yield StoreReader(db, self._recorder)
        finally:
            db.close()


class StoreReader:
    """A read-only connection, in the words of ``tui.source.Reader``."""

    def __init__(self, db: Database, recorder: Callable[[], RecorderState]) -> None:
        self._db = db
        self._recorder = recorder

    def change_token(self) -> object:
        return changes.data_version(self._db)

    def recorder(self) -> RecorderState:
        return self._recorder()

    def count_sessions(self, where: Filter) -> int:
        return sessions.count_sessions(self._db, where=where)

    def sessions(self, where: Filter, now_ns: int, *, limit: int, offset: int) -> list[Session]:
        return sessions.sessions(self._db, where=where, now_ns=now_ns, limit=limit, offset=offset)

    def session(self, session_id: str, now_ns: int) -> Session | None:
        return sessions.session(self._db, session_id, now_ns=now_ns)

    def turns(self, session_id: str, *, after: int, limit: int) -> list[Turn]:
        return transcript.turns(self._db, session_id, after=after, limit=limit)

    def nodes(self, session_id: str, turn_id: str | None) -> list[Node]:
        return transcript.nodes(self._db, session_id, turn_id)

    def requests(self, session_id: str, *, limit: int, offset: int) -> list[Request]:
        return requests.requests(self._db, session_id=session_id, limit=limit, offset=offset)

    def records(self, session_id: str, subject: str) -> list[RawRecord]:
        return records.records(self._db, session_id, subject)

"""The viewer: the screens over a store, and how its recorder is doing."""

from pathlib import Path

from store.connection import open_reader
from store.domain import RawRecord
from store.lock import Owner, owner
from store.queries.newest import newest_record
from tui.app import SessionscopeApp
from tui.source import RecorderState
from tui.store_source import StoreSource


def show(store: Path) -> int:
    """Show a store until the person leaves; return the exit code."""
    open_reader(store).close()
    app = SessionscopeApp(StoreSource(store, lambda: recorder_state(store)), explain=_explain)
    return app.show()


def _explain(raw: RawRecord) -> str:
    """Put a raw record into words, by a decoder that is loaded when it is first asked for."""
    from receiver.stored import explain

    return explain(raw)


def recorder_state(store: Path) -> RecorderState:
    """Return who records into ``store`` and what came last, for the screens."""
    db = open_reader(store)
    try:
        newest = newest_record(db)
    finally:
        db.close()
    recorder = owner(store)
    doors = _doors(recorder)
    silence = "the recorder is starting" if recorder else "no recorder is running"
    return RecorderState(
        doors=doors,
        reason="" if doors else silence,
        records=newest.record_id if newest else 0,
        last_received_at=newest.received_unix_nano if newest else None,
    )


def _doors(recorder: Owner | None) -> tuple[str, ...]:
    if recorder is None or recorder.host is None:
        return ()
    return tuple(f"{recorder.host}:{port}" for port in (recorder.grpc_port, recorder.http_port))

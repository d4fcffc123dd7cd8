"""The viewer: the screens over a store, and how its recorder is doing."""

from pathlib import Path

from receiver.stored import explain
from store.connection import open_reader
from store.lock import Owner, owner
from store.queries.newest import newest_record
from tui.app import SessionscopeApp
from tui.source import RecorderState
from tui.store_source import StoreSource


def show(store: Path) -> int:
    """Show a store until the person leaves; return the exit code."""
    open_reader(store).close()
    app = SessionscopeApp(StoreSource(store, lambda: recorder_state(store)), explain=explain)
    return app.show()


def recorder_state(store: Path) -> RecorderState:
    """Return who records into ``store`` and what came last, for the screens."""
    db = open_reader(store)
    try:
        newest = newest_record(db)
    finally:
        db.close()
    recorder = owner(store)
    return RecorderState(
        doors=_doors(recorder),
        reason="" if recorder else "no recorder is running",
        records=newest.record_id if newest else 0,
        last_received_at=newest.received_unix_nano if newest else None,
    )


def _doors(recorder: Owner | None) -> tuple[str, ...]:
    if recorder is None or recorder.host is None:
        return ()
    return tuple(f"{recorder.host}:{port}" for port in (recorder.grpc_port, recorder.http_port))

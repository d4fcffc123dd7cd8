"""The viewer: the screens over a store, and how its recorder is doing."""

from contextlib import closing
from pathlib import Path

import click

from sessionscope.config import Config
from sessionscope.notices import Notices
from store.connection import open_reader, schema_version
from store.domain import RawRecord
from store.errors import StoreUnusable
from store.health import Health, quick_check
from store.lock import Owner, owner
from store.queries.burn import Budgets
from store.queries.newest import newest_record
from store.schema import SCHEMA_VERSION
from tui.app import SessionscopeApp
from tui.source import RecorderState
from tui.spending import Spending
from tui.store_source import StoreSource


def show(config: Config) -> int:
    """Show the store of a configuration until the person leaves; return the exit code."""
    store = config.store
    with closing(open_reader(store)) as db:
        health, words = quick_check(db)
        if health is Health.DAMAGED:
            raise StoreUnusable(f"{store} is damaged: {words}")
        if schema_version(db) > SCHEMA_VERSION:
            click.echo(
                "A newer sessionscope wrote this store; some of it may be missing.", err=True
            )
    budgets = Budgets(config.session_budget, config.day_budget)
    app = SessionscopeApp(
        StoreSource(store, lambda: recorder_state(store)),
        explain=explain,
        spending=Spending(budgets, Notices(store).new),
    )
    return app.show()


def explain(raw: RawRecord) -> str:
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
        reason=(recorder.trouble if recorder else "") if doors else silence,
        records=newest.record_id if newest else 0,
        last_received_at=newest.received_unix_nano if newest else None,
    )


def _doors(recorder: Owner | None) -> tuple[str, ...]:
    if recorder is None or recorder.host is None:
        return ()
    return tuple(f"{recorder.host}:{port}" for port in (recorder.grpc_port, recorder.http_port))

"""Versions before 2.1.212 send no trace ids with their events; spans are of the same turns."""

from pathlib import Path

import pytest

from store.queries.filter import parse
from store.queries.sessions import sessions
from store.queries.transcript import turns
from store.signals import Batch, LogRecord
from tests.captures import batches, exports
from tests.store.stores import filled


def _without_trace_ids(batch: Batch) -> Batch:
    records = [
        record._replace(trace_id=b"", span_id=b"") if isinstance(record, LogRecord) else record
        for record in batch.records
    ]
    return batch._replace(records=records)


@pytest.mark.parametrize(
    "capture", ["tour-traces-full", "subagents", "tui-permissions", "tui-hooks", "errors", "hooks"]
)
def test_a_turn_is_one_though_no_event_names_its_trace(capture: str, tmp_path: Path) -> None:
    """Turns, requests and calls are those of the same records with trace ids."""
    sent = batches(exports(capture))
    found = []
    for name, kept in (("with", sent), ("without", [_without_trace_ids(one) for one in sent])):
        db = filled(tmp_path / f"{name}.db", kept)
        found.append(
            {
                session.session_id: (
                    session.turns,
                    session.requests,
                    session.tool_calls,
                    [(turn.turn_id, turn.requests) for turn in turns(db, session.session_id)],
                )
                for session in sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0)
            }
        )
    assert found[0] == found[1]

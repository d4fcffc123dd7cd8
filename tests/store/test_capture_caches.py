"""Real sessions: which of their requests rebuilt the cache, and why."""

import json
from collections import Counter
from pathlib import Path

import pytest

from store.cache import cache_uses
from store.chains import ChainedRequest, Mark, MarkKind
from store.connection import Database
from store.context import context_sizes
from store.domain import TokenUsage
from store.vocabulary import CacheCause
from tests.captures import CAPTURES, batches, exports
from tests.store.stores import filled

PAUSED_BY_FAULTS = tuple(capture for capture in CAPTURES if capture.startswith("fault-"))
"""In these the model API answers every prompt as if nothing had been cached before."""

REBUILDS = {
    "errors": {CacheCause.MODEL_CHANGED: 1, CacheCause.UNEXPLAINED: 1},
    "sdk-stream": {CacheCause.UNEXPLAINED: 4},
}
"""After a refusal, by another model and by the same; and prompts answered like the first one."""

_REQUESTS = """
select request_id, started_unix_nano as at, source, source_raw, agent_id, turn_id, duration_ms,
    model, effort, speed, sequence, input_tokens, cache_read_tokens, cache_write_tokens,
    cache_write_5m_tokens, cache_write_1h_tokens, output_tokens
from requests where session_id = ? order by started_unix_nano, sequence
"""

_MARKS = """
select time_unix_nano, agent_id, name, attributes from events
where session_id = ? and name in ('compaction', 'mcp_server_connection')
"""

_KINDS = {
    "compaction true": MarkKind.COMPACTED,
    "mcp_server_connection connected": MarkKind.MCP_CONNECTED,
    "mcp_server_connection disconnected": MarkKind.MCP_DISCONNECTED,
}


def requests(db: Database, session_id: str) -> list[ChainedRequest]:
    """Return a session's requests in order."""
    cursor = db.execute(_REQUESTS, [session_id])
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        ChainedRequest(
            tokens=TokenUsage(
                **{
                    name.removesuffix("_tokens"): row.pop(name)
                    for name in names
                    if name.endswith("_tokens")
                }
            ),
            **row,
        )
        for row in rows
    ]


def marks(db: Database, session_id: str) -> list[Mark]:
    """Return what happened in a session beside its requests."""
    found = []
    for at, agent_id, name, attributes in db.execute(_MARKS, [session_id]).fetchall():
        values = json.loads(attributes)
        kind = _KINDS.get(f"{name} {values.get('status') or values.get('success')}")
        if kind is not None:
            found.append(Mark(at, kind, agent_id))
    return found


@pytest.mark.parametrize(
    "capture", [capture for capture in CAPTURES if capture not in PAUSED_BY_FAULTS]
)
def test_rebuilds_of_real_sessions(tmp_path: Path, capture: str) -> None:
    """Sub-agents in parallel, compaction, failures and retries are no rebuilds; a fall back is."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    causes: Counter[CacheCause | None] = Counter()
    for (session_id,) in db.execute("select session_id from sessions").fetchall():
        uses = cache_uses(requests(db, session_id), marks(db, session_id))
        causes.update(use.cause for use in uses if use.rebuilt_tokens)
    assert causes == REBUILDS.get(capture, {})


def test_a_real_compaction_cuts_the_context(tmp_path: Path) -> None:
    """Of three requests about 100 000 tokens remain 3 110; only the one after says compacted."""
    db = filled(tmp_path / "s.db", batches(exports("auto-compact")))
    (session_id,) = db.execute("select session_id from requests limit 1").fetchone()
    found = context_sizes(requests(db, session_id), marks(db, session_id))
    assert [(size.tokens, size.added_tokens, size.is_compacted) for size in found] == [
        (95_010, 95_010, False),
        (99_610, 4_600, False),
        (99_650, 99_650, False),
        (3_110, -96_500, True),
        (3_160, 50, False),
    ]

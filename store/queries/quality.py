"""Signs of how well a session went, each computed from facts and explained."""

from collections.abc import Iterator
from typing import Any

from store.connection import Database
from store.insights import QualitySign, SignKind
from store.queries.requests import KNOWN

_KEYS = 20
_EDITS = ("Edit", "MultiEdit", "NotebookEdit", "Write")
"""The tools that change files by themselves."""

_FINISHED = "coalesce(c.success, c.executed_success)"
_TURN = "t.session_id = :id and t.prompt_origin in ('person', 'unknown') and t.command is null"
_OF_TURN = "x.session_id = t.session_id and x.turn_id = t.turn_id"

_EDITS_REFUSED = f"""
    select 'tool:' || c.tool_call_id, c.verdict in ('rejected', 'aborted')
    from tool_calls c where c.session_id = :id and c.tool in {_EDITS} and c.verdict <> 'unknown'
    order by c.started_unix_nano, c.tool_call_id
"""

_TOOLS_FAILED = f"""
    select 'tool:' || c.tool_call_id, {_FINISHED} = 0 from tool_calls c
    where c.session_id = :id and {_FINISHED} is not null
    order by c.started_unix_nano, c.tool_call_id
"""

_RETRIES = f"""
    select 'request:' || r.request_id,
        max(ifnull(r.attempts, 1), ifnull(r.traced_attempts, 1)) - 1
    from requests r join sessions s using (session_id) where r.session_id = :id and {KNOWN}
    order by r.started_unix_nano, r.request_id
"""

_LOOPS = """
    select p.key, 1 from troubles p where p.session_id = :id and p.kind = 'loop'
    order by p.at_unix_nano, p.key
"""

_INTERRUPTIONS = f"""
    select key, 1 from (
        select c.started_unix_nano as at, 'tool:' || c.tool_call_id as key from tool_calls c
            where c.session_id = :id and c.verdict = 'aborted'
        union all
        select t.started_unix_nano, 'turn:' || t.turn_id from turns t
            where {_TURN} and t.prompt_rank is not null and substr(t.turn_id, 1, 1) <> '~'
            and t.requests = 0 and t.tool_calls = 0 and t.errors = 0
            and exists (select 1 from turns x where x.session_id = t.session_id
                and x.started_unix_nano > t.started_unix_nano and x.requests > 0))
    order by at, key
"""

_TURNS_WITHOUT_CHANGE = f"""
    select 'turn:' || t.turn_id, not exists (select 1 from tool_calls x where {_OF_TURN}
        and x.tool in {_EDITS} and coalesce(x.success, x.executed_success) = 1)
    from turns t where {_TURN} and t.requests > 0
    order by t.started_unix_nano, t.turn_id
"""

_CONTEXT_NEAR_END = """
    select key, 1 from (
        select e.time_unix_nano as at, 'event:' || lower(hex(e.digest)) as key from events e
            where e.session_id = :id and e.kind = 'compaction'
            and e.attributes ->> '$.trigger' = 'auto'
        union all
        select r.started_unix_nano, 'request:' || r.request_id from requests r
            where r.session_id = :id and r.failed_rank is not null
            and r.error like 'prompt is too long%')
    order by at, key
"""

_SIGNS: tuple[tuple[SignKind, str, str], ...] = (
    (SignKind.EDITS_REFUSED, _EDITS_REFUSED, "Edits refused or aborted: {count} of {of}."),
    (SignKind.TOOLS_FAILED, _TOOLS_FAILED, "Tool calls that failed: {count} of {of}."),
    (SignKind.RETRIES, _RETRIES, "Attempts of model requests beyond the first: {count}."),
    (SignKind.LOOP, _LOOPS, "The same tool call three times or more in a row: {count}."),
    (
        SignKind.INTERRUPTIONS,
        _INTERRUPTIONS,
        "Decisions aborted, and prompts that got no answer before the next one: {count}.",
    ),
    (
        SignKind.TURNS_WITHOUT_CHANGE,
        _TURNS_WITHOUT_CHANGE,
        "Turns in which no edit (commands are not counted) changed a file: {count} of {of}.",
    ),
    (
        SignKind.CONTEXT_NEAR_END,
        _CONTEXT_NEAR_END,
        "Compactions that the agent began by itself, and requests too long for the model: {count}.",
    ),
)
"""Each with what it is counted from (a key, and how often it counts), and its sentence: with *of*
where the rows are the whole that it is a part of."""


def quality(db: Database, session_id: str) -> list[QualitySign]:
    """Return the signs that a session shows; none for what did not happen.

    Agents do not tell how large a model's context is: it is near its end when they say so.
    """
    return list(_signs(db, session_id))


def _signs(db: Database, session_id: str) -> Iterator[QualitySign]:
    for kind, statement, sentence in _SIGNS:
        rows: list[Any] = db.execute(statement, {"id": session_id}).fetchall()
        counting = [(key, times) for key, times in rows if times]
        if counting:
            count = sum(times for _, times in counting)
            yield QualitySign(
                kind=kind,
                count=count,
                of=len(rows) if "{of}" in sentence else None,
                explanation=sentence.format(count=count, of=len(rows)),
                keys=tuple(key for key, _ in counting[:_KEYS]),
            )

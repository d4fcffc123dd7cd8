"""What is trouble: the parts of the view ``troubles``, in which each thing stands once.

Every part is in order of time along an index of its own, so that the newest of all are found among
the newest of each part, whatever the size of the store. Columns: ``at_unix_nano`` (of a request or
tool call, its start), ``session_id``, ``turn_id``, ``kind``, ``subject`` (what it happened to),
``message``, ``status`` (an HTTP status or an error's own class), and ``key``, by which its raw
records are found.

One failure can be told twice. A request that was given up after several attempts is one trouble,
``retries_exhausted``, though an ``api_error`` comes before it. A hook that blocks a tool call is
one, told by the decision rather than by the end of the hook.
"""

from store.totals import UNNAMED_SPAN


def _part(rows: str, **columns: str) -> str:
    told = ",\n        ".join(f"{column} as {name}" for name, column in columns.items())
    return f"\n    select {told}\n    from {rows}\n"


_TOLD_BY_DECISION_NS = 5 * 10**9
"""How long after a hook blocked a tool call the decision on it may come."""

_REQUESTS = _part(
    f"""requests r
    where (r.failed_rank is not null or r.refused_rank is not null or r.traced_success = 0)
        and (r.refused_rank is not null or r.made_rank is null)
        and (r.request_id not like '{UNNAMED_SPAN}%' or not exists (select 1 from sessions s
            where s.session_id = r.session_id and s.log_records > 0))""",
    at_unix_nano="r.started_unix_nano",
    session_id="r.session_id",
    turn_id="r.turn_id",
    kind="""case when r.refused_rank is not null then 'refusal'
            when exists (select 1 from events e where e.session_id = r.session_id
                and e.turn_id is r.turn_id and e.trouble = 'retries_exhausted'
                and e.sequence = r.sequence + 1) then 'retries_exhausted'
            else 'api_error' end""",
    subject="r.model",
    message="""case when r.refused_rank is not null then 'the model refused to answer'
            else coalesce(r.error, r.traced_error, 'given up') || ifnull(' (' || nullif(
                max(ifnull(r.attempts, 1), ifnull(r.traced_attempts, 1)), 1) || ' attempts)', '')
            end""",
    status="""iif(r.refused_rank is not null, r.refusal,
            cast(coalesce(r.http_status, r.traced_http_status) as text))""",
    key="'request:' || r.request_id",
)

_CALL = """iif(c.mcp_server is not null, c.mcp_server || ifnull('.' || c.mcp_tool, ''),
            c.tool || ifnull(' ' || coalesce(c.command, c.file_path, c.skill, c.subagent_type), ''))
"""

_OF_CALL = {
    "at_unix_nano": "c.started_unix_nano",
    "session_id": "c.session_id",
    "turn_id": "c.turn_id",
}

_FAILED_CALLS = _part(
    "tool_calls c where (c.success = 0 or c.executed_success = 0) and ifnull(c.success, 0) = 0",
    **_OF_CALL,
    kind="'tool_failed'",
    subject=_CALL,
    message="""nullif(coalesce(c.error, c.executed_error),
            coalesce(c.error_type, c.executed_error_type))""",
    status="coalesce(c.error_type, c.executed_error_type)",
    key="'tool:' || c.tool_call_id",
)

_HOOKED_CALLS = _part(
    "tool_calls c where c.decider = 'hook' and c.decided_verdict = 'rejected'",
    **_OF_CALL,
    kind="'hook_blocked'",
    subject=_CALL,
    message="'a hook refused the call'",
    status="null",
    key="'tool:' || c.tool_call_id",
)

_EVENTS = _part(
    f"""events e
    where e.trouble is not null
        and (e.trouble <> 'retries_exhausted' or not exists (select 1 from requests r
            where r.session_id = e.session_id and r.turn_id is e.turn_id
            and r.failed_rank is not null and r.sequence = e.sequence - 1))
        and (e.trouble <> 'hook_blocked' or e.attributes ->> '$.hook_event' is not 'PreToolUse'
            or not exists (select 1 from tool_calls c where c.session_id = e.session_id
                and c.turn_id is e.turn_id and c.decider = 'hook'
                and c.decided_verdict = 'rejected' and c.started_unix_nano between e.time_unix_nano
                and e.time_unix_nano + {_TOLD_BY_DECISION_NS}))""",
    at_unix_nano="e.time_unix_nano",
    session_id="e.session_id",
    turn_id="e.turn_id",
    kind="e.trouble",
    subject="""case e.trouble
            when 'mcp_failed' then coalesce(e.attributes ->> '$.server_name',
                e.attributes ->> '$."plugin.name"',
                nullif(trim(ifnull(e.attributes ->> '$.server_scope', '') || ' '
                    || ifnull(e.attributes ->> '$.transport_type', '')), ''))
            when 'hook_blocked' then e.attributes ->> '$.hook_name'
            when 'compaction_failed' then e.attributes ->> '$.trigger'
            when 'auth_failed' then e.attributes ->> '$.action'
            when 'internal_error' then e.attributes ->> '$.error_name'
            else e.attributes ->> '$.model' end""",
    message="""case e.trouble
            when 'hook_blocked' then 'a hook blocked it'
            when 'auth_failed' then e.attributes ->> '$.error_category'
            else (e.attributes ->> '$.error')
                || ifnull(' (' || (e.attributes ->> '$.total_attempts') || ' attempts)', '') end""",
    status="""cast(coalesce(e.attributes ->> '$.error_code',
            e.attributes ->> '$.status_code') as text)""",
    key="'event:' || lower(hex(e.digest))",
)

_LATER = """{row}.session_id = c.session_id and {row}.turn_id is c.turn_id
                and {row}.agent_id is c.agent_id and ({row}.started_unix_nano, {row}.tool_call_id)
                > (c.started_unix_nano, c.tool_call_id)"""

_LOOPS = _part(
    "repeated_calls l join tool_calls c using (session_id, tool_call_id)",
    **_OF_CALL | {"at_unix_nano": "l.started_unix_nano"},
    kind="'loop'",
    subject=_CALL,
    message=f"""'the same call ' || (3 + (select count(*) from tool_calls n
            where {_LATER.format(row="n")} and not exists (select 1 from tool_calls x
                where {_LATER.format(row="x")} and x.same_as is not c.same_as
                and (x.started_unix_nano, x.tool_call_id)
                    <= (n.started_unix_nano, n.tool_call_id)))) || ' times in a row'""",
    status="null",
    key="'tool:' || c.tool_call_id",
)

_NEAR = 16


def _is_interleaved(comparison: str, order: str) -> str:
    return f"""exists (select 1 from (select * from sequence_breaks b
            where b.session_id = g.session_id
            and (b.time_unix_nano, b.sequence) {comparison} (g.time_unix_nano, g.sequence)
            order by b.time_unix_nano {order}, b.sequence {order} limit {_NEAR}) b
        where b.sequence = 1 + (select x.previous from sequence_breaks x
            where x.session_id = b.session_id
            and (x.time_unix_nano, x.sequence) < (b.time_unix_nano, b.sequence)
            order by x.time_unix_nano desc, x.sequence desc limit 1))"""


INTERLEAVED = f"({_is_interleaved('>=', 'asc')} or {_is_interleaved('<', 'desc')})"
"""Whether, near a gap, two processes send events of one session at once, each with its own count.

One takes up its count where it stood before events of the other came between. Which of them an
event is of is then not known, and neither is what is missing.
"""

_GAPS = _part(
    f"""sequence_breaks g
    where g.sequence > g.previous + 1 and not {INTERLEAVED}""",
    at_unix_nano="g.time_unix_nano",
    session_id="g.session_id",
    turn_id="null",
    kind="'gap'",
    subject="""iif(g.sequence = g.previous + 2, 'event ' || (g.previous + 1),
            'events ' || (g.previous + 1) || ' to ' || (g.sequence - 1))""",
    message="""(g.sequence - g.previous - 1) || iif(g.sequence = g.previous + 2,
            ' event was sent and did not arrive', ' events were sent and did not arrive')""",
    status="null",
    key="'gap:' || g.time_unix_nano || ':' || g.sequence",
)

PARTS = (_REQUESTS, _FAILED_CALLS, _HOOKED_CALLS, _EVENTS, _LOOPS, _GAPS)
"""A ``select`` for each part."""

TROUBLES = f"""
create index tool_calls_refused_by_hooks on tool_calls (started_unix_nano)
    where decider = 'hook' and decided_verdict = 'rejected';

create view troubles as {"    union all".join(PARTS)};
"""

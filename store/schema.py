"""The schema as numbered migrations, each saying why it is there.

Raw tables (``resources``, ``scopes``, ``records``) hold what came; the derived tables hold what it
means and can be rebuilt from the raw ones at any time. Names and units: ``*_unix_nano`` is integer
nanoseconds UTC, ``*_micros`` integer micro-dollars, ``*_ms`` milliseconds, ``null`` unknown. What
spans and metrics add stands in tables of its own, so that it makes no request or tool call. A
``*_rank`` column is 16 bytes, a record's time then the head of its digest: of two records that tell
the same thing differently the later one wins, whatever order they came in.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.totals import COLUMNS, TRIGGERS

APPLICATION_ID = 0x5E551090
"""Marks a SQLite file as a sessionscope store (``pragma application_id``)."""

SCHEMA_VERSION = 1
"""How many migrations this program knows (``pragma user_version``)."""

DERIVED_TABLES = (
    "sessions",
    "session_attributes",
    "turns",
    "requests",
    "tool_calls",
    "events",
    "tool_spans",
    "request_spans",
    "counters",
)
"""What ``reindex`` empties and fills again."""

migrations = Migrations("sessionscope")

_RAW = """
create table resources (
    id integer primary key,
    digest blob not null unique,
    schema_url text not null,
    wire blob not null
);

create table scopes (
    id integer primary key,
    digest blob not null unique,
    name text not null,
    version text not null,
    schema_url text not null,
    wire blob not null
);

create table records (
    id integer primary key,
    digest blob not null unique,
    signal text not null,
    resource_id integer not null references resources (id),
    scope_id integer not null references scopes (id),
    received_unix_nano integer not null,
    time_unix_nano integer not null,
    name text,
    session_id text,
    subject text,
    wire blob not null
);

create index records_by_session on records (session_id, subject, time_unix_nano);

create table recorder (
    id integer primary key check (id = 1),
    duplicates integer not null default 0
);

insert into recorder (id) values (1);
"""

_SESSIONS = f"""
create table sessions (
    session_id text primary key,
    agent text not null,
    opened integer not null,
    started_unix_nano integer not null,
    last_event_unix_nano integer not null,
    last_event_name text,
    last_event_rank blob,
    last_prompt_unix_nano integer,
    exited_unix_nano integer,
    failed_unix_nano integer,
    answered_unix_nano integer,
    decided_unix_nano integer,
    asked_unix_nano integer,
    asked_tool text,
    asked_rank blob,
    title text,
    title_content text,
    title_rank blob,
    permission_mode text,
    permission_mode_rank blob,
    context_tokens integer,
    context_rank blob,
    log_records integer not null default 0,
    spans integer not null default 0,
    metric_points integer not null default 0,
{COLUMNS}
);

create index sessions_by_activity on sessions (opened, last_event_unix_nano desc, session_id);

create table session_attributes (
    session_id text not null,
    name text not null,
    value text not null,
    primary key (session_id, name, value)
) without rowid;

create index session_attributes_by_value on session_attributes (name, value);

create table turns (
    session_id text not null,
    turn_id text not null,
    started_unix_nano integer not null,
    last_event_unix_nano integer not null,
    prompt_content text,
    prompt_length integer,
    prompt_digest blob,
    prompt_rank blob,
    command text,
{COLUMNS},
    primary key (session_id, turn_id)
);

create index turns_in_order on turns (session_id, started_unix_nano, turn_id);
"""

_FACTS = """
create table requests (
    session_id text not null,
    request_id text not null,
    turn_id text,
    agent_id text,
    started_unix_nano integer not null,
    sequence integer,
    model text,
    source text,
    source_raw text,
    agent_name text,
    made_rank blob,
    effort text,
    speed text,
    input_tokens integer,
    cache_read_tokens integer,
    cache_write_tokens integer,
    cache_write_5m_tokens integer,
    cache_write_1h_tokens integer,
    output_tokens integer,
    reasoning_tokens integer,
    reported_micros integer,
    duration_ms integer,
    ttft_ms integer,
    failed_rank blob,
    error text,
    http_status integer,
    attempts integer,
    failed_duration_ms integer,
    refused_rank blob,
    refusal text,
    response_rank blob,
    response text,
    response_content text,
    response_length integer,
    primary key (session_id, request_id)
);

create index requests_in_order on requests (session_id, turn_id, started_unix_nano);

create index requests_by_time on requests (started_unix_nano, sequence, request_id);

create table tool_calls (
    session_id text not null,
    tool_call_id text not null,
    turn_id text,
    agent_id text,
    request_id text,
    started_unix_nano integer not null,
    sequence integer,
    tool text,
    mcp_server text,
    mcp_tool text,
    command text,
    file_path text,
    parameters text,
    decided_rank blob,
    decided_unix_nano integer,
    decided_verdict text,
    decider text,
    scope text,
    mode text,
    source_raw text,
    decided_span_id blob,
    finished_rank blob,
    finished_unix_nano integer,
    success integer,
    duration_ms integer,
    error_type text,
    error text,
    input text,
    input_bytes integer,
    result_bytes integer,
    reported_verdict text,
    reported_decider text,
    reported_scope text,
    reported_source_raw text,
    verdict text not null generated always as
        (coalesce(decided_verdict, reported_verdict, 'unknown')) virtual,
    primary key (session_id, tool_call_id)
);

create index tool_calls_in_order on tool_calls (session_id, turn_id, started_unix_nano);

create index tool_calls_by_time on tool_calls (started_unix_nano, sequence, tool_call_id);

create table events (
    digest blob primary key,
    session_id text,
    turn_id text,
    agent_id text,
    time_unix_nano integer not null,
    sequence integer,
    name text not null,
    kind text not null,
    text text,
    attributes text not null
);

create index events_in_order on events (session_id, turn_id, time_unix_nano);
"""


_ENRICHMENT = """
create table tool_spans (
    session_id text not null,
    span_id blob not null,
    parent_span_id blob,
    tool_call_id text,
    waited_ms integer,
    primary key (session_id, span_id)
);

create index tool_spans_by_parent on tool_spans (session_id, parent_span_id);

create index tool_spans_by_call on tool_spans (session_id, tool_call_id);

create table request_spans (
    session_id text not null,
    request_id text not null,
    traced_rank blob,
    stop_reason text,
    traced_attempts integer,
    traced_ttft_ms integer,
    primary key (session_id, request_id)
);

create table counters (
    session_id text not null,
    figure text not null,
    series blob not null,
    temporality integer not null,
    started_unix_nano integer not null,
    millionths integer not null,
    primary key (session_id, figure, series, temporality, started_unix_nano)
) without rowid;
"""


@migrations(name="0001_raw_records_and_what_they_mean")
def _0001(db: Database) -> None:
    """Keep every record as it came, and beside it the sessions, turns, requests and tool calls.

    The derived tables have text keys of the agents' own, so that the same records give the same
    rows whatever order they arrived in.
    """
    for script in (_RAW, _SESSIONS, _FACTS, _ENRICHMENT, TRIGGERS):
        for statement in script.strip().split("\n\n"):
            db.execute(statement)

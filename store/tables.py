"""The tables of the store, as they stand in its migrations.

Names and units: ``*_unix_nano`` is integer nanoseconds UTC, ``*_micros`` integer micro-dollars,
``*_ms`` milliseconds, ``null`` unknown. A ``*_rank`` column is 16 bytes, a record's time then the
head of its digest: of two records that tell the same thing differently the later one wins, whatever
order they came in.
"""

from store.totals import COLUMNS

RAW = """
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

create table recorder (
    id integer primary key check (id = 1),
    duplicates integer not null default 0
);

insert into recorder (id) values (1);
"""

RAW_IN_ORDER = """
alter table records add column sequence integer;

drop index if exists records_by_session;

create index records_by_subject on records (session_id, subject, time_unix_nano);

create index records_in_order on records (session_id, time_unix_nano, sequence);

create table repetitions (
    session_id text primary key,
    records integer not null
) without rowid;

alter table recorder add column price_book text;

alter table recorder add column derivation integer not null default 0;
"""

SESSIONS = f"""
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
    awaited_unix_nano integer,
    turn_ended_unix_nano integer,
    asked_unix_nano integer,
    asked_tool text,
    asked_rank blob,
    requested_unix_nano integer,
    requested_tool text,
    requested_rank blob,
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

create index sessions_by_cost on sessions (opened, micros);

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
    prompt_origin text,
    prompt_digest blob,
    prompt_rank blob,
    command text,
{COLUMNS},
    primary key (session_id, turn_id)
);

create index turns_in_order on turns (session_id, started_unix_nano, turn_id);

create index turns_that_cleared on turns (started_unix_nano) where command = 'clear';

create table trace_turns (
    session_id text not null,
    trace_turn_id text not null,
    turn_id text not null,
    primary key (session_id, trace_turn_id, turn_id)
) without rowid;

create table turn_costs (
    session_id text not null,
    turn_id text not null,
    reported_micros integer not null,
    primary key (session_id, turn_id)
) without rowid;

create table relations (
    session_id text not null,
    kind text not null,
    value text not null,
    primary key (session_id, kind, value)
) without rowid;

create index relations_by_value on relations (kind, value);

create table unknowns (
    session_id text not null,
    what text not null,
    name text not null,
    carrier text not null,
    records integer not null,
    primary key (session_id, what, name, carrier)
) without rowid;
"""

ENRICHMENT = """
create table waits (
    session_id text not null,
    span_id blob not null,
    parent_span_id blob,
    waited_ms integer,
    waited_verdict text,
    waited_decider text,
    waited_scope text,
    waited_source_raw text,
    primary key (session_id, span_id)
);

create index waits_by_parent on waits (session_id, parent_span_id);

create table tool_outputs (
    session_id text not null,
    tool_call_id text not null,
    output_rank blob,
    file_path text,
    output text,
    diff text,
    lines_added integer,
    lines_removed integer,
    original_length integer,
    primary key (session_id, tool_call_id)
);

create table agent_calls (
    session_id text not null,
    agent_id text not null,
    tool_call_id text not null,
    primary key (session_id, agent_id, tool_call_id)
) without rowid;

create table agent_parents (
    session_id text not null,
    agent_id text not null,
    parent_agent_id text not null,
    primary key (session_id, agent_id, parent_agent_id)
) without rowid;

create table agent_spans (
    session_id text not null,
    agent_id text not null,
    parent_span_id blob not null,
    primary key (session_id, agent_id, parent_span_id)
) without rowid;

create table counters (
    session_id text not null,
    figure text not null,
    model text not null,
    series blob not null,
    temporality integer not null,
    started_unix_nano integer not null,
    millionths integer not null,
    primary key (session_id, figure, model, series, temporality, started_unix_nano)
) without rowid;
"""

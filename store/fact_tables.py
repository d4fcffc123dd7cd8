"""The tables of what agents did: requests, tool calls and other events.

What spans tell of requests and tool calls (``traced_*``, ``executed_*``) stands beside what events
tell, which is canonical. From ``micros`` to ``idle_ns`` a request's row holds what was worked
out of all of them: see ``store.assessment``.
"""

FACTS = """
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
    agent_version text,
    micros integer,
    computed_micros integer,
    input_micros integer,
    cache_read_micros integer,
    cache_write_micros integer,
    cache_write_5m_micros integer,
    cache_write_1h_micros integer,
    output_micros integer,
    web_search_micros integer,
    split_provenance text,
    billed_5m_tokens integer,
    billed_1h_tokens integer,
    cost_difference text,
    price_table text,
    price_date text,
    window_tokens integer,
    rebuilt_tokens integer,
    rebuilt_micros integer,
    cache_cause text,
    idle_ns integer,
    failed_rank blob,
    error text,
    http_status integer,
    attempts integer,
    failed_duration_ms integer,
    failed_effort text,
    failed_speed text,
    refused_rank blob,
    refusal text,
    response_rank blob,
    response text,
    response_content text,
    response_length integer,
    traced_rank blob,
    traced_source_raw text,
    traced_effort text,
    traced_speed text,
    traced_input_tokens integer,
    traced_cache_read_tokens integer,
    traced_cache_write_tokens integer,
    traced_output_tokens integer,
    traced_duration_ms integer,
    traced_ttft_ms integer,
    traced_attempts integer,
    traced_success integer,
    traced_error text,
    traced_http_status integer,
    stop_reason text,
    traced_reasoning_tokens integer,
    primary key (session_id, request_id)
);

create index requests_in_order on requests (session_id, turn_id, started_unix_nano);

create index requests_by_time on requests (started_unix_nano, sequence, request_id, micros);

create index requests_by_cost on requests (micros);

create index requests_in_trouble on requests (started_unix_nano)
    where failed_rank is not null or refused_rank is not null or traced_success = 0;

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
    file_path text,
    skill text,
    subagent_type text,
    requested_rank blob,
    requested_unix_nano integer,
    requested_input text,
    requested_command text,
    decided_rank blob,
    decided_unix_nano integer,
    decided_verdict text,
    decider text,
    scope text,
    mode text,
    source_raw text,
    tool_source text,
    review text,
    asked_command text,
    asked_parameters text,
    decided_version text,
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
    ran_command text,
    ran_parameters text,
    mcp_scope text,
    commit_id text,
    branch text,
    reported_verdict text,
    reported_decider text,
    reported_scope text,
    reported_source_raw text,
    traced_rank blob,
    traced_span_id blob,
    traced_command text,
    traced_duration_ms integer,
    traced_verdict text,
    traced_decider text,
    executed_rank blob,
    executed_span_id blob,
    executed_success integer,
    executed_duration_ms integer,
    executed_error_type text,
    executed_error text,
    command text generated always as
        (coalesce(ran_command, asked_command, traced_command, requested_command)) virtual,
    parameters text generated always as (coalesce(ran_parameters, asked_parameters)) virtual,
    verdict text not null generated always as
        (coalesce(decided_verdict, reported_verdict, traced_verdict, 'unknown')) virtual,
    primary key (session_id, tool_call_id)
);

create index tool_calls_in_order on tool_calls
    (session_id, turn_id, started_unix_nano, tool_call_id);

create index tool_calls_by_time on tool_calls (started_unix_nano, sequence, tool_call_id);

create index tool_calls_by_execution on tool_calls (session_id, executed_span_id)
    where executed_span_id is not null;

create index tool_calls_by_span on tool_calls (session_id, traced_span_id)
    where traced_span_id is not null;

create index tool_calls_that_failed on tool_calls (started_unix_nano)
    where success = 0 or executed_success = 0;

create index tool_calls_of_mcp on tool_calls (started_unix_nano)
    where mcp_server is not null or tool = 'mcp_tool';

create table events (
    digest blob primary key,
    session_id text,
    turn_id text,
    agent_id text,
    time_unix_nano integer not null,
    sequence integer,
    name text not null,
    kind text not null,
    trouble text,
    text text,
    attributes text not null
);

create index events_in_order on events (session_id, turn_id, time_unix_nano);

create index events_by_kind on events (kind, time_unix_nano);

create index events_in_trouble on events (time_unix_nano) where trouble is not null;
"""

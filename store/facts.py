"""What dialects say that records mean, ready to be merged into the derived tables.

A fact is one row of news about one thing, identified by the agent's own key; several facts meet in
one row (a decision and a result in one tool call). The fields of each fact are its columns, in
order. ``rank`` orders two records that tell the same thing: see ``rank_of``.
"""

from struct import Struct
from typing import NamedTuple, TypeAlias

from store.domain import Agent

RECORD_TIME_LIMIT = 2**63 - 1
"""The latest time SQLite can hold; later ones (OTLP times are unsigned) are cut to it."""


_LARGEST_SEQUENCE = 0xFFFFFFFF
_TIME_AND_SEQUENCE = Struct(">QI")


def rank_of(time_unix_nano: int, sequence: int | None, digest: bytes) -> bytes:
    """Return what orders records that tell the same thing: time, then sequence, then content."""
    order = min(sequence, _LARGEST_SEQUENCE) if sequence else 0
    return _TIME_AND_SEQUENCE.pack(time_unix_nano, order) + digest[-4:]


class RequestMade(NamedTuple):
    """A model request that was answered, with its usage and cost."""

    session_id: str
    request_id: str
    turn_id: str | None
    agent_id: str | None
    started_unix_nano: int
    sequence: int | None
    model: str | None
    source: str | None
    source_raw: str | None
    agent_name: str | None
    made_rank: bytes
    effort: str | None
    speed: str | None
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    reported_micros: int | None
    duration_ms: int | None
    ttft_ms: int | None


class RequestFailed(NamedTuple):
    """A model request that was given up."""

    session_id: str
    request_id: str
    turn_id: str | None
    agent_id: str | None
    started_unix_nano: int
    sequence: int | None
    model: str | None
    source: str | None
    source_raw: str | None
    agent_name: str | None
    failed_rank: bytes
    error: str | None
    http_status: int | None
    attempts: int | None
    failed_duration_ms: int | None


class RequestRefused(NamedTuple):
    """A model request whose answer was a refusal."""

    session_id: str
    request_id: str
    turn_id: str | None
    agent_id: str | None
    started_unix_nano: int
    sequence: int | None
    model: str | None
    source: str | None
    source_raw: str | None
    agent_name: str | None
    refused_rank: bytes
    refusal: str | None


class ResponseGiven(NamedTuple):
    """The text a model request was answered with."""

    session_id: str
    request_id: str
    turn_id: str | None
    agent_id: str | None
    started_unix_nano: int
    sequence: int | None
    model: str | None
    source: str | None
    source_raw: str | None
    agent_name: str | None
    response_rank: bytes
    response: str | None
    response_content: str
    response_length: int | None


class ToolDecided(NamedTuple):
    """A verdict on a tool call."""

    session_id: str
    tool_call_id: str
    turn_id: str | None
    agent_id: str | None
    request_id: str | None
    started_unix_nano: int
    sequence: int | None
    tool: str | None
    mcp_server: str | None
    mcp_tool: str | None
    command: str | None
    file_path: str | None
    parameters: str | None
    decided_rank: bytes
    decided_unix_nano: int
    decided_verdict: str
    decider: str
    scope: str
    mode: str | None
    source_raw: str | None
    decided_span_id: bytes | None
    """The span that covers the decision, so that its length is known while the tool runs."""


class ToolFinished(NamedTuple):
    """The end of a tool call; ``reported_*`` is what it says of the decision, if it does."""

    session_id: str
    tool_call_id: str
    turn_id: str | None
    agent_id: str | None
    request_id: str | None
    started_unix_nano: int
    sequence: int | None
    tool: str | None
    mcp_server: str | None
    mcp_tool: str | None
    command: str | None
    file_path: str | None
    parameters: str | None
    finished_rank: bytes
    finished_unix_nano: int
    success: bool | None
    duration_ms: int | None
    error_type: str | None
    error: str | None
    input: str | None
    input_bytes: int | None
    result_bytes: int | None
    reported_verdict: str | None
    reported_decider: str | None
    reported_scope: str | None
    reported_source_raw: str | None


class PromptGiven(NamedTuple):
    """A prompt; the earliest of a turn is the turn's. Its text is in the event of ``digest``."""

    session_id: str
    turn_id: str
    prompt_rank: bytes
    prompt_digest: bytes
    prompt_content: str
    prompt_length: int | None
    command: str | None


class EventSeen(NamedTuple):
    """Anything that happened, as the agent told it."""

    digest: bytes
    session_id: str | None
    turn_id: str | None
    agent_id: str | None
    time_unix_nano: int
    sequence: int | None
    name: str
    kind: str
    text: str | None
    attributes: str
    """JSON object."""


class AttributeSeen(NamedTuple):
    """One value of one identity or resource attribute of a session."""

    session_id: str
    name: str
    value: str


class ToolSpan(NamedTuple):
    """A span of a tool call or of the wait for its permission, either of which may come first.

    A wait names its call only by its parent, the call's own span.
    """

    session_id: str
    span_id: bytes
    parent_span_id: bytes | None
    tool_call_id: str | None
    waited_ms: int | None


class RequestSpan(NamedTuple):
    """What only the span of a model request tells, all its attempts included."""

    session_id: str
    request_id: str
    traced_rank: bytes
    stop_reason: str | None
    traced_attempts: int | None
    traced_ttft_ms: int | None


UNSUMMED = 0
"""In place of a temporality: a point that cannot be summed, so that the figure is unknown."""


class CounterKey(NamedTuple):
    """What metric points that make one number have in common; see ``store.counters``."""

    session_id: str
    figure: str
    """The name of a figure of ``store.domain.Work``."""
    series: bytes
    """Tells cumulative streams apart; empty for delta points, of which all are added."""
    temporality: int
    """``DELTA``, ``CUMULATIVE`` or ``UNSUMMED``."""
    started_unix_nano: int
    """When a cumulative stream began; 0 for delta points."""


class Placement(NamedTuple):
    """Where a record belongs; kept with the raw record so that a fact finds its records."""

    agent: Agent
    session_id: str | None
    name: str | None
    subject: str | None
    """``request:<id>``, ``tool:<id>``, ``turn:<id>`` or ``event:<digest in hex>``."""
    time_unix_nano: int
    """The record's time, else when it was observed, else when it was received."""


class TurnSpan(NamedTuple):
    """When a turn began and was last heard of, as far as one batch knows."""

    session_id: str
    turn_id: str
    started_unix_nano: int
    last_event_unix_nano: int


RequestFact: TypeAlias = RequestMade | RequestFailed | RequestRefused | ResponseGiven
ToolCallFact: TypeAlias = ToolDecided | ToolFinished
Key: TypeAlias = tuple[str, str]
"""Session id and the agent's own id of a thing in it."""

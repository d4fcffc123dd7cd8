"""What dialects say of model requests.

The fields up to the rank are shared by all kinds and merged with one another, the smallest known
value winning; the fields after it are one kind's own.
"""

from typing import NamedTuple, TypeAlias


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
    agent_version: str | None = None
    """A cache is lost when the agent is upgraded."""


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
    failed_effort: str | None
    failed_speed: str | None


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


class RequestTraced(NamedTuple):
    """What the span of a model request tells, all its attempts included.

    Its tokens repeat those of the events, which are canonical; they count where no event came.
    """

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
    traced_rank: bytes
    traced_source_raw: str | None
    traced_effort: str | None
    traced_speed: str | None
    traced_input_tokens: int | None
    traced_cache_read_tokens: int | None
    traced_cache_write_tokens: int | None
    traced_output_tokens: int | None
    traced_duration_ms: int | None
    traced_ttft_ms: int | None
    traced_attempts: int | None
    traced_success: bool | None
    traced_error: str | None
    traced_http_status: int | None
    stop_reason: str | None
    traced_reasoning_tokens: int | None = None


RequestFact: TypeAlias = (
    RequestMade | RequestFailed | RequestRefused | ResponseGiven | RequestTraced
)

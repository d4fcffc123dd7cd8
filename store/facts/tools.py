"""What dialects say of tool calls, the spans' part included.

The fields up to the rank are shared by all kinds and merged with one another, the smallest known
value winning; the fields after it are one kind's own.
"""

from typing import NamedTuple, TypeAlias

DECISION_APART = "~decision:"
RESULT_APART = "~result:"
"""How the ids begin of the decision and the result of a call that neither names.

The result tells of a decision, which was sent as an event of its own: there the call is counted.
"""


class ToolRequested(NamedTuple):
    """A tool call that the body of a reply asks for; invalid ones are told by nothing else."""

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
    file_path: str | None
    skill: str | None
    subagent_type: str | None
    requested_rank: bytes
    requested_unix_nano: int
    requested_input: str | None
    requested_command: str | None = None


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
    file_path: str | None
    skill: str | None
    subagent_type: str | None
    decided_rank: bytes
    decided_unix_nano: int | None
    decided_verdict: str
    decider: str
    scope: str
    mode: str | None
    source_raw: str | None
    tool_source: str | None
    review: str | None
    """What an automatic safety check said, with its category."""
    asked_command: str | None
    asked_parameters: str | None
    decided_version: str | None
    """The agent's version: what its words mean depends on it."""
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
    file_path: str | None
    skill: str | None
    subagent_type: str | None
    finished_rank: bytes
    finished_unix_nano: int
    success: bool | None
    duration_ms: int | None
    error_type: str | None
    error: str | None
    input: str | None
    input_bytes: int | None
    result_bytes: int | None
    ran_command: str | None
    ran_parameters: str | None
    mcp_scope: str | None
    commit_id: str | None
    branch: str | None
    reported_verdict: str | None
    reported_decider: str | None
    reported_scope: str | None
    reported_source_raw: str | None


class ToolTraced(NamedTuple):
    """The span of a whole tool call, the wait for its permission included."""

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
    file_path: str | None
    skill: str | None
    subagent_type: str | None
    traced_rank: bytes
    traced_span_id: bytes
    traced_command: str | None
    traced_duration_ms: int | None


class ToolExecuted(NamedTuple):
    """The span of a tool's execution; a call that was not let through has none."""

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
    file_path: str | None
    skill: str | None
    subagent_type: str | None
    executed_rank: bytes
    executed_span_id: bytes
    executed_success: bool | None
    executed_duration_ms: int | None
    executed_error_type: str | None
    executed_error: str | None


class Wait(NamedTuple):
    """The span of a decision; it names its call only by its parent, the call's own span."""

    session_id: str
    span_id: bytes
    parent_span_id: bytes | None
    waited_ms: int | None
    waited_verdict: str | None
    waited_decider: str | None
    waited_scope: str | None
    waited_source_raw: str | None


class ToolOutput(NamedTuple):
    """What a tool gave back, as far as the sender shows it."""

    session_id: str
    tool_call_id: str
    output_rank: bytes
    file_path: str | None
    output: str | None
    diff: str | None
    """The agent's own JSON of an edit's hunks."""
    lines_added: int | None
    lines_removed: int | None
    original_length: int | None
    """Characters before the sender cut it; ``None`` where it did not."""


ToolCallFact: TypeAlias = ToolRequested | ToolDecided | ToolFinished | ToolTraced | ToolExecuted

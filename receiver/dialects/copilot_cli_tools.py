"""Copilot CLI's tool calls: the span of a call, and that of the question whether it may run.

A question is asked only where neither a rule nor an earlier grant decides, and its span ends before
that of the call: a call without one is taken to be decided by the settings. Without content, names
of MCP servers and tools are hashes. A command that fails ends without an error: its exit code
tells.
"""

from receiver.dialects.gen_ai_spans import (
    call_executed,
    call_finished,
    call_requested,
    call_traced,
    duration_of,
    error_of,
    output_of,
)
from receiver.dialects.heads import MCP_TOOL, CallColumns, Head, mcp_names
from receiver.dialects.values import integer, parsed_object, text
from store.changes import Facts
from store.domain import Decider, DecisionScope, Verdict
from store.facts import Wait
from store.signals import Attributes, Span

_PARAMETERS = "github.copilot.tool.parameters"
_NOT_RUN = {
    "cancelled": (Verdict.ABORTED, Decider.USER, DecisionScope.ONCE),
    "denied": (Verdict.REJECTED, Decider.CONFIG, DecisionScope.UNKNOWN),
}
_RAN = (Verdict.ACCEPTED, Decider.CONFIG, DecisionScope.UNKNOWN)

_RESULTS = {
    "approved": (Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE),
    "approved-for-location": (Verdict.ACCEPTED, Decider.USER, DecisionScope.PERMANENT),
    "approved-for-session": (Verdict.ACCEPTED, Decider.USER, DecisionScope.SESSION),
    "cancelled": (Verdict.ABORTED, Decider.USER, DecisionScope.ONCE),
    "denied-by-rules": (Verdict.REJECTED, Decider.CONFIG, DecisionScope.UNKNOWN),
    "denied-interactively-by-user": (Verdict.REJECTED, Decider.USER, DecisionScope.ONCE),
    "denied-no-approval-rule-and-could-not-request-from-user": (
        Verdict.REJECTED,
        Decider.CONFIG,
        DecisionScope.UNKNOWN,
    ),
}
_SHOWN = 12
"""Digits of a hash in place of a name: enough to tell names apart."""

_UNTOLD = (Verdict.UNKNOWN, Decider.UNKNOWN, DecisionScope.UNKNOWN)


def tool_call(head: Head, span: Span, facts: Facts) -> None:
    """Note a tool call, whether it ran, and what it gave back."""
    attributes = span.attributes
    columns = _columns(head, attributes)
    error_type = text(attributes.get("error.type"))
    decision = _NOT_RUN.get(error_type or "")
    exit_code = integer(attributes.get("process.exit.code"))
    success = None if decision else error_of(span) is None and not exit_code
    if success is False and error_type is None:
        error_type = f"exit_code_{exit_code}" if exit_code else None
    facts.of_tool_call(
        call_finished(
            columns,
            head,
            span,
            decision=decision or _RAN,
            success=success,
            error_type=error_type,
        )
    )
    traced = call_traced(columns, head, span)
    command = text(attributes.get(f"{_PARAMETERS}.command")) or traced.traced_command
    facts.of_tool_call(traced._replace(traced_command=command))
    if decision is None:
        executed = call_executed(columns, head, span)
        facts.of_tool_call(executed._replace(executed_success=success))
    if (arguments := attributes.get("gen_ai.tool.call.arguments")) is not None:
        facts.of_tool_call(call_requested(columns, head, arguments))
    if (output := output_of(head, span)) is not None:
        facts.tool_outputs.append(output)


def waited(head: Head, span: Span) -> Wait:
    """Read the span of a question; it lasts as long as the person took."""
    result = text(span.attributes.get("github.copilot.permission.result"))
    verdict, decider, scope = _RESULTS.get(result or "", _UNTOLD)
    return Wait(
        session_id=head.session_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id or None,
        waited_ms=duration_of(span),
        waited_verdict=verdict,
        waited_decider=decider,
        waited_scope=scope,
        waited_source_raw=result,
    )


def _columns(head: Head, attributes: Attributes) -> CallColumns:
    arguments = parsed_object(attributes.get("gen_ai.tool.call.arguments"))
    told = text(attributes.get(f"{_PARAMETERS}.file_path"))
    path = told or text(arguments.get("path")) or text(arguments.get("file_path"))
    return CallColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        None,
        head.time_unix_nano,
        None,
        *_names(attributes),
        file_path=path,
        subagent_type=text(arguments.get("agent_type")),
    )


def _names(attributes: Attributes) -> tuple[str | None, str | None, str | None]:
    """Return tool, MCP server and MCP tool; hashes where the names are withheld."""
    name = text(attributes.get("gen_ai.tool.name"))
    server = text(attributes.get(f"{_PARAMETERS}.mcp_server_name"))
    hashed = text(attributes.get(f"{_PARAMETERS}.mcp_server_name_hash"))
    if server is None and name is not None and hashed is not None:
        of_server, _, of_tool = name.partition("/")
        return MCP_TOOL, _hash(of_server), _hash(of_tool)
    told = text(attributes.get(f"{_PARAMETERS}.mcp_tool_name"))
    tool, server, mcp_tool = mcp_names(name, server)
    return tool, server, told or mcp_tool


def _hash(digest: str) -> str | None:
    return f"sha256:{digest[:_SHOWN]}" if digest else None

"""Qwen Code's tool calls: the event ``tool_call`` and the spans of a call.

``accept`` is a person's answer for one call; ``auto_accept`` is given where nobody was asked, and
where a person answered "always" on this very call: only the span of the wait tells the two apart.
"""

from typing import Any

from receiver.dialects.heads import NS_PER_MS, CallColumns, Head, mcp_names
from receiver.dialects.values import boolean, integer, parsed_object, text
from store.domain import Decider, DecisionScope, Verdict
from store.facts import (
    RECORD_TIME_LIMIT,
    ToolDecided,
    ToolExecuted,
    ToolFinished,
    ToolOutput,
    ToolTraced,
    Wait,
)
from store.signals import Span

_DECISIONS = {
    "accept": (Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE),
    "auto_accept": (Verdict.ACCEPTED, Decider.UNKNOWN, DecisionScope.UNKNOWN),
    "modify": (Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE),
    "reject": (Verdict.REJECTED, Decider.USER, DecisionScope.ONCE),
}
_UNTOLD = (Verdict.UNKNOWN, Decider.UNKNOWN, DecisionScope.UNKNOWN)
_ANSWERS = {
    "proceed_once": (Verdict.ACCEPTED, DecisionScope.ONCE),
    "modify_with_editor": (Verdict.ACCEPTED, DecisionScope.ONCE),
    "cancel": (Verdict.REJECTED, DecisionScope.ONCE),
}
_ALWAYS = "proceed_always"
"""How the answers begin that hold for longer: in this project, for this user; for a file until the
mode changes."""

_FILE_TOOLS = frozenset({"edit", "write_file", "notebook_edit"})


def tool_called(head: Head) -> ToolFinished:
    """Read a ``tool_call``; a call that was refused has no outcome."""
    attributes = head.attributes
    decision = text(attributes.get("decision"))
    verdict, decider, scope = _DECISIONS.get(decision or "", _UNTOLD)
    duration_ms = integer(attributes.get("duration_ms"))
    given = text(attributes.get("function_args"))
    arguments = parsed_object(given)
    has_run = attributes.get("execution_status") != "not_started"
    ran = has_run and verdict is not Verdict.REJECTED
    return ToolFinished(
        *_columns(head, arguments, head.started(duration_ms)),
        finished_rank=head.rank,
        finished_unix_nano=head.time_unix_nano,
        success=boolean(attributes.get("success")) if ran else None,
        duration_ms=duration_ms,
        error_type=text(attributes.get("error_type")) or text(attributes.get("error.type")),
        error=text(attributes.get("error")) or text(attributes.get("error.message")),
        input=given,
        input_bytes=None,
        result_bytes=integer(attributes.get("content_length")),
        ran_command=text(arguments.get("command")),
        ran_parameters=None,
        mcp_scope=None,
        commit_id=None,
        branch=None,
        reported_verdict=verdict,
        reported_decider=decider,
        reported_scope=scope,
        reported_source_raw=decision,
    )


def lines_changed(head: Head) -> ToolOutput | None:
    """Read how many lines an edit changed, the person's own changes included."""
    told = head.attributes.get("metadata")
    metadata = dict(told) if isinstance(told, dict) else parsed_object(told)
    counts = {
        change: [integer(metadata.get(f"{who}_{change}_lines")) for who in ("model", "user")]
        for change in ("added", "removed")
    }
    known = {change: [n for n in told if n is not None] for change, told in counts.items()}
    if not any(known.values()):
        return None
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=head.subject_id,
        output_rank=b"",
        file_path=text(parsed_object(head.attributes.get("function_args")).get("file_path")),
        output=None,
        diff=None,
        lines_added=sum(known["added"]) if known["added"] else None,
        lines_removed=sum(known["removed"]) if known["removed"] else None,
        original_length=None,
    )


def tool_traced(head: Head, span: Span) -> ToolTraced:
    """Read the span of a whole call; its arguments only with the sensitive attributes."""
    arguments = parsed_object(head.attributes.get("gen_ai.tool.call.arguments"))
    return ToolTraced(
        *_columns(head, arguments, head.time_unix_nano),
        traced_rank=head.rank,
        traced_span_id=span.span_id,
        traced_command=text(arguments.get("command")),
        traced_duration_ms=integer(head.attributes.get("duration_ms")),
    )


def output_traced(head: Head) -> ToolOutput | None:
    """Read what a call gave back, told only with the sensitive attributes."""
    told = text(head.attributes.get("gen_ai.tool.call.result"))
    if told is None:
        return None
    given = parsed_object(told)
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=head.subject_id,
        output_rank=head.rank,
        file_path=None,
        output=text(given.get("output")) or text(given.get("error")) or told,
        diff=None,
        lines_added=None,
        lines_removed=None,
        original_length=None,
    )


def tool_executed(head: Head, span: Span) -> ToolExecuted:
    """Read the span of a call's execution; a call that was refused has none."""
    attributes = head.attributes
    return ToolExecuted(
        *_columns(head, {}, head.time_unix_nano),
        executed_rank=head.rank,
        executed_span_id=span.span_id,
        executed_success=boolean(attributes.get("success")),
        executed_duration_ms=integer(attributes.get("duration_ms")),
        executed_error_type=text(attributes.get("error_type")),
        executed_error=text(attributes.get("error")),
    )


def tool_waited(head: Head, span: Span) -> tuple[ToolDecided, Wait]:
    """Read the span of a wait for a person's answer, which ends with the decision."""
    answer = text(head.attributes.get("decision"))
    columns = _columns(head, {}, head.time_unix_nano)
    verdict, scope = _answer(answer, columns.tool)
    duration_ms = (span.end_time_unix_nano - span.start_time_unix_nano) // NS_PER_MS
    decided = ToolDecided(
        *columns,
        decided_rank=head.rank,
        decided_unix_nano=min(span.end_time_unix_nano, RECORD_TIME_LIMIT),
        decided_verdict=verdict,
        decider=Decider.USER,
        scope=scope,
        mode=None,
        source_raw=answer,
        tool_source=None,
        asked_command=None,
        asked_parameters=None,
        decided_version=text(span.resource.attributes.get("service.version")),
        decided_span_id=span.span_id,
        review=None,
    )
    wait = Wait(
        session_id=head.session_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id or None,
        waited_ms=_either(integer(head.attributes.get("duration_ms")), integer(duration_ms)),
        waited_verdict=verdict,
        waited_decider=Decider.USER,
        waited_scope=scope,
        waited_source_raw=answer,
    )
    return decided, wait


def _answer(answer: str | None, tool: str | None) -> tuple[Verdict, DecisionScope]:
    if (answer or "").startswith(_ALWAYS):
        is_file = tool in _FILE_TOOLS
        return Verdict.ACCEPTED, DecisionScope.UNKNOWN if is_file else DecisionScope.PERMANENT
    return _ANSWERS.get(answer or "", (Verdict.UNKNOWN, DecisionScope.UNKNOWN))


def _either(told: int | None, measured: int | None) -> int | None:
    return measured if told is None else told


def _columns(head: Head, arguments: dict[str, Any], started_unix_nano: int) -> CallColumns:
    attributes = head.attributes
    names = ("function_name", "gen_ai.tool.name", "tool_name", "tool.name")
    name = next((told for key in names if (told := text(attributes.get(key)))), None)
    server = text(attributes.get("mcp_server_name"))
    if server is None and name is not None and name.startswith("mcp__"):
        server = name.removeprefix("mcp__").partition("__")[0] or None
    return CallColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        text(attributes.get("response_id")),
        started_unix_nano,
        None,
        *mcp_names(name, server),
        file_path=text(arguments.get("file_path")),
    )

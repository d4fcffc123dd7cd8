"""opencode's spans: model requests, tool calls and permissions, among hundreds of internal ones.

``ai.streamText`` repeats the usage of the ``ai.streamText.doStream`` below it, which is the
request; a retry is another. A refusal is the status of three spans. That a person was asked, rather
than a rule, only the logs tell; whether once or always, nothing does.
"""

from receiver.dialects.codex_tools import Call
from receiver.dialects.codex_words import file_of
from receiver.dialects.opencode_head import SpanHead
from receiver.dialects.opencode_requests import interpret_request
from receiver.dialects.opencode_words import ASK, TOOL, is_wait, session_of_span, turn_of
from receiver.dialects.values import json_text, parsed_object, text
from store.changes import Facts
from store.domain import Decider, DecisionScope, Verdict
from store.facts import (
    Placement,
    Relation,
    ToolExecuted,
    ToolFinished,
    ToolOutput,
    ToolRequested,
    ToolTraced,
    Wait,
    rank_of,
)
from store.signals import Span

_REFUSED = "rejected permission"


def interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    """Add what one span tells."""
    session_id = placement.session_id or ""
    rank = rank_of(placement.time_unix_nano, None, record.digest)
    head = SpanHead(record, session_id, turn_of(record.trace_id), placement.time_unix_nano, rank)
    if head.turn_id is not None and (session_of_span(record) or is_wait(record.name)):
        facts.relations.add(Relation(session_id, "key", head.turn_id))
    match record.name:
        case _ if is_wait(record.name):
            _wait(head, facts)
        case "ai.streamText.doStream":
            interpret_request(head, facts)
        case "Tool.execute" | "ai.toolCall":
            _tool(head, facts)


def _wait(head: SpanHead, facts: Facts) -> None:
    """Read a permission, or a span that leads from it to its tool call."""
    record = head.record
    is_permission = record.name == ASK
    verdict = Verdict.REJECTED if head.is_error else Verdict.ACCEPTED
    if is_permission:
        facts.sessions[head.session_id].latest("decided", head.ended)
    facts.waits.append(
        Wait(
            session_id=head.session_id,
            span_id=record.span_id,
            parent_span_id=record.parent_span_id or None,
            waited_ms=head.duration_ms if is_permission else None,
            waited_verdict=verdict if is_permission else None,
            waited_decider=None,
            waited_scope=None,
            waited_source_raw=None,
        )
    )


def _tool(head: SpanHead, facts: Facts) -> None:
    """Read either span of a tool call: opencode's own, or the AI SDK's, which has its texts."""
    call = _call(head)
    facts.sessions[head.session_id].latest("decided", head.ended)
    if head.turn_id is not None:
        facts.turn(head.session_id, head.turn_id, head.time_unix_nano)
    facts.of_tool_call(_finished(head, call))
    if head.record.name == TOOL:
        facts.of_tool_call(_executed(head, call))
    else:
        _keep_texts(head, call, facts)


def _call(head: SpanHead) -> Call:
    attributes = head.record.attributes
    is_own = head.record.name == TOOL
    call_id = text(attributes.get("tool.call_id" if is_own else "ai.toolCall.id"))
    given = parsed_object(attributes.get("ai.toolCall.args"))
    return Call(
        head.session_id,
        call_id or f"~{head.record.span_id.hex()}",
        head.turn_id,
        None,
        None,
        head.time_unix_nano,
        None,
        text(attributes.get("tool.name" if is_own else "ai.toolCall.name")),
        file_path=text(given.get("filePath")) or file_of(text(given.get("patchText"))),
        subagent_type=text(given.get("subagent_type")),
    )


def _keep_texts(head: SpanHead, call: Call, facts: Facts) -> None:
    """Note what a call was asked for, which only the AI SDK tells, and what it gave back."""
    arguments = text(head.record.attributes.get("ai.toolCall.args"))
    facts.of_tool_call(
        ToolRequested(
            *call,
            requested_rank=head.rank,
            requested_unix_nano=head.time_unix_nano,
            requested_input=arguments,
        )
    )
    facts.of_tool_call(
        ToolTraced(
            *call,
            traced_rank=head.rank,
            traced_span_id=head.record.span_id,
            traced_command=text(parsed_object(arguments).get("command")),
            traced_duration_ms=head.duration_ms,
        )
    )
    _keep_output(head, call, facts)


def _executed(head: SpanHead, call: Call) -> ToolExecuted:
    return ToolExecuted(
        *call,
        executed_rank=head.rank,
        executed_span_id=head.record.span_id,
        executed_success=None if _is_refused(head) else not head.is_error,
        executed_duration_ms=head.duration_ms,
        executed_error_type=None,
        executed_error=head.error,
    )


def _finished(head: SpanHead, call: Call) -> ToolFinished:
    """Read the end of a call: what ran had been let through, by whom only its permission tells."""
    is_refused = _is_refused(head)
    return ToolFinished(
        *call,
        finished_rank=head.rank,
        finished_unix_nano=head.ended,
        success=None if is_refused else not head.is_error,
        duration_ms=head.duration_ms,
        error_type=None,
        error=head.error,
        input=None,
        input_bytes=None,
        result_bytes=None,
        ran_command=None,
        ran_parameters=None,
        mcp_scope=None,
        commit_id=None,
        branch=None,
        reported_verdict=Verdict.REJECTED if is_refused else Verdict.ACCEPTED,
        reported_decider=Decider.UNKNOWN,
        reported_scope=DecisionScope.UNKNOWN,
        reported_source_raw=None,
    )


def _is_refused(head: SpanHead) -> bool:
    return head.is_error and _REFUSED in (head.error or "")


def _keep_output(head: SpanHead, call: Call, facts: Facts) -> None:
    told = text(head.record.attributes.get("ai.toolCall.result"))
    if told is None:
        return
    output = parsed_object(told).get("output", told)
    facts.tool_outputs.append(
        ToolOutput(
            session_id=call.session_id,
            tool_call_id=call.tool_call_id,
            output_rank=head.rank,
            file_path=call.file_path,
            output=output if isinstance(output, str) else json_text(output),
            diff=None,
            lines_added=None,
            lines_removed=None,
            original_length=None,
        )
    )

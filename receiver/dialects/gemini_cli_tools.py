"""Gemini CLI's tool calls: the event ``tool_call``, and the span of a batch of them.

The event has no call id. It carries the id of the span ``schedule_tool_calls``, which with content
lists every call of its batch: so a call is known by that span, its name and its arguments, and
where the arguments are withheld by its event alone. The decision ``accept`` is given too where
nobody was asked: who decided is known only where nobody could be asked, as the run has no person.
"""

from typing import Any, NamedTuple

from receiver.dialects.heads import CallColumns, Head, key_of, mcp_names, own_key
from receiver.dialects.values import boolean, integer, json_text, parsed_json, parsed_object, text
from store.changes import Facts
from store.domain import Decider, DecisionScope, Verdict
from store.facts import ToolDecided, ToolFinished, ToolOutput
from store.signals import LogRecord, Span

_SCOPES = {
    "proceed_always": DecisionScope.SESSION,
    "proceed_always_server": DecisionScope.SESSION,
    "proceed_always_tool": DecisionScope.SESSION,
    "proceed_always_and_save": DecisionScope.PERMANENT,
}
"""For how long the answer holds that a person gave; ``proceed_once`` stands for no answer too."""


class _Decision(NamedTuple):
    verdict: Verdict
    decider: Decider
    scope: DecisionScope


_UNTOLD = _Decision(Verdict.UNKNOWN, Decider.UNKNOWN, DecisionScope.UNKNOWN)
_BY_A_PERSON = {
    "accept": _Decision(Verdict.ACCEPTED, Decider.UNKNOWN, DecisionScope.UNKNOWN),
    "auto_accept": _Decision(Verdict.ACCEPTED, Decider.USER, DecisionScope.UNKNOWN),
    "modify": _Decision(Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE),
    "reject": _Decision(Verdict.REJECTED, Decider.USER, DecisionScope.ONCE),
}
"""``auto_accept`` is the answer "for this session" or "always", on the call it was given for."""


def call_key(record: LogRecord) -> str:
    """Name the call that a ``tool_call`` tells of, as the span of its batch names it too."""
    attributes = record.attributes
    arguments = parsed_object(attributes.get("function_args"))
    name = text(attributes.get("function_name"))
    if not record.span_id or not arguments or name is None:
        return own_key(record)
    return _key(record.span_id, name, arguments)


def tool_called(head: Head) -> ToolFinished:
    """Read a ``tool_call``; the duration includes the wait for a person."""
    attributes = head.attributes
    decision = text(attributes.get("decision"))
    told = _decision(decision, is_interactive=boolean(attributes.get("interactive")))
    given = text(attributes.get("function_args"))
    arguments = parsed_object(given)
    duration_ms = integer(attributes.get("duration_ms"))
    success, error_type = _outcome(head)
    return ToolFinished(
        *_columns(head, arguments, head.started(duration_ms)),
        finished_rank=head.rank,
        finished_unix_nano=head.time_unix_nano,
        success=None if told.verdict is Verdict.REJECTED else success,
        duration_ms=duration_ms,
        error_type=error_type,
        error=text(attributes.get("error.message")) or text(attributes.get("error")),
        input=given,
        input_bytes=None,
        result_bytes=integer(attributes.get("content_length")),
        ran_command=text(arguments.get("command")),
        ran_parameters=None,
        mcp_scope=None,
        commit_id=None,
        branch=None,
        reported_verdict=told.verdict,
        reported_decider=told.decider,
        reported_scope=told.scope,
        reported_source_raw=decision,
    )


def lines_changed(head: Head) -> ToolOutput | None:
    """Read how many lines an edit changed, the person's own changes included.

    Of the lowest rank: it must not stand in the way of the output, which the span tells.
    """
    metadata = parsed_object(head.attributes.get("metadata"))
    added, removed = _lines(metadata, "added"), _lines(metadata, "removed")
    if added is None and removed is None:
        return None
    arguments = parsed_object(head.attributes.get("function_args"))
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=head.subject_id,
        output_rank=b"",
        file_path=text(arguments.get("file_path")),
        output=None,
        diff=None,
        lines_added=added,
        lines_removed=removed,
        original_length=None,
    )


def calls_scheduled(head: Head, record: Span, facts: Facts) -> None:
    """Read the calls of a batch: what each gave back, and a decision that holds for longer."""
    calls = parsed_json(record.attributes.get("gen_ai.output.messages"))
    for call in calls if isinstance(calls, list) else ():
        request = call.get("request") if isinstance(call, dict) else None
        if not isinstance(request, dict):
            continue
        name, arguments = text(request.get("name")), request.get("args")
        if name is None or not isinstance(arguments, dict) or not arguments:
            continue
        of_call = head._replace(subject_id=_key(record.span_id, name, arguments))
        outcome = text(call.get("outcome")) or ""
        if outcome in _SCOPES:
            facts.of_tool_call(_decided_for_longer(of_call, outcome))
        if (output := _given_back(call)) is not None:
            facts.tool_outputs.append(_output(of_call, arguments, output))


def _decided_for_longer(head: Head, outcome: str) -> ToolDecided:
    return ToolDecided(
        *CallColumns(
            head.session_id,
            head.subject_id,
            head.turn_id,
            head.agent_id,
            None,
            head.time_unix_nano,
            None,
            tool=None,
            mcp_server=None,
            mcp_tool=None,
            file_path=None,
        ),
        decided_rank=head.rank,
        decided_unix_nano=None,
        decided_verdict=Verdict.ACCEPTED,
        decider=Decider.USER,
        scope=_SCOPES[outcome],
        mode=None,
        source_raw=outcome,
        tool_source=None,
        asked_command=None,
        asked_parameters=None,
        decided_version=None,
        decided_span_id=None,
        review=None,
    )


def _output(head: Head, arguments: dict[str, Any], output: str) -> ToolOutput:
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=head.subject_id,
        output_rank=head.rank,
        file_path=text(arguments.get("file_path")),
        output=output,
        diff=None,
        lines_added=None,
        lines_removed=None,
        original_length=None,
    )


def _given_back(call: dict[str, Any]) -> str | None:
    """Return what a call gave back to the model, of all parts that are text."""
    response = call.get("response")
    parts = response.get("responseParts") if isinstance(response, dict) else None
    found = []
    for part in parts if isinstance(parts, list) else ():
        told = part.get("functionResponse") if isinstance(part, dict) else None
        told = told.get("response") if isinstance(told, dict) else None
        if isinstance(told, dict):
            found.append(text(told.get("output")) or text(told.get("error")) or json_text(told))
    return "\n".join(found) or None


def _key(span_id: bytes, name: str, arguments: dict[str, Any]) -> str:
    return key_of(span_id.hex(), name, sorted(arguments.items()))


def _decision(decision: str | None, *, is_interactive: bool | None) -> _Decision:
    """Return what a decision says; in a run without a person, nobody but its settings decide."""
    told = _BY_A_PERSON.get(decision or "", _UNTOLD)
    if is_interactive is False and told is not _UNTOLD:
        return told._replace(decider=Decider.CONFIG, scope=DecisionScope.UNKNOWN)
    return told


def _outcome(head: Head) -> tuple[bool | None, str | None]:
    """Return success and the kind of error; a command that fails is told by its exit code only."""
    success = boolean(head.attributes.get("success"))
    error_type = text(head.attributes.get("error.type"))
    error_type = error_type or text(head.attributes.get("error_type"))
    metadata = parsed_object(head.attributes.get("metadata"))
    exit_code = metadata.get("exitCode")
    if success and boolean(metadata.get("isError")) and isinstance(exit_code, int):
        return False, f"exit_code_{exit_code}"
    return success, error_type


def _columns(head: Head, arguments: dict[str, Any], started_unix_nano: int) -> CallColumns:
    attributes = head.attributes
    server = text(attributes.get("mcp_server_name"))
    return CallColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        None,
        started_unix_nano,
        None,
        *mcp_names(text(attributes.get("function_name")), server),
        file_path=text(arguments.get("file_path")),
    )


def _lines(metadata: dict[str, Any], change: str) -> int | None:
    counts = [integer(metadata.get(f"{who}_{change}_lines")) for who in ("model", "user")]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None

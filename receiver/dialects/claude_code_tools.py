"""Claude Code's tool calls: ``tool_decision`` and ``tool_result``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from receiver.dialects.values import boolean, integer, parsed_object, text
from store.domain import Decider, DecisionScope, Verdict
from store.facts import ToolDecided, ToolFinished

if TYPE_CHECKING:
    from receiver.dialects.claude_code import EventHead

_GRANTED_FOR_MORE = frozenset(
    {"Edit", "ExitPlanMode", "MultiEdit", "NotebookEdit", "Read", "Write"}
)
"""Their temporary grant may hold once or for the session; the event does not say which."""

_DECIDERS = {
    "config": Decider.CONFIG,
    "hook": Decider.HOOK,
    "classifier": Decider.REVIEWER,
    "user_permanent": Decider.USER,
    "user_temporary": Decider.USER,
    "user_reject": Decider.USER,
    "user_abort": Decider.USER,
}
_VERDICTS = {"accept": Verdict.ACCEPTED, "reject": Verdict.REJECTED}
_CLASSIFIER_VERDICTS = {"allow": Verdict.ACCEPTED, "block": Verdict.REJECTED}
_NS_PER_MS = 1_000_000


class _Call(NamedTuple):
    """What both events tell of a call: the columns they share."""

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


def tool_decided(head: "EventHead") -> ToolDecided:
    """Read a ``tool_decision``: comes after a person answered, before the tool runs."""
    attributes = head.record.attributes
    source = text(attributes.get("source"))
    tool = text(attributes.get("tool_name"))
    verdict = verdict_of(text(attributes.get("decision")), source)
    mode = text(attributes.get("permission_mode"))
    if mode is not None:
        head.change.in_mode(mode, head.rank)
    head.change.latest("decided", head.time_unix_nano)
    review = text(attributes.get("classifier_verdict"))
    reviewed = _CLASSIFIER_VERDICTS.get(review or "")
    category = text(attributes.get("classifier_category"))
    parameters, given = _parameters(head)
    return ToolDecided(
        *_call(head, parameters=given, duration_ms=None),
        decided_rank=head.rank,
        decided_unix_nano=head.time_unix_nano,
        decided_verdict=verdict,
        decider=Decider.REVIEWER if reviewed is verdict else decider_of(source),
        scope=scope_of(source, tool),
        mode=mode,
        source_raw=source,
        tool_source=text(attributes.get("tool_source")),
        review=f"{review} ({category})" if review and category else review,
        asked_command=text(given.get("full_command")),
        asked_parameters=parameters,
        decided_version=text(head.record.resource.attributes.get("service.version")),
        decided_span_id=head.record.span_id or None,
    )


def tool_finished(head: "EventHead") -> ToolFinished:
    """Read a ``tool_result``: never sent for a rejected call."""
    attributes = head.record.attributes
    duration_ms = integer(attributes.get("duration_ms"))
    source = text(attributes.get("decision_source"))
    decision = text(attributes.get("decision_type"))
    tool_input = text(attributes.get("tool_input"))
    parameters, given = _parameters(head)
    head.change.latest("awaited", head.time_unix_nano)
    call = _call(head, parameters=given, duration_ms=duration_ms, file_path=_file_path(tool_input))
    return ToolFinished(
        *call,
        finished_rank=head.rank,
        finished_unix_nano=head.time_unix_nano,
        success=boolean(attributes.get("success")),
        duration_ms=duration_ms,
        error_type=text(attributes.get("error_type")),
        error=text(attributes.get("error")),
        input=tool_input,
        input_bytes=integer(attributes.get("tool_input_size_bytes")),
        result_bytes=integer(attributes.get("tool_result_size_bytes")),
        ran_command=text(given.get("full_command")),
        ran_parameters=parameters,
        mcp_scope=text(attributes.get("mcp_server_scope")),
        commit_id=text(attributes.get("vcs.ref.head.revision")) or text(given.get("git_commit_id")),
        branch=text(attributes.get("vcs.ref.head.name")) or text(given.get("git_branch")),
        reported_verdict=None if decision is None else verdict_of(decision, source),
        reported_decider=None if decision is None else decider_of(source),
        reported_scope=None if decision is None else scope_of(source, call.tool),
        reported_source_raw=source,
    )


def _parameters(head: "EventHead") -> tuple[str | None, Mapping[str, Any]]:
    parameters = text(head.record.attributes.get("tool_parameters"))
    return parameters, parsed_object(parameters)


def _file_path(tool_input: str | None) -> str | None:
    """Return the file a call is about; the input may have been cut in the middle."""
    given = parsed_object(tool_input)
    return text(given.get("file_path")) or text(given.get("notebook_path"))


def _call(
    head: "EventHead",
    *,
    parameters: Mapping[str, Any],
    duration_ms: int | None,
    file_path: str | None = None,
) -> _Call:
    attributes = head.record.attributes
    return _Call(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        text(attributes.get("request_id")),
        max(head.time_unix_nano - (duration_ms or 0) * _NS_PER_MS, 0),
        head.sequence,
        tool=text(attributes.get("tool_name")),
        mcp_server=text(parameters.get("mcp_server_name")),
        mcp_tool=text(parameters.get("mcp_tool_name")),
        file_path=file_path,
        skill=text(parameters.get("skill_name")),
        subagent_type=text(parameters.get("subagent_type")),
    )


def verdict_of(decision: str | None, source: str | None) -> Verdict:
    """Return the verdict; an abort is a rejection by its decision, told apart by its source."""
    if source == "user_abort":
        return Verdict.ABORTED
    return _VERDICTS.get(decision or "", Verdict.UNKNOWN)


def decider_of(source: str | None) -> Decider:
    """Return who a source of a decision is; a new source is unknown."""
    return _DECIDERS.get(source or "", Decider.UNKNOWN)


def scope_of(source: str | None, tool: str | None) -> DecisionScope:
    """Return how long a decision holds; a rule in a configuration is never named, so unknown."""
    if source == "user_permanent":
        return DecisionScope.PERMANENT
    if source in {"user_reject", "user_abort", "hook"}:
        return DecisionScope.ONCE
    if source == "user_temporary" and tool is not None and tool not in _GRANTED_FOR_MORE:
        return DecisionScope.ONCE
    return DecisionScope.UNKNOWN

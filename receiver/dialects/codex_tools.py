"""Codex's tool calls: ``codex.tool_decision`` and ``codex.tool_result``."""

from typing import NamedTuple

from receiver.dialects.codex_head import EventHead
from receiver.dialects.codex_words import command_of, decision_of, file_of, tool_of
from receiver.dialects.values import boolean, integer, parsed_object, text
from store.changes import Facts
from store.domain import Verdict
from store.facts import AgentCall, Relation, ToolDecided, ToolFinished, ToolOutput

_NS_PER_MS = 1_000_000
_ROOT = "/root"


class Call(NamedTuple):
    """The columns that all facts of a tool call share."""

    session_id: str
    tool_call_id: str
    turn_id: str | None
    agent_id: str | None
    request_id: str | None
    started_unix_nano: int
    sequence: int | None
    tool: str | None = None
    mcp_server: str | None = None
    mcp_tool: str | None = None
    file_path: str | None = None
    skill: str | None = None
    subagent_type: str | None = None


def tool_decided(head: EventHead) -> ToolDecided:
    """Read a ``codex.tool_decision``: sent when a call may run, or may not, never when it asks."""
    attributes = head.record.attributes
    told, source = text(attributes.get("decision")), text(attributes.get("source"))
    decision = decision_of(told, source)
    head.change.latest("decided", head.time_unix_nano)
    return ToolDecided(
        *_call(head, duration_ms=None),
        decided_rank=head.rank,
        decided_unix_nano=head.time_unix_nano,
        decided_verdict=decision.verdict,
        decider=decision.decider,
        scope=decision.scope,
        mode=None,
        source_raw=" ".join(word for word in (source, told) if word) or None,
        tool_source=None,
        asked_command=None,
        asked_parameters=None,
        decided_version=text(attributes.get("app.version")),
        decided_span_id=None,
        review=None,
    )


def tool_finished(head: EventHead, facts: Facts) -> None:
    """Read a ``codex.tool_result``; its duration has the wait for a person in it.

    ``success`` is the tool's, not the command's: an exit code stands in the output alone.
    """
    attributes = head.record.attributes
    arguments = text(attributes.get("arguments"))
    duration_ms = integer(attributes.get("duration_ms"))
    command = command_of(arguments)
    call = _call(head, duration_ms=duration_ms)._replace(
        file_path=file_of(arguments),
        subagent_type=text(parsed_object(arguments).get("agent_type")),
    )
    head.change.latest("decided", head.time_unix_nano)
    facts.of_tool_call(
        ToolFinished(
            *call,
            finished_rank=head.rank,
            finished_unix_nano=head.time_unix_nano,
            success=boolean(attributes.get("success")),
            duration_ms=duration_ms,
            error_type=None,
            error=None,
            input=arguments,
            input_bytes=None,
            result_bytes=None,
            ran_command=command,
            ran_parameters=None,
            mcp_scope=None,
            commit_id=None,
            branch=None,
            reported_verdict=None,
            reported_decider=None,
            reported_scope=None,
            reported_source_raw=None,
        )
    )
    _keep_output(head, call, facts)
    _note_agents(head, call, facts)


def tool_aborted(call: Call, finished_unix_nano: int, rank: bytes) -> ToolFinished:
    """Say that a call was broken off: its span tells, and no event does.

    The rank is below every event's, so that what a result tells stands.
    """
    return ToolFinished(
        *call,
        finished_rank=b"\0" + rank[1:],
        finished_unix_nano=finished_unix_nano,
        success=None,
        duration_ms=None,
        error_type="aborted",
        error=None,
        input=None,
        input_bytes=None,
        result_bytes=None,
        ran_command=None,
        ran_parameters=None,
        mcp_scope=None,
        commit_id=None,
        branch=None,
        reported_verdict=Verdict.ABORTED,
        reported_decider=decision_of("abort", "User").decider,
        reported_scope=decision_of("abort", "User").scope,
        reported_source_raw=None,
    )


def _call(head: EventHead, *, duration_ms: int | None) -> Call:
    attributes = head.record.attributes
    tool = tool_of(
        text(attributes.get("tool_name")),
        text(attributes.get("tool_namespace")),
        server=text(attributes.get("mcp_server")),
    )
    return Call(
        head.session_id,
        text(attributes.get("call_id")) or head.own_key,
        head.turn_id,
        None,
        None,
        max(head.time_unix_nano - (duration_ms or 0) * _NS_PER_MS, 0),
        integer(attributes.get("tool_result_seq")),
        tool.tool,
        tool.mcp_server,
        tool.mcp_tool,
    )


def _keep_output(head: EventHead, call: Call, facts: Facts) -> None:
    output = text(head.record.attributes.get("output"))
    if output is not None:
        facts.tool_outputs.append(
            ToolOutput(
                session_id=call.session_id,
                tool_call_id=call.tool_call_id,
                output_rank=head.rank,
                file_path=call.file_path,
                output=output,
                diff=None,
                lines_added=None,
                lines_removed=None,
                original_length=None,
            )
        )


def _note_agents(head: EventHead, call: Call, facts: Facts) -> None:
    """Note which sub-agent a call started, and what the agent is called that made it."""
    attributes = head.record.attributes
    started = text(parsed_object(text(attributes.get("output"))).get("agent_id"))
    if call.tool == "spawn_agent" and started is not None:
        facts.relations.add(Relation(call.session_id, "key", started))
        facts.agent_calls.add(AgentCall(call.session_id, started, call.tool_call_id))
    name = text(attributes.get("agent_name"))
    if name not in {None, _ROOT}:
        facts.relations.add(Relation(call.session_id, "name", name or ""))

"""Gemini CLI: what its log events and spans mean.

Facts from the client itself (0.61.0): every record carries ``session.id``, spans
``gen_ai.conversation.id`` instead; ``prompt_id`` is ``<session>########<n>`` for a turn, the bare
session id for the one turn of a headless run, and another shape for what serves no turn. Events
are sent when something has ended, so a start is the event's time less its duration. Logs are
canonical: of tokens, spans know neither cache nor thoughts. Metrics repeat the logs.
"""

import re
from collections.abc import Mapping

from receiver.dialects.dialect import Place
from receiver.dialects.gemini_cli_requests import request_failed, request_made, response_given
from receiver.dialects.gemini_cli_tools import call_key, calls_scheduled, lines_changed, tool_called
from receiver.dialects.heads import (
    TITLE_LENGTH,
    Head,
    head_of,
    keep_event,
    own_key,
    unknown_seen,
)
from receiver.dialects.values import integer, text
from store.changes import Facts
from store.domain import Agent, Content, Origin
from store.facts import Placement, PromptGiven
from store.signals import LogRecord, Record, Span

_SCOPE = "gemini-cli"
_PREFIX = "gemini_cli."
_TURN = re.compile(r".{1,200}########\d{1,20}$")

_KINDS: Mapping[str, str] = {
    "agent.finish": "subagent",
    "agent.start": "subagent",
    "chat_compression": "compaction",
    "config": "configuration",
    "conversation_finished": "conversation_end",
    "edit_strategy": "edit_strategy",
    "extension_disable": "extension",
    "extension_enable": "extension",
    "extension_install": "extension",
    "extension_uninstall": "extension",
    "extension_update": "extension",
    "file_operation": "file_operation",
    "hook_call": "hook_call",
    "model_routing": "routing",
    "network_retry_attempt": "retry",
    "plan.approval_mode_duration": "mode_duration",
    "plan.approval_mode_switch": "mode_change",
    "ripgrep_fallback": "startup",
    "slash_command": "command",
    "startup_stats": "startup",
    "tool_output_truncated": "truncation",
    "user_prompt": "prompt",
}
_REPEATED = frozenset({"api_request", "gen_ai.client.inference.operation.details"})
"""What the event of the answer tells too; a failed attempt has an event of its own as well."""

_SPANS = frozenset(
    {"agent_call", "llm_call", "schedule_tool_calls", "system_prompt", "tool_call", "user_prompt"}
)
_RENAMED = {"tokens_after": "post_tokens", "tokens_before": "pre_tokens"}
"""What a compaction calls its sizes, by what they are called here."""

_COMMON = frozenset(
    {
        "auth_type",
        "event.name",
        "event.timestamp",
        "installation.id",
        "interactive",
        "prompt",
        "prompt_id",
        "session.id",
        "user.email",
    }
)


class GeminiCli:
    """Gemini CLI's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.GEMINI_CLI

    def recognises(self, record: Record) -> bool:
        """Tell by the scope, or by the prefix that its events and metrics share."""
        if record.scope.name == _SCOPE:
            return True
        if isinstance(record, LogRecord):
            return (text(record.attributes.get("event.name")) or "").startswith(_PREFIX)
        return not isinstance(record, Span) and record.name.startswith(_PREFIX)

    def opens_session(self, name: str | None) -> bool:  # noqa: ARG002 - every record does
        """Tell whether a record of this name shows a session that a person will know."""
        return True

    def place(self, record: Record) -> Place:
        """Return where a record belongs."""
        attributes = record.attributes
        session_id = (
            text(attributes.get("session.id"))
            or text(attributes.get("gen_ai.conversation.id"))
            or text(record.resource.attributes.get("session.id"))
        )
        if not isinstance(record, LogRecord):
            return Place(session_id, record.name, None)
        name = _name_of(record)
        match name:
            case "api_response" | "api_error":
                return Place(session_id, name, f"request:{own_key(record)}")
            case "tool_call":
                return Place(session_id, name, f"tool:{call_key(record)}")
        return Place(session_id, name, f"event:{record.digest.hex()}")

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to the facts and to its session."""
        if isinstance(record, LogRecord):
            _interpret_log(record, placement, facts)
        elif isinstance(record, Span):
            _interpret_span(record, placement, facts)


def _name_of(record: LogRecord) -> str:
    told = text(record.attributes.get("event.name")) or record.event_name or text(record.body)
    return (told or "").removeprefix(_PREFIX)


def _turn_of(prompt_id: str | None, session_id: str | None) -> str | None:
    """Return the turn of a ``prompt_id``, ``None`` for compression and the like."""
    if prompt_id is None or prompt_id == session_id or _TURN.match(prompt_id):
        return prompt_id
    return None


def _interpret_log(record: LogRecord, placement: Placement, facts: Facts) -> None:
    attributes = record.attributes
    turn_id = _turn_of(text(attributes.get("prompt_id")), placement.session_id)
    head = head_of(record, placement, facts, turn_id=turn_id)
    head.change.happened(head.name, head.rank)
    match head.name:
        case "api_response":
            facts.of_request(request_made(head))
            facts.of_request(response_given(head))
        case "api_error":
            facts.of_request(request_failed(head))
        case "tool_call":
            facts.of_tool_call(tool_called(head))
            if (changed := lines_changed(head)) is not None:
                facts.tool_outputs.append(changed)
        case name if name not in _REPEATED:
            _keep(head, facts)


def _keep(head: Head, facts: Facts) -> None:
    attributes = head.attributes
    prompt = None
    match head.name:
        case "user_prompt":
            prompt = text(attributes.get("prompt"))
            _note_prompt(head, prompt, facts)
        case "config" | "plan.approval_mode_switch":
            told = attributes.get("to_mode") or attributes.get("approval_mode")
            if mode := text(told):
                head.change.in_mode(mode, head.rank)
        case "slash_command":
            prompt = _note_command(head, facts)
    kind = _KINDS.get(head.name)
    if kind is None:
        unknown_seen(facts, head.session_id, what="event", name=head.name)
    keep_event(head, kind or "unknown", facts, text=prompt, common=_COMMON, renamed=_RENAMED)


def _note_prompt(head: Head, prompt: str | None, facts: Facts) -> None:
    content = Content.WITHHELD if prompt is None else Content.PRESENT
    head.change.latest("last_prompt", head.time_unix_nano)
    head.change.titled(prompt and prompt[:TITLE_LENGTH], content, head.rank)
    if head.turn_id is not None:
        facts.prompts.append(
            PromptGiven(
                session_id=head.session_id,
                turn_id=head.turn_id,
                prompt_rank=head.rank,
                prompt_digest=head.record.digest,
                prompt_content=content,
                prompt_length=integer(head.attributes.get("prompt_length")),
                prompt_origin=Origin.PERSON,
                command=None,
            )
        )


def _note_command(head: Head, facts: Facts) -> str | None:
    """Note a slash command, which is a turn of its own trace; return it as it was typed."""
    command = text(head.attributes.get("command"))
    if command == "quit":
        head.change.latest("exited", head.time_unix_nano)
    if command is None:
        return None
    if head.turn_id is not None:
        facts.prompts.append(
            PromptGiven(
                session_id=head.session_id,
                turn_id=head.turn_id,
                prompt_rank=head.rank,
                prompt_digest=head.record.digest,
                prompt_content=Content.PRESENT,
                prompt_length=None,
                prompt_origin=Origin.COMMAND,
                command=command,
            )
        )
    return f"/{command}"


def _interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    prompt_id = text(record.attributes.get("gen_ai.prompt.name"))
    turn_id = _turn_of(prompt_id, placement.session_id)
    head = head_of(record, placement, facts, turn_id=turn_id)
    if record.name == "schedule_tool_calls":
        calls_scheduled(head, record, facts)
    elif record.name not in _SPANS:
        unknown_seen(facts, head.session_id, what="span", name=record.name)

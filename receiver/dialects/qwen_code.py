"""Qwen Code: what its log events and spans mean.

Facts from the client itself (0.24.4): ``prompt_id`` is ``<session>########<n>`` for a turn and has
another shape for what serves no turn (memory, suggestions); ``response_id`` keys a model call,
``call_id`` a tool call. Logs are canonical, spans add the wait for a person and what withheld logs
leave out. A request that failed has no id; its event and its span share the span's. Metrics repeat
the logs, and the spans of its HTTP library name no conversation: they are kept raw.
"""

import re
from collections.abc import Mapping

from receiver.dialects.dialect import Place
from receiver.dialects.heads import TITLE_LENGTH, Head, head_of, keep_event, own_key, unknown_seen
from receiver.dialects.qwen_code_requests import (
    request_failed,
    request_made,
    request_traced,
    response_given,
)
from receiver.dialects.qwen_code_tools import (
    lines_changed,
    output_traced,
    tool_called,
    tool_executed,
    tool_traced,
    tool_waited,
)
from receiver.dialects.values import integer, text
from store.changes import Facts
from store.domain import Agent, Content, Origin
from store.facts import Placement, PromptGiven
from store.signals import Attributes, LogRecord, Record, Span

_SCOPE = "qwen-code"
_EVENT_PREFIX = "qwen-code."
_TURN = re.compile(r".{1,200}########\d{1,20}$")

_KINDS: Mapping[str, str] = {
    "api_cancel": "cancel",
    "api_retry": "retry",
    "auth": "sign_in",
    "chat_compression": "compaction",
    "config": "configuration",
    "conversation_finished": "conversation_end",
    "file_operation": "file_operation",
    "memory.recall": "memory",
    "memory.recall.delivery": "memory",
    "memory.extract": "memory",
    "prompt_suggestion": "suggestion",
    "ripgrep_fallback": "startup",
    "session.end": "session_end",
    "session.start": "session_start",
    "skill_launch": "skill_use",
    "slash_command": "command",
    "subagent_execution": "subagent",
    "tool_output_truncated": "truncation",
    "user_prompt": "prompt",
}
_REPEATED = frozenset({"api_request"})
_SPANS = frozenset(
    {"interaction", "llm_request", "tool", "tool.execution", "tool.blocked_on_user", "hook"}
)
_RENAMED = {"tokens_after": "post_tokens", "tokens_before": "pre_tokens"}
"""What a compaction calls its sizes, by what they are called here."""

_COMMON = frozenset(
    {"auth_type", "event.name", "event.timestamp", "prompt", "prompt_id", "session.id"}
)


class QwenCode:
    """Qwen Code's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.QWEN_CODE

    def recognises(self, record: Record) -> bool:
        """Tell by the scope, or by the prefix that its events, spans and metrics share."""
        if record.scope.name == _SCOPE:
            return True
        if isinstance(record, LogRecord):
            return (text(record.attributes.get("event.name")) or "").startswith(_EVENT_PREFIX)
        return record.name.startswith(_EVENT_PREFIX)

    def opens_session(self, name: str | None) -> bool:
        """Tell that all but metrics do: those mostly name no session."""
        bare = (name or "").removeprefix(_EVENT_PREFIX)
        return bare == name or bare in _SPANS

    def place(self, record: Record) -> Place:
        """Return where a record belongs; metrics name a session only if told to."""
        attributes = record.attributes
        session_id = text(attributes.get("session.id"))
        session_id = session_id or text(attributes.get("gen_ai.conversation.id"))
        if isinstance(record, LogRecord):
            told = text(attributes.get("event.name")) or record.event_name or text(record.body)
            name = (told or "").removeprefix(_EVENT_PREFIX)
            return Place(session_id, name, _subject(record, name))
        if isinstance(record, Span):
            name = record.name.removeprefix(_EVENT_PREFIX)
            return Place(session_id, record.name, _subject(record, name))
        return Place(session_id, record.name, None)

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to the facts and to its session."""
        if isinstance(record, LogRecord):
            _interpret_log(record, placement, facts)
        elif isinstance(record, Span):
            _interpret_span(record, placement, facts)


def _subject(record: LogRecord | Span, name: str) -> str:
    attributes = record.attributes
    match name:
        case "api_response" | "api_error" | "llm_request":
            response_id = text(attributes.get("response_id"))
            response_id = response_id or text(attributes.get("gen_ai.response.id"))
            return f"request:{response_id or _key_of_span(record)}"
        case "tool_call" | "tool" | "tool.execution" | "tool.blocked_on_user":
            names = ("call_id", "tool.call_id", "gen_ai.tool.call.id")
            told = (text(attributes.get(key)) for key in names)
            return f"tool:{next(filter(None, told), None) or own_key(record)}"
    return f"event:{record.digest.hex()}"


def _key_of_span(record: LogRecord | Span) -> str:
    return f"~{record.span_id.hex()}" if record.span_id else own_key(record)


def _turn_of(prompt_id: str | None) -> str | None:
    """Return the turn of a ``prompt_id``, ``None`` for what serves no turn."""
    return prompt_id if prompt_id is not None and _TURN.match(prompt_id) else None


def _head(
    record: LogRecord | Span, placement: Placement, facts: Facts, *, attributes: Attributes
) -> Head:
    told = text(attributes.get("prompt_id")) or text(attributes.get("qwen-code.prompt_id"))
    serves_none = told is not None and _turn_of(told) is None
    head = head_of(
        record, placement, facts, turn_id=_turn_of(told), agent_id=_agent_of(attributes, told)
    )
    return head._replace(turn_id=None) if serves_none else head


def _agent_of(attributes: Attributes, prompt_id: str | None) -> str | None:
    """Return the sub-agent or background agent at work; one run has one ``prompt_id`` a request."""
    if prompt_id is None or text(attributes.get("subagent_name")) is None:
        return None
    return prompt_id.rpartition("#")[0] or prompt_id


def _interpret_log(record: LogRecord, placement: Placement, facts: Facts) -> None:
    head = _head(record, placement, facts, attributes=record.attributes)
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
        case "config":
            if mode := text(attributes.get("approval_mode")):
                head.change.in_mode(mode, head.rank)
        case "session.end":
            head.change.latest("exited", head.time_unix_nano)
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


def _interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    head = _head(record, placement, facts, attributes=record.attributes)
    name = record.name.removeprefix(_EVENT_PREFIX)
    match name:
        case "llm_request":
            facts.of_request(request_traced(head, record))
        case "tool":
            facts.of_tool_call(tool_traced(head, record))
            if (output := output_traced(head)) is not None:
                facts.tool_outputs.append(output)
        case "tool.execution":
            facts.of_tool_call(tool_executed(head, record))
        case "tool.blocked_on_user":
            decided, wait = tool_waited(head, record)
            facts.of_tool_call(decided)
            facts.waits.append(wait)
            head.change.latest("decided", decided.decided_unix_nano or 0)
        case "interaction":
            if mode := text(record.attributes.get("qwen-code.approval_mode")):
                head.change.in_mode(mode, head.rank)
        case _ if name not in _SPANS:
            unknown_seen(facts, head.session_id, what="span", name=record.name)

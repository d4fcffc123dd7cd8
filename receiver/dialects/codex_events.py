"""Codex's log events: requests, tool calls, prompts, and whatever else is kept as an event."""

import hashlib
from collections.abc import Mapping

from receiver.dialects.codex_head import EventHead, head_of
from receiver.dialects.codex_requests import attempt_failed, interpret_stream
from receiver.dialects.codex_tools import tool_decided, tool_finished
from receiver.dialects.codex_words import (
    PREFIX,
    REDACTED,
    TITLE,
    content_of,
    hidden_role,
    titled_prompt,
)
from receiver.dialects.values import event_attributes, integer, text
from store.changes import Facts
from store.domain import Origin
from store.facts import (
    AgentParent,
    EventSeen,
    Placement,
    PromptGiven,
    Relation,
    TraceTurn,
    TurnCost,
    UnknownSeen,
)
from store.signals import LogRecord

_KINDS: Mapping[str, str] = {
    "agent_communication": "agent_message",
    "agent_response": "response",
    "auth_recovery": "auth",
    "conversation_starts": "session_start",
    "guardian_assessment": "review",
    "sandbox_outcome": "sandbox",
    "turn_cost": "cost",
    "user_prompt": "prompt",
}
_QUIET = frozenset(
    {
        "api_request",
        "sse_event",
        "startup_phase",
        "tool_decision",
        "tool_result",
        "turn_ttft",
        "websocket_connect",
        "websocket_event",
        "websocket_request",
    }
)
"""What is told otherwise, or is a mere measurement: the raw record keeps it."""

_IN_TURN = frozenset(
    {"agent_response", "api_request", "sandbox_outcome", "tool_decision", "tool_result"}
    | {"turn_ttft", "user_prompt"}
)
"""What happens in a turn; the trace of anything else may be that of a start or a connection."""

_COMMON = frozenset(
    {"app.version", "auth_mode", "conversation.id", "event.name", "event.timestamp", "originator"}
    | {"prompt", "response", "slug", "terminal.type", "user.account_id", "user.email"}
)
_TEXTS = ("prompt", "response", "rationale", "content")
_TITLE_LENGTH = 200
_TITLED_WITHIN_NS = 3 * 10**9
_MICROS_PER_USD = 1_000_000


def interpret_event(record: LogRecord, placement: Placement, facts: Facts) -> None:
    """Add what one event means to the facts and to its session."""
    change = facts.sessions[placement.session_id or ""]
    head = head_of(record, placement, change)
    told = placement.name or ""
    name = told.removeprefix(PREFIX)
    change.happened(told, head.rank)
    if name not in _IN_TURN:
        head = head._replace(turn_id=None)
    elif name == "user_prompt" and head.turn_id is None:
        head = head._replace(turn_id=f"~prompt:{head.own_key}")
    facts.relations.add(Relation(head.session_id, "key", head.session_id))
    if head.turn_id is not None:
        facts.turn(head.session_id, head.turn_id, head.time_unix_nano)
        if record.trace_id:
            facts.relations.add(Relation(head.session_id, "key", head.turn_id))
    match name:
        case "sse_event":
            interpret_stream(head, facts)
        case "api_request" if (failed := attempt_failed(head)) is not None:
            facts.of_request(failed)
        case "tool_decision":
            facts.of_tool_call(tool_decided(head))
        case "tool_result":
            tool_finished(head, facts)
        case _ if name not in _QUIET:
            _keep_event(head, name, facts)


def _keep_event(head: EventHead, name: str, facts: Facts) -> None:
    attributes = head.record.attributes
    match name:
        case "user_prompt":
            _note_prompt(head, facts)
        case "conversation_starts":
            _note_start(head, facts)
        case "agent_response":
            _note_turn(head, facts)
        case "agent_communication":
            for end in ("sender_thread_id", "receiver_thread_id"):
                if thread := text(attributes.get(end)):
                    facts.relations.add(Relation(head.session_id, "key", thread))
        case "turn_cost":
            _note_cost(head, facts)
        case _ if name not in _KINDS:
            unknown = UnknownSeen(head.session_id, "event", PREFIX + name, PREFIX + name)
            facts.unknowns[unknown] += 1
    told = next((told for key in _TEXTS if (told := text(attributes.get(key)))), None)
    facts.events.append(
        EventSeen(
            digest=head.record.digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=None,
            time_unix_nano=head.time_unix_nano,
            sequence=None,
            name=PREFIX + name,
            kind=_KINDS.get(name, "unknown"),
            trouble=None,
            text=None if told == REDACTED else told,
            attributes=event_attributes(
                attributes, common=_COMMON, resource=head.record.resource.attributes
            ),
        )
    )


def _note_prompt(head: EventHead, facts: Facts) -> None:
    """Note a prompt, and of one that asks for a title, which prompt that is of."""
    attributes = head.record.attributes
    told = text(attributes.get("prompt"))
    content = content_of(told)
    prompt = None if told == REDACTED else told
    role = hidden_role(prompt)
    head.change.latest("last_prompt", head.time_unix_nano)
    head.change.titled(prompt and prompt[:_TITLE_LENGTH], content, head.rank)
    if head.turn_id is not None:
        facts.prompts.append(
            PromptGiven(
                session_id=head.session_id,
                turn_id=head.turn_id,
                prompt_rank=head.rank,
                prompt_digest=head.record.digest,
                prompt_content=content,
                prompt_length=integer(attributes.get("prompt_length")),
                prompt_origin=_origin(prompt, role),
                command=None,
            )
        )
    if role is not None:
        facts.relations.add(Relation(head.session_id, "role", role))
    if role == TITLE and prompt is not None:
        if titled := titled_prompt(prompt):
            facts.relations.add(Relation(head.session_id, "serves", _prompt_key(head, titled)))
    elif prompt is not None:
        for later in (0, 1):
            key = _prompt_key(head, prompt, later=later)
            facts.relations.add(Relation(head.session_id, "served", key))


def _origin(prompt: str | None, role: str | None) -> Origin:
    if prompt is None:
        return Origin.UNKNOWN
    return Origin.PERSON if role is None else Origin.AGENT


def _prompt_key(head: EventHead, prompt: str, *, later: int = 0) -> str:
    """Name a prompt by its text, sender and time: no record names what a title is of."""
    told = hashlib.blake2b(prompt.encode(errors="replace"), digest_size=16)
    told.update(head.record.resource.digest)
    return f"{told.hexdigest()}:{head.time_unix_nano // _TITLED_WITHIN_NS + later}"


def _note_start(head: EventHead, facts: Facts) -> None:
    attributes = head.record.attributes
    if mode := text(attributes.get("approval_policy")):
        head.change.in_mode(mode, head.rank)
    told = {name: text(attributes.get(name)) for name in ("provider_name", "sandbox_policy")}
    facts.identify(
        head.session_id, {name: value for name, value in told.items() if value is not None}
    )


def _note_turn(head: EventHead, facts: Facts) -> None:
    """Note which turn a trace is of, and whose sub-agent answered."""
    attributes = head.record.attributes
    turn_id = text(attributes.get("turn.id"))
    if turn_id is not None and head.turn_id is not None:
        facts.trace_turns.add(TraceTurn(head.session_id, turn_id, head.turn_id))
    if parent := text(attributes.get("parent.conversation.id")):
        facts.relations.add(Relation(head.session_id, "key", parent))
        facts.agent_parents.add(AgentParent(head.session_id, head.session_id, parent))


def _note_cost(head: EventHead, facts: Facts) -> None:
    attributes = head.record.attributes
    turn_id = text(attributes.get("turn.id"))
    try:
        usd = float(text(attributes.get("usage.estimated_usd")) or "")
    except ValueError:
        return
    if turn_id is not None and 0 <= usd < _MICROS_PER_USD:
        micros = round(usd * _MICROS_PER_USD)
        facts.turn_costs.add(TurnCost(head.session_id, turn_id, micros))

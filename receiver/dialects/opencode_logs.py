"""opencode's logs: the only live sign of any agent that a person is being asked.

A body is a word, or a word and a text that is JSON but for ``undefined``.
"""

import re
from typing import Any, NamedTuple

from receiver.dialects.opencode_words import turn_of
from receiver.dialects.values import event_attributes, integer, parsed_object, text
from store.changes import Facts
from store.domain import Content, Decider, Origin, Verdict
from store.facts import EventSeen, Placement, PromptGiven, Relation, Wait, rank_of
from store.signals import LogRecord

_UNDEFINED = re.compile(r":undefined(?=[,}])")
_SESSION = "ses_"
_KINDS = {"asking": "question", "created": "session_start", "evaluated": "rule"}
_AFTER_ALL_EVENTS = b"\xff"
_VERDICTS = {"allow": Verdict.ACCEPTED, "deny": Verdict.REJECTED}


class Told(NamedTuple):
    """What the object of a log body says."""

    session_id: str | None
    fields: dict[str, Any]


def read(record: LogRecord) -> tuple[str, Told]:
    """Return the word of a log record and its object, which is empty where there is none."""
    body = record.body
    if not isinstance(body, list) or not body:
        return text(body) or "", Told(None, {})
    word = text(body[0]) or ""
    told = body[1] if len(body) > 1 else None
    fields = parsed_object(_UNDEFINED.sub(":null", told) if isinstance(told, str) else told)
    session_id = text(fields.get("session.id")) or text(fields.get("sessionID"))
    own = text(fields.get("id"))
    if session_id is None and word == "created" and (own or "").startswith(_SESSION):
        session_id = own
    return word, Told(session_id, fields)


def interpret_log(record: LogRecord, placement: Placement, facts: Facts) -> None:
    """Add what a log record means; most are internal."""
    session_id = placement.session_id or ""
    word, (named, fields) = read(record)
    turn_id = turn_of(record.trace_id)
    change = facts.sessions[session_id]
    rank = rank_of(placement.time_unix_nano, None, record.digest)
    if turn_id is not None and (named is not None or word in _KINDS):
        facts.relations.add(Relation(session_id, "key", turn_id))
    if named is not None:
        change.happened(word, rank)
    match word:
        case "created":
            _created(session_id, fields, facts)
        case "loop" if integer(fields.get("step")) == 0 and turn_id is not None:
            change.latest("last_prompt", placement.time_unix_nano)
            facts.turn(session_id, turn_id, placement.time_unix_nano)
            facts.prompts.append(_prompt(record, session_id, turn_id, rank=rank))
        case "asking":
            change.asks(text(fields.get("permission")), placement.time_unix_nano, rank)
        case "evaluated" if record.span_id:
            facts.waits.append(_ruled(record, session_id, fields))
    if word in _KINDS:
        facts.events.append(_event(record, placement, word, fields=fields))


def _created(session_id: str, fields: dict[str, Any], facts: Facts) -> None:
    """Note where a session works, and whose it is: a sub-agent's is of a session of its own."""
    if directory := text(fields.get("directory")):
        facts.identify(session_id, {"working_directory": directory})
    facts.relations.add(Relation(session_id, "key", session_id))
    if parent := text(fields.get("parentID")):
        facts.relations.add(Relation(session_id, "key", parent))


def _prompt(record: LogRecord, session_id: str, turn_id: str, *, rank: bytes) -> PromptGiven:
    """Say that a turn began; only the spans of the AI SDK tell its prompt."""
    return PromptGiven(
        session_id=session_id,
        turn_id=turn_id,
        prompt_rank=_AFTER_ALL_EVENTS + rank[1:],
        prompt_digest=record.digest,
        prompt_content=Content.NOT_EMITTED,
        prompt_length=None,
        prompt_origin=Origin.UNKNOWN,
        command=None,
    )


def _ruled(record: LogRecord, session_id: str, fields: dict[str, Any]) -> Wait:
    """Read what a rule says: it stands below the span of its permission.

    A command of several parts is evaluated part by part.
    """
    action = text(fields.get("action", {}).get("action"))
    is_asked = action == "ask"
    return Wait(
        session_id=session_id,
        span_id=record.digest,
        parent_span_id=record.span_id,
        waited_ms=None,
        waited_verdict=None if is_asked else _VERDICTS.get(action or ""),
        waited_decider=Decider.USER if is_asked else Decider.CONFIG,
        waited_scope=None,
        waited_source_raw=action,
    )


def _event(
    record: LogRecord, placement: Placement, word: str, *, fields: dict[str, Any]
) -> EventSeen:
    return EventSeen(
        digest=record.digest,
        session_id=placement.session_id,
        turn_id=None,
        agent_id=None,
        time_unix_nano=placement.time_unix_nano,
        sequence=None,
        name=word,
        kind=_KINDS[word],
        trouble=None,
        text=None,
        attributes=event_attributes(fields, common=(), resource={}),
    )

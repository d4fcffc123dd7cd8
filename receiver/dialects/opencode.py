"""opencode: whose a record is, and where it belongs.

Facts from the client itself (1.18.33). Its logs are arrays of a word and an object; only a few name
the session, and so do the spans of the AI SDK and of tools. What names only its trace belongs to
the session of that trace: every prompt is a trace of its own.
"""

from receiver.dialects.dialect import Place
from receiver.dialects.opencode_logs import interpret_log, read
from receiver.dialects.opencode_spans import interpret_span
from receiver.dialects.opencode_words import ALIAS, is_wait, session_of_span
from receiver.dialects.values import text
from store.changes import Facts
from store.domain import Agent
from store.facts import Placement
from store.signals import LogRecord, MetricPoint, Record, Span

_SCOPE = "opencode"
_CLIENT = "opencode.client"
_OPENING = frozenset({"ai.streamText.doStream", "created", "loop", "Tool.execute"})
_OF_TRACE = frozenset({"asking", "evaluated"})


class OpenCode:
    """opencode's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.OPENCODE

    def recognises(self, record: Record) -> bool:
        """Tell by the scope, else by the resource: the scope of logs is the service's name."""
        return record.scope.name == _SCOPE or _CLIENT in record.resource.attributes

    def opens_session(self, name: str | None) -> bool:
        """Tell whether a record of this name shows a session."""
        return name in _OPENING

    def place(self, record: Record) -> Place:
        """Return where a record belongs; most are internal and belong to no session."""
        if isinstance(record, MetricPoint):
            return Place(None, record.name, None)
        alias = f"{ALIAS}{record.trace_id.hex()}" if record.trace_id else None
        if isinstance(record, Span):
            session_id = session_of_span(record)
            if session_id is None and is_wait(record.name):
                session_id = alias
            return Place(session_id, record.name, _subject(record))
        word, told = read(record)
        session_id = told.session_id
        if session_id is None and word in _OF_TRACE:
            session_id = alias
        return Place(session_id, word, f"event:{record.digest.hex()}")

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means."""
        if isinstance(record, LogRecord):
            interpret_log(record, placement, facts)
        elif isinstance(record, Span):
            interpret_span(record, placement, facts)


def _subject(record: Span) -> str | None:
    attributes = record.attributes
    call = text(attributes.get("ai.toolCall.id")) or text(attributes.get("tool.call_id"))
    if call is not None:
        return f"tool:{call}"
    return f"request:~{record.span_id.hex()}" if record.name.endswith("doStream") else None

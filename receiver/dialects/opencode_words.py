"""opencode's own words."""

import re

from receiver.dialects.values import text
from store.signals import Span

ALIAS = "~trace:"
"""How the session begins under which records stand that name only their trace, and its turn."""

ASK = "Permission.ask"
"""The span of a permission: as long as a person, or a rule, takes to decide."""

TOOL = "Tool.execute"

_BETWEEN = re.compile(r"\w+Tool\.(ask|execute)")
"""What stands between the span of a tool call and that of its permission."""


def is_wait(name: str) -> bool:
    """Tell whether a span is a permission, or leads from a permission to its tool call."""
    return name == ASK or (name != TOOL and _BETWEEN.fullmatch(name) is not None)


def session_of_span(record: Span) -> str | None:
    """Return the session a span names."""
    attributes = record.attributes
    return text(attributes.get("session.id")) or text(
        attributes.get("ai.telemetry.metadata.sessionId")
    )


def turn_of(trace_id: bytes) -> str | None:
    """Name the turn of a trace."""
    return f"{ALIAS}{trace_id.hex()}" if trace_id else None

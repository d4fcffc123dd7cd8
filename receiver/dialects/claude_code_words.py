"""Claude Code's own words for texts: what is withheld, and who gave a prompt."""

from receiver.dialects.values import text
from store.domain import Content, Origin
from store.signals import AnyValue

REDACTED = "<REDACTED>"
"""What stands in place of a text whose switch is off."""

TITLE_LENGTH = 200
"""Characters of a first prompt that a session is titled with."""

_INJECTED = "<task-notification>"
"""How a prompt begins by which a finished background agent or workflow reports."""


def without_redaction(told: str | None) -> str | None:
    """Return a text, or ``None`` where it is withheld or absent."""
    return None if told == REDACTED else told


def prompt_content(told: AnyValue) -> Content:
    """Say why a text is there or not."""
    if told == REDACTED:
        return Content.WITHHELD
    return Content.PRESENT if text(told) else Content.UNKNOWN


def origin_of(prompt: str | None, *, command: str | None, is_late: bool = False) -> Origin:
    """Say who gave a prompt; a withheld one has no mark that tells."""
    if command is not None:
        return Origin.COMMAND
    if prompt is None:
        return Origin.UNKNOWN
    if prompt.startswith(_INJECTED):
        return Origin.AGENT
    return Origin.MID_TURN if is_late else Origin.PERSON

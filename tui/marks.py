"""The marks that say a state or a decision in one cell, in Unicode and in ASCII.

No meaning is carried by colour alone: every state, verdict and flag has its mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.domain import Decider, DecisionScope, SessionState, ToolCall, Verdict


@dataclass(frozen=True, slots=True)
class Marks:
    """One set of marks."""

    working: str = "●"
    waiting: str = "◐"
    idle: str = "○"
    ended: str = "·"
    failed: str = "✖"
    accepted: str = "✓"
    rejected: str = "✗"
    aborted: str = "⊘"
    unknown: str = "?"
    withheld: str = "▒"
    warning: str = "⚠"
    subagent: str = "⤷"
    mcp: str = "⌁"
    hook: str = "⚙"
    skill: str = "✦"
    gap: str = "◌"
    rebuilt: str = "↻"
    running: str = "…"
    separator: str = "·"
    arrow: str = "→"
    down: str = "↓"
    open: str = "▾"
    closed: str = "▸"
    highlight: str = "▎"
    rule: str = "─"
    trail: str = "▸"
    bar: tuple[str, ...] = ("▆", "▆", "▆", "▆", "▆", "▁")
    """Cells of a split bar: cache read, cache write, output, uncached input, web search, and what
    is not split."""
    levels: str = " ▁▂▃▄▅▆▇█"
    """Cells of a chart, from empty to full."""
    compacted: str = "⇊"
    utf8: bool = True


UNICODE = Marks()
MONOCHROME = Marks(bar=("░", "▓", "█", "▒", "▚", "▁"))
ASCII = Marks(
    working="*",
    waiting="?",
    idle="o",
    ended=".",
    failed="!",
    accepted="+",
    rejected="x",
    aborted="-",
    withheld="#",
    warning="!",
    subagent=">",
    mcp="m",
    hook="h",
    skill="s",
    gap="g",
    rebuilt="c",
    running="...",
    separator="-",
    arrow="->",
    down="v",
    open="-",
    closed="+",
    highlight=">",
    rule="-",
    trail=">",
    bar=("r", "w", "o", "i", "s", "."),
    levels=" .:#",
    compacted="v",
    utf8=False,
)


def choose_marks(environment: Mapping[str, str], *, encoding: str, ascii_only: bool) -> Marks:
    """Return the marks a terminal can show.

    ASCII when asked for, on the Linux console (``TERM=linux`` has a font of 256 glyphs) and where
    the locale's ``encoding`` is not UTF-8; distinct bar fills where ``NO_COLOR`` is set.
    """
    is_utf8 = encoding.lower().replace("-", "").replace("_", "") == "utf8"
    if ascii_only or environment.get("TERM") == "linux" or not is_utf8:
        return ASCII
    return MONOCHROME if environment.get("NO_COLOR") is not None else UNICODE


def state_mark(state: SessionState, marks: Marks) -> str:
    """Return the mark of a session's state."""
    match state:
        case SessionState.WORKING:
            return marks.working
        case SessionState.WAITING:
            return marks.waiting
        case SessionState.IDLE:
            return marks.idle
        case SessionState.ENDED:
            return marks.ended
        case SessionState.FAILED:
            return marks.failed


def decision_badge(call: ToolCall, marks: Marks) -> str:
    """Return who decided a tool call and how: ``✓ you:always``, ``✗ hook``, ``? unknown``."""
    match call.verdict:
        case Verdict.ABORTED:
            return f"{marks.aborted} aborted"
        case Verdict.UNKNOWN:
            return f"{marks.unknown} unknown"
        case Verdict.ACCEPTED:
            return f"{marks.accepted} {_who(call)}{_how_long(call)}"
        case Verdict.REJECTED:
            return f"{marks.rejected} {_who(call)}"


def _who(call: ToolCall) -> str:
    return "you" if call.decider is Decider.USER else call.decider.value


def _how_long(call: ToolCall) -> str:
    if call.decider is not Decider.USER:
        return ""
    match call.scope:
        case DecisionScope.SESSION:
            return ":session"
        case DecisionScope.PERMANENT:
            return ":always"
        case _:
            return ""

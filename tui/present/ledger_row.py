"""The permission ledger: its columns, its line of truth, and its groups."""

from store.domain import ToolCall, Verdict
from store.queries.permission_groups import (
    PERMISSIVE_MODES,
    Grouping,
    LedgerGroup,
    LedgerTotals,
)
from tui import format as formats
from tui.marks import Marks, decision_badge
from tui.present import words
from tui.present.columns import Column
from tui.present.lines import Line, Span, Tone, joined, spread
from tui.present.transcript_row import VERDICT_TONE


def columns(*, of_one_session: bool = False) -> tuple[Column, ...]:
    """Return the columns; at 80 cells decision, tool, what, outcome, age and flag remain."""
    ledger = (
        Column("decision", "DECISION", 13, 2),
        Column("tool", "TOOL", 10, 3, most=20),
        Column("what", "WHAT", 20, 1, most=44),
        Column("mode", "MODE", 11, 8, most=17),
        Column("waited", "WAITED", 8, 9, right=True),
        Column("outcome", "OUTCOME", 12, 5, right=True),
        Column("session", "SESSION", 14, 7, most=30),
        Column("when", "WHEN", 5, 4, right=True),
        Column("flag", "", 1, 4),
    )
    if not of_one_session:
        return ledger
    at = Column("at", "TIME", 8, 4)
    return (at, *(column for column in ledger if column.id not in {"session", "when"}))


def cells(call: ToolCall, now_ns: int, marks: Marks) -> dict[str, Line]:
    """Return the cells of one tool call by column."""
    permissive = call.mode in PERMISSIVE_MODES
    title = call.session_title or call.session_id[:8]
    return {
        "at": Line.of(Span(formats.clock(call.at), Tone.DIM)),
        "decision": Line.of(Span(decision_badge(call, marks), VERDICT_TONE[call.verdict])),
        "tool": Line.of(Span(words.tool(call, marks), Tone.STRONG)),
        "what": words.about(call, marks),
        "mode": mode(call),
        "waited": Line.of(formats.duration(call.waited_ms)),
        "outcome": Line.of(_outcome(call, marks)),
        "session": Line.of(Span(title, Tone.DIM)),
        "when": Line.of(Span(formats.age(call.at, now_ns), Tone.DIM)),
        "flag": Line.of(Span(marks.warning, Tone.WAITING)) if permissive else Line(),
    }


def mode(call: ToolCall) -> Line:
    """Return the permission mode at the moment of the decision, without its camel's tail."""
    if call.mode is None:
        return Line.of(Span(formats.UNKNOWN, Tone.DIM))
    tone = Tone.WAITING if call.mode in PERMISSIVE_MODES else Tone.PLAIN
    return Line.of(Span(call.mode.removesuffix("Permissions"), tone))


def _outcome(call: ToolCall, marks: Marks) -> Span:
    said = words.outcome(call, marks)
    succeeded = said.tone is Tone.PLAIN and call.verdict is not Verdict.UNKNOWN
    return Span(f"ok {said.text}") if succeeded else said


def truth_line(totals: LedgerTotals, width: int, *, marks: Marks) -> Line:
    """Return what all calls come to: how many a person was asked about, refused, permitted."""
    share = formats.percent(totals.asked / totals.calls) if totals.calls else formats.UNKNOWN
    parts: list[Span | Line] = [
        Span(words.counted(totals.calls, "call"), Tone.STRONG),
        Span(f"{formats.count(totals.asked)} asked a person ({share})"),
        Span(
            f"{formats.count(totals.rejected)} refused",
            Tone.REJECTED if totals.rejected else Tone.PLAIN,
        ),
    ]
    if totals.permissive:
        parts.append(Span(f"{formats.count(totals.permissive)} in a permissive mode", Tone.WAITING))
    if totals.aborted:
        parts.append(Span(f"{formats.count(totals.aborted)} aborted"))
    if totals.unknown:
        parts.append(Span(f"{formats.count(totals.unknown)} unknown", Tone.DIM))
    truth = joined(parts, f" {marks.separator} ")
    while truth.width > width and len(parts) > 1:
        parts.pop()
        truth = joined(parts, f" {marks.separator} ")
    caveat = Line.of(Span("configuration never says which rule", Tone.DIM))
    fits = truth.width + caveat.width + 2 <= width
    return spread(truth, caveat, width) if fits else truth.fit(width)


def group_columns(grouping: Grouping, marks: Marks) -> tuple[Column, ...]:
    """Return the columns of groups."""
    return (
        Column("name", grouping.value.upper(), 24, 1, most=70),
        Column("calls", "CALLS", 6, 2, right=True),
        Column("asked", "ASKED", 6, 3, right=True),
        Column("accepted", marks.accepted, 6, 5, right=True),
        Column("rejected", marks.rejected, 5, 4, right=True),
        Column("aborted", marks.aborted, 4, 8, right=True),
        Column("unknown", marks.unknown, 4, 7, right=True),
        Column("failed", "FAILED", 6, 6, right=True),
        Column("when", "LAST", 5, 9, right=True),
        Column("edge", "", 1, 3),
    )


def group_cells(grouping: Grouping, group: LedgerGroup, now_ns: int) -> dict[str, Line]:
    """Return the cells of one group by column."""
    return {
        "name": Line.of(group_name(grouping, group)),
        "calls": Line.of(formats.count(group.calls)),
        "asked": _counted(group.asked),
        "accepted": _counted(group.accepted),
        "rejected": _counted(group.rejected, Tone.REJECTED),
        "aborted": _counted(group.aborted),
        "unknown": _counted(group.unknown),
        "failed": _counted(group.failed, Tone.TROUBLE),
        "when": Line.of(Span(formats.age(group.last_at, now_ns), Tone.DIM)),
    }


def group_name(grouping: Grouping, group: LedgerGroup) -> Span:
    """Return what the calls of a group have in common, or that it is not known."""
    if group.label or group.key:
        return Span(group.label or group.key or "", Tone.STRONG)
    return Span("no command" if grouping is Grouping.COMMAND else "not known", Tone.DIM)


def group_filter(grouping: Grouping, group: LedgerGroup) -> str | None:
    """Return the filter that admits the calls of a group; ``None`` where none does."""
    if group.key is None:
        return None
    if grouping is Grouping.TOOL and group.mcp_server is not None:
        return f"mcp:={quoted(group.mcp_server)}"
    prefix = {
        Grouping.TOOL: "tool:=",
        Grouping.COMMAND: "",
        Grouping.DECIDER: "by:",
        Grouping.SESSION: "session:=",
        Grouping.USER: "user:=",
        Grouping.REPOSITORY: "repo:=",
    }
    return prefix[grouping] + quoted(group.key)


def call_filter(call: ToolCall) -> str | None:
    """Return the filter for calls of the same tool; ``None`` where that is not told."""
    if call.mcp_server is not None:
        return f"mcp:={quoted(call.mcp_server)}"
    return f"tool:={quoted(call.tool)}" if call.tool else None


def quoted(text: str) -> str:
    """Return a text as a value of the filter language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _counted(number: int, tone: Tone = Tone.PLAIN) -> Line:
    return Line.of(Span(formats.count(number), tone if number else Tone.DIM))

"""MCP servers: their columns, and one of them in full."""

from collections.abc import Sequence

from store.insights import McpConnection, McpServer
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.columns import Column
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, joined


def columns(marks: Marks, *, of_one_session: bool = False) -> tuple[Column, ...]:
    """Return the columns; at 80 cells server, connections, calls, failures and age remain."""
    found = (
        Column("server", "SERVER", 16, 1, most=32),
        Column("link", "CONNECTIONS", 16, 2, most=28),
        Column("calls", "CALLS", 6, 3, right=True),
        Column("accepted", marks.accepted, 5, 7, right=True),
        Column("rejected", marks.rejected, 4, 5, right=True),
        Column("failed", "FAILED", 6, 4, right=True),
        Column("p50", "P50", 8, 9, right=True),
        Column("p95", "P95", 8, 8, right=True),
        Column("in", "IN", 8, 12, right=True),
        Column("out", "OUT", 8, 10, right=True),
        Column("sessions", "SESSIONS", 8, 11, right=True),
        Column("users", "USERS", 5, 13, right=True),
        Column("last", "LAST", 5, 6, right=True),
    )
    hidden = {"sessions", "users"} if of_one_session else set()
    return tuple(column for column in found if column.id not in hidden)


def cells(server: McpServer, now_ns: int, marks: Marks) -> dict[str, Line]:
    """Return the cells of one server by column."""
    return {
        "server": Line.of(name(server, marks)),
        "link": connections(server, marks),
        "calls": Line.of(formats.count(server.calls)),
        "accepted": _counted(server.accepted),
        "rejected": _counted(server.rejected, Tone.REJECTED),
        "failed": _counted(server.failures, Tone.TROUBLE),
        "p50": Line.of(formats.duration(server.p50_ms)),
        "p95": Line.of(formats.duration(server.p95_ms)),
        "in": Line.of(formats.size(server.bytes_in)),
        "out": Line.of(formats.size(server.bytes_out)),
        "sessions": Line.of(formats.count(server.sessions)),
        "users": Line.of(formats.count(server.users)),
        "last": Line.of(Span(formats.age(server.last_seen, now_ns), Tone.DIM)),
    }


def name(server: McpServer, marks: Marks) -> Span:
    """Return a server's name, or what of a withheld one is known."""
    if server.name is None:
        known = ", ".join(part for part in server.key.lstrip("~").split(":") if part)
        return Span(f"{marks.withheld} {known or 'withheld'}", Tone.WITHHELD)
    return Span(f"{marks.mcp} {server.name}", Tone.STRONG)


def connections(server: McpServer, marks: Marks) -> Line:
    """Return how often a server connected, failed and went: ``✓ 3  ✖ 1  · 2``."""
    parts = [
        Span(f"{mark} {formats.count(number)}", tone)
        for mark, number, tone in (
            (marks.accepted, server.connected, Tone.ACCEPTED),
            (marks.failed, server.failed, Tone.TROUBLE),
            (marks.ended, server.disconnected, Tone.DIM),
        )
        if number
    ]
    return joined(parts, "  ") if parts else Line.of(Span("none told", Tone.DIM))


def truth_line(servers: Sequence[McpServer], width: int, *, marks: Marks) -> Line:
    """Return what all servers come to."""
    failing = sum(bool(server.failed or server.failures) for server in servers)
    rejected = sum(server.rejected for server in servers)
    parts: list[Span | Line] = [
        Span(words.counted(len(servers), "server"), Tone.STRONG),
        Span(words.counted(sum(server.calls for server in servers), "call")),
    ]
    if rejected:
        parts.append(Span(f"{formats.count(rejected)} refused", Tone.REJECTED))
    if failing:
        parts.append(Span(f"{words.counted(failing, 'server')} with failures", Tone.TROUBLE))
    return joined(parts, f" {marks.separator} ").fit(width)


def mcp_detail(
    server: McpServer, history: Sequence[McpConnection], width: int, *, marks: Marks
) -> list[Line]:
    """Return a server in full: identity, tools, and its connections, the newest first."""
    error_at = formats.date_and_clock(server.last_error_at) if server.last_error_at else None
    return [
        Line.of(name(server, marks)),
        Line(),
        *fields(
            width,
            ("scope", server.scope),
            ("transport", server.transport),
            ("plugin", server.plugin),
            ("connected", f"{server.connected} times, failed {server.failed} times"),
            ("last error", _error(server)),
            ("error at", error_at),
            ("sessions", formats.count(server.sessions)),
            ("users", formats.count(server.users)),
            ("latency", _latency(server)),
            ("given", formats.size(server.bytes_in)),
            ("gave back", formats.size(server.bytes_out)),
            ("first seen", formats.date_and_clock(server.first_seen)),
            ("last seen", formats.date_and_clock(server.last_seen)),
        ),
        *_tools(server, width, marks),
        *_history(history, width, marks),
    ]


def _error(server: McpServer) -> Span | None:
    return None if server.last_error is None else Span(server.last_error, Tone.TROUBLE)


def _latency(server: McpServer) -> str | None:
    if server.p50_ms is None:
        return None
    return (
        f"half within {formats.duration(server.p50_ms)},"
        f" 95 % within {formats.duration(server.p95_ms)}"
    )


def _tools(server: McpServer, width: int, marks: Marks) -> list[Line]:
    if not server.tools:
        return []
    lines = [Line(), Line.of(Span("tools", Tone.DIM))]
    for tool in server.tools:
        told = Span(tool.name) if tool.name else Span(f"{marks.withheld} withheld", Tone.WITHHELD)
        failed = Span(f"  {tool.failures} failed" if tool.failures else "", Tone.TROUBLE)
        calls = Span(f"  {words.counted(tool.calls, 'call')}", Tone.DIM)
        lines.append(Line.of(told, calls, failed).fit(width))
    return lines


def _history(history: Sequence[McpConnection], width: int, marks: Marks) -> list[Line]:
    if not history:
        return []
    heading = Line.of(Span("connections, newest first", Tone.DIM))
    newest = sorted(history, key=lambda item: -item.at)
    return [Line(), heading, *(_happened(item, marks).fit(width) for item in newest)]


def _happened(item: McpConnection, marks: Marks) -> Line:
    mark, tone = {
        "connected": (marks.accepted, Tone.ACCEPTED),
        "failed": (marks.failed, Tone.TROUBLE),
    }.get(item.status or "", (marks.ended, Tone.DIM))
    return Line.of(
        Span(formats.date_and_clock(item.at), Tone.DIM),
        Span(f"  {mark} {item.status or formats.UNKNOWN}", tone),
        Span(f"  {formats.duration(item.duration_ms)}" if item.duration_ms is not None else ""),
        Span(f"  {item.error}" if item.error else "", Tone.TROUBLE),
        Span(f"  {item.session_id[:8]}", Tone.DIM),
    )


def _counted(number: int, tone: Tone = Tone.PLAIN) -> Line:
    return Line.of(Span(formats.count(number), tone if number else Tone.DIM))

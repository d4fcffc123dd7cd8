"""The same lists for people: plain lines in the columns of the screens, without escape codes."""

import locale
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sessionscope.tables.coverage import Covered
from sessionscope.terminal import width
from store.domain import Request, ToolCall
from store.insights import McpServer, Trouble
from tui import format as formats
from tui.marks import Marks, choose_marks, decision_badge
from tui.present import request_row, session_row, words
from tui.present.columns import Column, Placed, arrange, heading, row
from tui.present.lines import Line

_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """What lines are drawn on."""

    width: int
    """Cells; columns that do not fit are left out."""
    marks: Marks
    now_ns: int

    @classmethod
    def of_standard_output(cls, *, width_of_pipe: int) -> Self:
        """Return what standard output is drawn on, as wide as the terminal if it is one."""
        marks = choose_marks(
            os.environ, encoding=sys.stdout.encoding or locale.getencoding(), ascii_only=False
        )
        return cls(width(of_pipe=width_of_pipe), marks, time.time_ns())


def session_lines(sessions: Iterable[Covered], sheet: Sheet) -> Iterator[str]:
    """Yield a heading and a line for each session."""
    columns = (
        Column("id", "SESSION", _SHORT_ID, 0),
        *session_row.columns(sheet.marks),
    )

    def cells(covered: Covered) -> Mapping[str, Line]:
        session = covered.session
        drawn = session_row.cells(session, sheet.now_ns, sheet.marks)
        return {"id": Line.of(session.session_id[:_SHORT_ID]), **drawn}

    return _lines(arrange(columns, sheet.width), map(cells, sessions))


def request_lines(requests: Iterable[Request], sheet: Sheet) -> Iterator[str]:
    """Yield a heading and a line for each request."""
    columns = (
        Column("session", "SESSION", _SHORT_ID, 0),
        Column("at", "SENT", 19, 2),
        *(
            column
            for column in request_row.columns()
            if column.id not in {"number", "time", "split"}
        ),
    )

    def cells(request: Request) -> Mapping[str, Line]:
        return {
            **request_row.cells(request, 0, sheet.marks),
            "session": Line.of(request.session_id[:_SHORT_ID]),
            "at": Line.of(formats.date_and_clock(request.at)),
        }

    return _lines(arrange(columns, sheet.width), map(cells, requests))


def tool_call_lines(calls: Iterable[ToolCall], sheet: Sheet) -> Iterator[str]:
    """Yield a heading and a line for each tool call."""
    columns = (
        Column("session", "SESSION", _SHORT_ID, 4),
        Column("at", "WHEN", 19, 5),
        Column("decision", "DECISION", 13, 0),
        Column("tool", "TOOL", 8, 1, most=24),
        Column("what", "WHAT", 20, 2, most=100),
        Column("mode", "MODE", 11, 6, most=17),
        Column("waited", "WAITED", 8, 7, right=True),
        Column("outcome", "OUTCOME", 9, 3, most=16),
    )

    def cells(call: ToolCall) -> Mapping[str, Line]:
        return {
            "session": Line.of(call.session_id[:_SHORT_ID]),
            "at": Line.of(formats.date_and_clock(call.at)),
            "decision": Line.of(decision_badge(call, sheet.marks)),
            "tool": Line.of(words.tool(call, sheet.marks)),
            "what": Line.of(words.what(call, sheet.marks)),
            "mode": Line.of(call.mode or formats.UNKNOWN),
            "waited": Line.of(formats.duration(call.waited_ms)),
            "outcome": Line.of(words.outcome(call, sheet.marks)),
        }

    return _lines(arrange(columns, sheet.width), map(cells, calls))


def server_lines(servers: Iterable[McpServer], sheet: Sheet) -> Iterator[str]:
    """Yield a heading and a line for each MCP server."""
    columns = (
        Column("server", "SERVER", 16, 0, most=40),
        Column("scope", "SCOPE", 8, 5, most=16),
        Column("connected", "CONNECTED", 9, 6, right=True),
        Column("failed", "FAILED", 6, 2, right=True),
        Column("calls", "CALLS", 6, 1, right=True),
        Column("rejected", "REFUSED", 7, 3, right=True),
        Column("failures", "FAILURES", 8, 4, right=True),
        Column("p50", "P50", 8, 8, right=True),
        Column("p95", "P95", 8, 7, right=True),
        Column("last", "LAST SEEN", 19, 9),
        Column("error", "LAST ERROR", 20, 10, most=80),
    )

    def cells(server: McpServer) -> Mapping[str, Line]:
        withheld = f"{sheet.marks.withheld} {server.key}"
        counts = ("connected", "failed", "calls", "rejected", "failures")
        return {
            "server": Line.of(withheld if server.name is None else server.name),
            "scope": Line.of(server.scope or formats.UNKNOWN),
            **{name: Line.of(formats.count(getattr(server, name))) for name in counts},
            "p50": Line.of(formats.duration(server.p50_ms)),
            "p95": Line.of(formats.duration(server.p95_ms)),
            "last": Line.of(formats.date_and_clock(server.last_seen)),
            "error": Line.of(server.last_error or ""),
        }

    return _lines(arrange(columns, sheet.width), map(cells, servers))


def trouble_lines(troubles: Iterable[Trouble], sheet: Sheet) -> Iterator[str]:
    """Yield a heading and a line for each trouble."""
    columns = (
        Column("session", "SESSION", _SHORT_ID, 4),
        Column("at", "WHEN", 19, 3),
        Column("kind", "KIND", 17, 0),
        Column("subject", "SUBJECT", 16, 1, most=60),
        Column("message", "MESSAGE", 20, 2, most=100),
        Column("status", "STATUS", 10, 5, most=22),
    )

    def cells(trouble: Trouble) -> Mapping[str, Line]:
        return {
            "session": Line.of(trouble.session_id[:_SHORT_ID]),
            "at": Line.of(formats.date_and_clock(trouble.at)),
            "kind": Line.of(trouble.kind.value),
            "subject": Line.of(trouble.subject or formats.UNKNOWN),
            "message": Line.of(trouble.message or formats.UNKNOWN),
            "status": Line.of(trouble.status or ""),
        }

    return _lines(arrange(columns, sheet.width), map(cells, troubles))


def _lines(placed: Sequence[Placed], rows: Iterable[Mapping[str, Line]]) -> Iterator[str]:
    yield heading(placed).text.rstrip()
    for cells in rows:
        yield row(placed, cells).text.rstrip()

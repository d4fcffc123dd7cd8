"""The views of a session beside its transcript: their tables, and a row of them in full."""

from enum import StrEnum
from typing import Any, TypeAlias

from store.domain import Request, ToolCall, Turn
from store.insights import McpConnection, McpServer, SessionEvent
from store.queries.contexts import ContextSize
from store.queries.outputs import ToolText
from store.queries.transcript import Node
from tui.marks import Marks
from tui.present import ledger_row, mcp_row, record_row
from tui.present.cost_detail import ContextAdded
from tui.present.detail import detail
from tui.present.lines import Line
from tui.present.request_groups import RequestGroup, group_detail
from tui.present.transcript import node_subject
from tui.present.transcript_row import Reply
from tui.screens.chrome import Setting
from tui.widgets.requests import RequestsTable
from tui.widgets.table import Table


class View(StrEnum):
    """The views of a session."""

    TRANSCRIPT = "Transcript"
    REQUESTS = "Requests"
    PERMISSIONS = "Permissions"
    MCP = "MCP"
    EVENTS = "Events"


Item: TypeAlias = Turn | Node | Reply | RequestGroup | McpServer | SessionEvent
"""What can be highlighted in a view."""

Told: TypeAlias = ToolText | ContextSize | ContextAdded | tuple[McpConnection, ...] | str
"""What a reading tells of the highlighted item beyond itself: a tool call's output, how full a
request or a turn made the context, a server's connections, a record in words."""


TOLD_MORE = (ToolCall, Request, Reply, Turn)
"""What of a transcript a reading tells more of."""


def make_tables(setting: Setting, requests: RequestsTable) -> dict[View, Table[Any]]:
    """Return the tables of the views that are tables."""
    marks, clock = setting.marks, setting.clock
    return {
        View.REQUESTS: requests,
        View.PERMISSIONS: Table[ToolCall](
            ledger_row.columns(of_one_session=True),
            lambda _index, call: ledger_row.cells(call, clock(), marks),
            lambda call: f"tool:{call.tool_call_id}",
            marks=marks,
            id="permissions",
            nothing="No tool call has arrived.",
        ),
        View.MCP: Table[McpServer](
            mcp_row.columns(marks, of_one_session=True),
            lambda _index, server: mcp_row.cells(server, clock(), marks),
            lambda server: server.key,
            marks=marks,
            id="mcp",
            nothing="No MCP server was connected or called, as far as was told.",
        ),
        View.EVENTS: Table[SessionEvent](
            record_row.columns(),
            lambda _index, event: record_row.cells(event),
            lambda event: str(event.record_id),
            marks=marks,
            id="events",
            nothing="No record has arrived.",
        ),
    }


def item_detail(item: Item, told: Told | None, width: int, *, marks: Marks) -> list[Line]:
    """Return all that is known of an item of any view."""
    if isinstance(item, McpServer):
        history = told if isinstance(told, tuple) else ()
        return mcp_row.mcp_detail(item, history, width, marks=marks)
    if isinstance(item, SessionEvent):
        return record_row.record_detail(item, told if isinstance(told, str) else None, width)
    if isinstance(item, RequestGroup):
        return group_detail(item, width, marks)
    return detail(item, width, marks, told=None if isinstance(told, str | tuple) else told)


def item_subject(item: Item) -> str | None:
    """Return what the raw records behind an item of any view are found by."""
    if isinstance(item, SessionEvent):
        return item.key
    return None if isinstance(item, McpServer | RequestGroup) else node_subject(item)

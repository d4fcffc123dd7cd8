"""The MCP screen: every server, its connections, calls and failures, over all sessions."""

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from store.insights import McpConnection, McpServer
from tui.present import mcp_row
from tui.present.ledger_row import quoted
from tui.present.lines import Line
from tui.screens.asked import LedgerAsked
from tui.screens.chrome import Setting
from tui.screens.overview import OverviewScreen, Page, PageQuery
from tui.screens.records import Explain, Subject
from tui.source import Reader
from tui.widgets.table import Table

History: TypeAlias = tuple[McpConnection, ...]


class McpScreen(OverviewScreen[McpServer, History]):
    """One row a server, those used last first."""

    READS_HIGHLIGHTED = True

    def __init__(self, setting: Setting, *, explain: Explain) -> None:
        table = Table[McpServer](
            mcp_row.columns(setting.marks),
            lambda _index, server: mcp_row.cells(server, setting.clock(), setting.marks),
            lambda server: server.key,
            marks=setting.marks,
            nothing="No MCP server matches.",
        )
        super().__init__(setting, table, placeholder="servers of all sessions", explain=explain)

    def where(self) -> Sequence[str]:
        return ("MCP",)

    def read(self, reader: Reader, query: PageQuery) -> Page[McpServer, History]:
        servers = reader.mcp_servers(where=query.where)
        looked_at = query.looked_at or (servers[0].key if servers else None)
        history = [
            item for item in reader.mcp_connections(where=query.where) if item.server == looked_at
        ]
        return Page(
            query,
            tuple(servers[query.offset : query.offset + query.limit]),
            len(servers),
            partial(mcp_row.truth_line, servers, marks=self.setting.marks),
            tuple(history),
        )

    def detail_lines(self, row: McpServer, told: History | None, width: int) -> list[Line]:
        return mcp_row.mcp_detail(row, told or (), width, marks=self.setting.marks)

    def raw(self, row: McpServer) -> Subject | None:
        history = self.page.told if self.page is not None else None
        mine = [item for item in history or () if item.server == row.key]
        newest = max(mine, key=lambda item: item.at, default=None)
        return None if newest is None else Subject(newest.session_id, newest.key)

    def open_row(self, row: McpServer) -> None:
        self.post_message(LedgerAsked(f"mcp:={quoted(row.key)}"))

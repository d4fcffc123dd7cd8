"""The Permissions screen: who allowed each tool call, over all sessions, newest first."""

from collections.abc import Sequence
from functools import partial

from store.domain import ToolCall
from store.queries.outputs import ToolText
from tui.present import ledger_row
from tui.present.detail import detail
from tui.present.lines import Line
from tui.screens.asked import Goal, SessionAsked
from tui.screens.chrome import Setting
from tui.screens.grouped import LedgerScreen
from tui.screens.overview import Page, PageQuery
from tui.screens.records import Explain, Subject
from tui.source import Reader
from tui.widgets.table import Table


class PermissionsScreen(LedgerScreen[ToolCall, ToolText]):
    """The ledger of every tool call."""

    READS_HIGHLIGHTED = True

    def __init__(self, setting: Setting, *, explain: Explain) -> None:
        table = Table[ToolCall](
            ledger_row.columns(),
            lambda _index, call: ledger_row.cells(call, setting.clock(), setting.marks),
            lambda call: f"{call.session_id}/{call.tool_call_id}",
            marks=setting.marks,
            nothing="No tool call matches.",
        )
        super().__init__(setting, table, explain=explain)

    def where(self) -> Sequence[str]:
        return ("Permissions",)

    def read(self, reader: Reader, query: PageQuery) -> Page[ToolCall, ToolText]:
        totals = reader.ledger_totals(query.where)
        rows = reader.tool_calls(query.where, limit=query.limit, offset=query.offset)
        looked_at = next((row for row in rows if _key(row) == query.looked_at), None)
        told = reader.tool_text(looked_at.session_id, looked_at.tool_call_id) if looked_at else None
        truth = partial(ledger_row.truth_line, totals, marks=self.setting.marks)
        return Page(query, tuple(rows), totals.calls, truth, told)

    def detail_lines(self, row: ToolCall, told: ToolText | None, width: int) -> list[Line]:
        return detail(row, width, self.setting.marks, told=told)

    def raw(self, row: ToolCall) -> Subject:
        return Subject(row.session_id, f"tool:{row.tool_call_id}")

    def open_row(self, row: ToolCall) -> None:
        goal = Goal(row.turn_id, f"tool:{row.tool_call_id}")
        self.post_message(SessionAsked(row.session_id, goal))


def _key(call: ToolCall) -> str:
    return f"{call.session_id}/{call.tool_call_id}"

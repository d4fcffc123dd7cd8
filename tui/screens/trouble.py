"""The Trouble screen: what went wrong, over all sessions, newest first."""

from collections.abc import Sequence
from functools import partial

from store.insights import Trouble
from tui.present import trouble_row
from tui.present.lines import Line
from tui.screens.asked import Goal, SessionAsked
from tui.screens.chrome import Setting
from tui.screens.overview import OverviewScreen, Page, PageQuery
from tui.screens.records import Explain, Subject
from tui.source import Reader
from tui.widgets.table import Table


class TroubleScreen(OverviewScreen[Trouble, None]):
    """One row a trouble; enter goes to the row of the transcript it is about."""

    def __init__(self, setting: Setting, *, explain: Explain) -> None:
        table = Table[Trouble](
            trouble_row.columns(),
            lambda _index, trouble: trouble_row.cells(trouble, setting.clock(), setting.marks),
            lambda trouble: f"{trouble.session_id}/{trouble.kind}/{trouble.key}/{trouble.at}",
            marks=setting.marks,
            nothing="Nothing went wrong, as far as it was told.",
        )
        super().__init__(setting, table, placeholder="troubles of all sessions", explain=explain)

    def where(self) -> Sequence[str]:
        return ("Trouble",)

    def read(self, reader: Reader, query: PageQuery) -> Page[Trouble, None]:
        total = reader.count_troubles(query.where)
        rows = reader.troubles(query.where, limit=query.limit, offset=query.offset)
        return Page(query, tuple(rows), total, partial(trouble_row.truth_line, total))

    def detail_lines(self, row: Trouble, told: None, width: int) -> list[Line]:  # noqa: ARG002 - a row tells all
        return trouble_row.trouble_detail(row, width, self.setting.marks)

    def raw(self, row: Trouble) -> Subject:
        return Subject(row.session_id, row.key)

    def open_row(self, row: Trouble) -> None:
        self.post_message(SessionAsked(row.session_id, Goal(row.turn_id, row.key)))

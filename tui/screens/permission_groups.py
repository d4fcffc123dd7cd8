"""The permission ledger in groups: tools, commands, deciders, sessions, users, repositories."""

from collections.abc import Sequence
from functools import partial

from store.queries.permission_groups import Grouping, LedgerGroup
from tui.present import ledger_row
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, wrap
from tui.screens.asked import LedgerAsked
from tui.screens.chrome import Setting
from tui.screens.grouped import LedgerScreen
from tui.screens.overview import Page, PageQuery
from tui.screens.records import Explain, Subject
from tui.source import Reader
from tui.widgets.table import Table


class PermissionGroupsScreen(LedgerScreen[LedgerGroup, None]):
    """The ledger by what its calls have in common, the largest groups first."""

    def __init__(self, setting: Setting, grouping: Grouping, *, explain: Explain) -> None:
        self._grouping = grouping
        table = Table[LedgerGroup](
            ledger_row.group_columns(grouping, setting.marks),
            lambda _index, group: ledger_row.group_cells(grouping, group, setting.clock()),
            lambda group: group.key or "",
            marks=setting.marks,
            nothing="No tool call matches.",
        )
        super().__init__(setting, table, explain=explain)

    def where(self) -> Sequence[str]:
        return ("Permissions", f"by {self._grouping.value}")

    def read(self, reader: Reader, query: PageQuery) -> Page[LedgerGroup, None]:
        groups = reader.ledger_groups(self._grouping, query.where)
        totals = reader.ledger_totals(query.where)
        truth = partial(ledger_row.truth_line, totals, marks=self.setting.marks)
        page = groups[query.offset : query.offset + query.limit]
        return Page(query, tuple(page), len(groups), truth)

    def detail_lines(self, row: LedgerGroup, told: None, width: int) -> list[Line]:  # noqa: ARG002 - groups give nothing back
        name = ledger_row.group_name(self._grouping, row)
        return [
            *wrap(row.label or row.key or name.text, width, name.tone),
            Line(),
            *fields(
                width,
                ("calls", str(row.calls)),
                ("asked", f"{row.asked} decided by a person"),
                ("accepted", str(row.accepted)),
                ("refused", str(row.rejected)),
                ("aborted", str(row.aborted)),
                ("unknown", str(row.unknown)),
                ("failed", str(row.failed)),
            ),
            Line(),
            Line.of(Span("enter shows these calls", Tone.DIM)),
        ]

    def raw(self, row: LedgerGroup) -> Subject | None:  # noqa: ARG002 - a group has no records
        return None

    def open_row(self, row: LedgerGroup) -> None:
        where = ledger_row.group_filter(self._grouping, row)
        if where is None:
            self.notify("No filter admits what is not known.", markup=False)
            return
        text = f"{self.current_filter().text} {where}".strip()
        self.post_message(LedgerAsked(text))

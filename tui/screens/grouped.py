"""What the two screens of the permission ledger share: grouping it by a key after ``g``."""

from dataclasses import replace
from typing import TypeVar

from store.queries.filter_keys import Rows
from store.queries.permission_groups import Grouping
from tui.commands import Command, Place, bindings, chords
from tui.screens.asked import GroupsAsked
from tui.screens.chrome import Setting
from tui.screens.overview import OverviewScreen
from tui.screens.records import Explain
from tui.widgets.table import Table
from tui.widgets.virtual_list import VirtualList

RowT = TypeVar("RowT")
ToldT = TypeVar("ToldT")
_CHORDS = chords(Place.LEDGER)


class LedgerScreen(OverviewScreen[RowT, ToldT]):
    """A view of the ledger that can be grouped."""

    FILTERS = Rows.TOOL_CALLS
    PLACES = (*OverviewScreen.PLACES, Place.LEDGER)
    BINDINGS = [*bindings(Place.LEDGER)]

    def __init__(self, setting: Setting, table: Table[RowT], *, explain: Explain) -> None:
        super().__init__(setting, table, placeholder="all tool calls", explain=explain)
        self._awaits_grouping = False
        table.rows.chords = frozenset(_CHORDS)

    def footer_commands(self) -> list[Command]:
        if not self._awaits_grouping:
            return super().footer_commands()
        return [replace(command, keys=key, after_g="") for key, command in _CHORDS.items()]

    async def on_virtual_list_chorded(self, message: VirtualList.Chorded) -> None:
        self._awaits_grouping = message.is_pending
        self.show_chrome()
        if message.key is not None:
            await self.run_action(_CHORDS[message.key].action)

    def action_group(self, by: str) -> None:
        self.post_message(GroupsAsked(Grouping(by), self.current_filter().text))

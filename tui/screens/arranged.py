"""What a person arranges in the views of a session: turns folded, requests sorted and folded."""

from dataclasses import replace
from typing import TypeVar

from tui.commands import Command, Place, chords
from tui.present.request_groups import Fold
from tui.screens.chrome import Setting
from tui.screens.live import LiveScreen
from tui.widgets.requests import RequestsTable
from tui.widgets.transcript import Transcript
from tui.widgets.virtual_list import VirtualList

QueryT = TypeVar("QueryT")
SnapshotT = TypeVar("SnapshotT")
_CHORDS = chords(Place.REQUESTS)


class ArrangedScreen(LiveScreen[QueryT, SnapshotT]):
    """A screen with a transcript and a table of requests among its views."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.requests = RequestsTable(setting.marks)
        self.requests.rows.chords = frozenset(_CHORDS)
        self._awaits_fold = False
        self.transcript = Transcript(setting.marks)

    @property
    def is_of_requests(self) -> bool:
        """Whether the requests are what is seen."""
        return False

    def places(self) -> tuple[Place, ...]:
        more = (Place.REQUESTS,) if self.is_of_requests else ()
        return (*self.PLACES, *more, Place.EVERYWHERE)

    def footer_commands(self) -> list[Command]:
        if not self._awaits_fold:
            found = super().footer_commands()
            return [each for each in found if not self.is_of_requests or each.id != "ledger"]
        return [replace(command, keys=key, after_g="") for key, command in _CHORDS.items()]

    async def on_virtual_list_chorded(self, message: VirtualList.Chorded) -> None:
        self._awaits_fold = message.is_pending
        self.show_chrome()
        if message.key is not None:
            await self.run_action(_CHORDS[message.key].action)

    def action_sort(self) -> None:
        if self.is_of_requests:
            self.requests.sort()
            self.request_read()

    def action_fold_by(self, what: str) -> None:
        if self.is_of_requests:
            self.requests.fold_by(Fold(what) if what else None)
            self.request_read()

    def toggle_group(self) -> bool:
        """Open or close the highlighted group of requests; return whether one is."""
        return self.is_of_requests and self.requests.toggle()

    def action_fold(self) -> None:
        self.transcript.fold()

    def action_unfold(self) -> None:
        self.transcript.unfold()
        self.request_read()

    def action_fold_all(self) -> None:
        self.transcript.fold_all()
        self.request_read()

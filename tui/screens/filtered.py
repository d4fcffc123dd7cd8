"""Screens over a list with a filter above it: how it is typed, kept and cleared."""

from abc import abstractmethod
from collections.abc import Collection
from functools import partial
from typing import Any, ClassVar, Generic

from textual.timer import Timer

from store.queries.filter import Filter, FilterError, parse
from store.queries.filter_keys import Rows
from tui.commands import Place
from tui.safe_text import safe_text
from tui.screens.chrome import Setting
from tui.screens.live import LiveScreen, QueryT, SnapshotT
from tui.widgets.filter_bar import FilterBar
from tui.widgets.virtual_list import VirtualList

_TYPING_S = 0.25
"""After so long without a key a filter is taken as typed: half of a word would admit nothing."""
_MARGIN = 100
"""Rows read before and behind those in sight."""


class FilteredScreen(LiveScreen[QueryT, SnapshotT], Generic[QueryT, SnapshotT]):
    """A screen whose list shows what a filter admits."""

    FILTERS: ClassVar[Rows] = Rows.SESSIONS
    """The rows that the filter is asked of."""

    def __init__(self, setting: Setting, *, placeholder: str) -> None:
        super().__init__(setting)
        self.filter_bar = FilterBar(setting.marks, placeholder=placeholder)
        self._everything = self._parsed("")
        self._where = self._everything
        self._pending: Timer | None = None

    @property
    @abstractmethod
    def filtered_list(self) -> VirtualList[Any]:
        """The list that the filter is for."""

    @property
    def everything(self) -> Filter:
        """The filter that admits all."""
        return self._everything

    def on_mount(self) -> None:
        super().on_mount()
        self.filtered_list.focus()

    def places(self) -> Collection[Place]:
        return (Place.FILTER,) if self.filter_bar.is_open else super().places()

    def on_descendant_focus(self) -> None:
        self.show_chrome()

    def current_filter(self) -> Filter:
        """Return the filter in force, its spans of time counted from now."""
        return self._parsed(self._where.text)

    def page_in_sight(self) -> tuple[int, int]:
        """Return offset and limit of the page to read: what is in sight, and some on both sides."""
        first, height = self.filtered_list.in_sight
        offset = max(0, first - _MARGIN)
        return offset, first - offset + height + _MARGIN

    def filter_by(self, text: str) -> None:
        """Show what ``text`` admits, or say why it cannot be read."""
        try:
            where = self._parsed(text)
        except FilterError as error:
            self.notify(safe_text(str(error)), severity="error", markup=False)
        else:
            self.filter_bar.text = text
            self._apply(where)

    def _parsed(self, text: str) -> Filter:
        return parse(text, now_ns=self.setting.clock(), rows=self.FILTERS)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_filter":
            return bool(self._where.text)
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self.filter_bar.open()

    def action_clear_filter(self) -> None:
        self.filter_bar.text = ""
        self._apply(self._everything)

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        if self._pending is not None:
            self._pending.stop()
        try:
            where = self._parsed(message.text)
        except FilterError as error:
            self.filter_bar.show_fault(error)
        else:
            self.filter_bar.show_fault(None)
            self._pending = self.set_timer(_TYPING_S, partial(self._apply, where))

    def _apply(self, where: Filter) -> None:
        if self._pending is not None:
            self._pending.stop()
        if where != self._where:
            self._where = where
            self.filtered_list.go_to(0)
            self.request_read()

    def on_filter_bar_closed(self, message: FilterBar.Closed) -> None:
        try:
            where = self._parsed(message.text)
        except FilterError:
            return
        self._apply(where)
        self.filtered_list.focus()

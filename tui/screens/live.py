"""Screens that show the store: how they read it without holding the user interface up."""

from abc import abstractmethod
from functools import partial
from typing import Generic, TypeVar

from textual.message import Message

from tui.safe_text import safe_text
from tui.screens.chrome import ChromeScreen, Setting
from tui.source import Reader

QueryT = TypeVar("QueryT")
SnapshotT = TypeVar("SnapshotT")

_TICKS_BETWEEN_READS = 5
"""Seconds after which an unchanged store is read again: states age with the clock alone."""


class LiveScreen(ChromeScreen, Generic[QueryT, SnapshotT]):
    """A screen over one snapshot of the store.

    ``wanted`` says on the user interface's thread what to read, ``read`` reads it in a worker, and
    ``show`` takes the snapshot. One reading runs at a time; what changes meanwhile is read once
    more afterwards, however often it changed.
    """

    class SnapshotRead(Message):
        """A reading ended well."""

        def __init__(self, snapshot: object) -> None:
            super().__init__()
            self.snapshot = snapshot

    class ReadFailed(Message):
        """A reading failed."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._is_reading = False
        self._is_stale = False
        self._ticks = 0
        self._last_failure = ""

    @abstractmethod
    def wanted(self) -> QueryT:
        """Return what to read now."""

    @abstractmethod
    def read(self, reader: Reader, query: QueryT) -> SnapshotT:
        """Read it; called in a worker thread."""

    @abstractmethod
    def show(self, snapshot: SnapshotT) -> None:
        """Show what was read."""

    def on_screen_resume(self) -> None:
        self.request_read()

    def store_changed(self) -> None:
        self.request_read()

    def tick(self) -> None:
        super().tick()
        self._ticks += 1
        if self._ticks % _TICKS_BETWEEN_READS == 0:
            self.request_read()

    def request_read(self) -> None:
        """Read now, or once more when the reading that is under way has ended."""
        if self._is_reading:
            self._is_stale = True
            return
        self._is_reading = True
        self.run_worker(
            partial(self._read, self.wanted()), group="read", thread=True, exit_on_error=False
        )

    def _read(self, query: QueryT) -> None:
        try:
            with self.setting.source.open() as reader:
                snapshot = self.read(reader, query)
        except Exception as error:  # noqa: BLE001 - whatever a store can raise ends in a notice
            self.post_message(self.ReadFailed(str(error) or type(error).__name__))
        else:
            self.post_message(self.SnapshotRead(snapshot))

    def on_live_screen_snapshot_read(self, message: SnapshotRead) -> None:
        self._last_failure = ""
        self.show(message.snapshot)  # type: ignore[arg-type] # what self.read returned
        self._read_ended()

    def on_live_screen_read_failed(self, message: ReadFailed) -> None:
        if message.reason != self._last_failure:
            self._last_failure = message.reason
            self.notify(safe_text(message.reason), severity="error", markup=False)
        self._read_ended()

    def _read_ended(self) -> None:
        self._is_reading = False
        if self._is_stale:
            self._is_stale = False
            self.request_read()

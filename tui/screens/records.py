"""The raw OTLP records behind a fact, each as it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult

from store.domain import RawRecord
from tui import format as formats
from tui.commands import Place
from tui.present.lines import Line, Span, Tone, wrap
from tui.screens.chrome import Setting
from tui.screens.live import LiveScreen
from tui.source import Reader
from tui.widgets.text_view import TextView

Explain = Callable[[RawRecord], str]
"""Puts a stored record into words; what knows the wire format is not this room."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the records are behind: a subject of ``store.queries.records``, in a session."""

    session_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A raw record and what it says."""

    record: RawRecord
    text: str


class RecordsScreen(LiveScreen[Subject, tuple[Explained, ...]]):
    """Records with their resource and scope, to scroll through."""

    PLACES = (Place.TEXT,)

    def __init__(
        self, setting: Setting, where: Sequence[str], *, subject: Subject, explain: Explain
    ) -> None:
        super().__init__(setting)
        self._where = where
        self._subject = subject
        self._explain = explain
        self._view = TextView(id="text")
        self._records: tuple[Explained, ...] | None = None

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self._view
        yield self.key_bar

    def where(self) -> Sequence[str]:
        return self._where

    def wanted(self) -> Subject:
        return self._subject

    def read(self, reader: Reader, query: Subject) -> tuple[Explained, ...]:
        records = reader.records(query.session_id, query.name)
        return tuple(Explained(record, self._explain(record)) for record in records)

    def show(self, snapshot: tuple[Explained, ...]) -> None:
        self._records = snapshot
        self._show_text()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show_text)

    def _show_text(self) -> None:
        if self._records is None:
            return
        number = len(self._records)
        noun = "record" if number == 1 else "records"
        lines = [Line.of(Span(f"{number} {noun} behind {self._subject.name}", Tone.DIM))]
        for explained in self._records:
            lines += [Line(), *_explained(explained, self._view.text_width)]
        self._view.show(lines, self.setting.marks)


def _explained(explained: Explained, width: int) -> list[Line]:
    record = explained.record
    name = Span(record.name or record.signal, Tone.STRONG)
    at = Span(f"  {formats.date_and_clock(record.time_unix_nano)}", Tone.DIM)
    return [Line.of(name, at).fit(width), *wrap(explained.text, width)]

"""``replay``: saved telemetry through the live screens, in stores that are gone afterwards."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import click

from sessionscope.config import Config
from sessionscope.importing import load
from sessionscope.player import Player
from sessionscope.playing import PlayingThread
from sessionscope.pricing import price_book
from sessionscope.saved import find
from sessionscope.show import explain
from sessionscope.timeline import Timeline
from store.connection import Database, open_reader
from store.queries.filter import parse
from store.queries.filter_keys import Rows
from store.queries.trouble import troubles
from tui.app import SessionscopeApp
from tui.safe_text import safe_text
from tui.source import RecorderState
from tui.store_source import StoreSource

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is played."""

    start: str = ""
    """The moment to begin at, as a person names it; empty for the first record."""
    speed: float = 1.0
    is_paused: bool = False
    max_gap_ns: int | None = None
    is_looped: bool = False


def replay(config: Config, files: Sequence[str], manner: Manner) -> int:
    """Show saved telemetry as it happened until the person leaves; return the exit code.

    Nothing is written to the configured store. Raises ``click.ClickException`` where there is
    nothing to play.
    """
    with tempfile.TemporaryDirectory(prefix="sessionscope-replay-") as folder:
        library = Path(folder) / "library.db"
        load(replace(config, store=library), find(files, target=library))
        with closing(open_reader(library)) as db:
            marked = Timeline(sorted(set(_troubles(db))))
        player = Player(
            library,
            Path(folder) / "stage" / "stage.db",
            prices=price_book(config),
            speed=manner.speed,
            max_gap_ns=manner.max_gap_ns,
            is_looped=manner.is_looped,
        )
        with closing(player):
            if not player.events.times:
                raise click.ClickException("there is no telemetry to replay")
            _begin(player, manner)
            return _show(player, marked)


def _begin(player: Player, manner: Manner) -> None:
    if manner.start:
        try:
            player.seek(player.events.moment(manner.start, player.events.start_ns))
        except ValueError as error:
            raise click.UsageError(f"--from: {safe_text(str(error))}") from error
    player.is_playing = not manner.is_paused


def _show(player: Player, marked: Timeline) -> int:
    playing = PlayingThread(player, marked)
    playing.start()
    try:
        state = RecorderState(reason="this is a replay")
        app = SessionscopeApp(
            StoreSource(player.stage, lambda: state),
            explain=explain,
            clock=lambda: playing.state().position_ns,
            playback=playing,
        )
        return app.show()
    finally:
        playing.stop()


def _troubles(db: Database) -> Iterator[int]:
    where = parse("", now_ns=0, rows=Rows.TROUBLES)
    offset = 0
    while page := troubles(db, where=where, limit=_PAGE, offset=offset):
        yield from (trouble.at for trouble in page)
        offset += len(page)

"""Driving the application in tests: start it, press keys, wait for what was asked to be read."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from store.domain import RawRecord
from tests.tui.factories import NOW
from tests.tui.fakes import FakeSource
from tests.tui.samples import sample_source
from tui.app import SessionscopeApp
from tui.feed import StoreChanged
from tui.screens.session import SessionScreen
from tui.source import Source
from tui.spending import Spending
from tui.widgets.transcript import Transcript

_PATIENCE_S = 10


def make_app(
    source: Source,
    *,
    ascii_only: bool = False,
    mouse: bool | None = None,
    clock: Callable[[], int] = lambda: NOW,
    spending: Spending | None = None,
) -> SessionscopeApp:
    """Return the application over ``source``, at a time that stands still."""
    return SessionscopeApp(
        source, explain=_explain, ascii_only=ascii_only, mouse=mouse, clock=clock, spending=spending
    )


def _explain(record: RawRecord) -> str:
    return record.wire.decode("utf-8", "surrogateescape")


@asynccontextmanager
async def running(
    source: Source,
    *,
    size: tuple[int, int] = (80, 24),
    ascii_only: bool = False,
    clock: Callable[[], int] = lambda: NOW,
) -> AsyncIterator[Pilot[None]]:
    """Run the application headless until the first sessions are shown."""
    app = make_app(source, ascii_only=ascii_only, clock=clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the recorder was asked for and all that was to be read is shown."""
    app = pilot.app
    assert isinstance(app, SessionscopeApp)
    async with asyncio.timeout(_PATIENCE_S):
        while app.is_running and not app.reception.is_known:
            await pilot.pause()
    while True:
        await app.workers.wait_for_complete()
        await pilot.pause()
        if all(worker.is_finished for worker in app.workers):
            return


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each when what the one before it asked for is shown."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def filter_by(pilot: Pilot[None], text: str) -> None:
    """Open the filter, paste ``text`` at its end and press enter."""
    await pilot.press("slash")
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await press(pilot, "enter")


@asynccontextmanager
async def session_open(
    source: FakeSource | None = None, *, size: tuple[int, int] = (160, 45)
) -> AsyncIterator[Pilot[None]]:
    """Run the application with the first session open."""
    async with running(source or sample_source(), size=size) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        yield pilot


def transcript(pilot: Pilot[None]) -> Transcript:
    """Return the transcript."""
    return pilot.app.screen.query_one(Transcript)


async def store_changed(pilot: Pilot[None]) -> None:
    """Tell the application that its source has changed."""
    pilot.app.post_message(StoreChanged())
    await settle(pilot)


def screen_of(pilot: Pilot[None]) -> Screen[Any]:
    """Return the screen that is shown."""
    return pilot.app.screen


def text_of(pilot: Pilot[None]) -> str:
    """Return what is on the screen."""
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001 - there is no other way
    return "\n".join(strip.text for strip in strips)


def lines_of(pilot: Pilot[None]) -> list[str]:
    """Return the lines on the screen."""
    return text_of(pilot).split("\n")

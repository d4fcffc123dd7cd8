"""The filter of the Sessions screen: typed, at fault, taken back."""

import asyncio

from textual.pilot import Pilot

from store.domain import Session
from tests.tui.driving import (
    filter_by,
    lines_of,
    press,
    running,
    screen_of,
    settle,
    text_of,
)
from tests.tui.samples import sample_source
from tui.screens.session import SessionScreen
from tui.widgets.virtual_list import VirtualList


def session_list(pilot: Pilot[None]) -> VirtualList[Session]:
    """Return the list on the screen."""
    return pilot.app.screen.query_one(VirtualList)


async def test_a_filter_admits_and_counts_while_it_is_typed() -> None:
    """The list follows the filter; the count says how many of how many."""
    async with running(sample_source()) as pilot:
        await pilot.press("slash", *"ledger")
        async with asyncio.timeout(10):
            while "1 of 6" not in text_of(pilot):
                await pilot.pause()
        assert session_list(pilot).total == 1
        await press(pilot, "enter", "enter")
        assert isinstance(screen_of(pilot), SessionScreen)


async def test_a_bad_filter_is_pointed_at_and_the_last_good_one_kept() -> None:
    """The fault is marked below where it stands, and the list does not change for it."""
    async with running(sample_source()) as pilot:
        await filter_by(pilot, "ledger")
        await filter_by(pilot, " bogus:1")
        lines = lines_of(pilot)
        assert "^^^^^" in lines[2]
        assert lines[2].index("^") == lines[1].index("bogus")
        assert "bogus" in lines[3]
        assert session_list(pilot).total == 1
        await press(pilot, *["backspace"] * 8, "enter")
        assert "^" not in text_of(pilot)


async def test_escape_clears_the_filter_and_keys_are_keys_again() -> None:
    """While typing, letters are letters; after escape they are commands."""
    async with running(sample_source()) as pilot:
        await press(pilot, "slash", "q", "j")
        assert pilot.app.is_running
        await press(pilot, "escape")
        assert session_list(pilot).total == 6
        await press(pilot, "j")
        assert session_list(pilot).highlight == 1


async def test_a_filter_that_admits_nothing_says_so() -> None:
    """An empty list is explained."""
    async with running(sample_source()) as pilot:
        await filter_by(pilot, "nowhere")
        assert "No session matches" in text_of(pilot)


async def test_a_filter_does_not_take_control_characters() -> None:
    """What is pasted with an escape sequence in it does not get into the field."""
    async with running(sample_source()) as pilot:
        await press(pilot, "slash")
        field = pilot.app.screen.query_one("FilterInput")
        assert hasattr(field, "insert_text_at_cursor")
        field.insert_text_at_cursor("a\x1b]0;title\x07")
        await settle(pilot)
        assert "\x1b" not in text_of(pilot)
        assert not getattr(field, "value", None)

"""The player's bar and keys, over a playback that notes what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.tui.driving import settle
from tests.tui.factories import NOW
from tests.tui.samples import sample_source
from tui.app import SessionscopeApp
from tui.marks import ASCII, UNICODE, Marks
from tui.playback import Playing, Step
from tui.present.replay_bar import replay_line
from tui.screens.seek import SeekScreen
from tui.widgets.replay_bar import ReplayBar

HOUR = 3600 * 10**9


@dataclass
class Told:
    """A playback that only notes what it is told."""

    told: list[object] = field(default_factory=list)
    troubles: Sequence[int] = ()

    def state(self) -> Playing:
        """Be at the start."""
        return Playing(NOW, NOW, NOW + HOUR)

    def toggle(self) -> None:
        """Note it."""
        self.told.append("toggle")

    def step(self, along: Step, *, is_back: bool) -> None:
        """Note it."""
        self.told.append((along.value, is_back))

    def skip(self, seconds: int) -> None:
        """Note it."""
        self.told.append(seconds)

    def change_speed(self, steps: int) -> None:
        """Note it."""
        self.told.append(f"speed {steps}")

    def seek(self, told: str) -> None:
        """Note it, or refuse it as the player does."""
        if told == "99":
            raise ValueError("a time is 14:03")
        self.told.append(told)


KEYS = {
    "space": "toggle",
    "full_stop": ("event", False),
    "comma": ("event", True),
    "right_curly_bracket": ("turn", False),
    "left_curly_bracket": ("turn", True),
    "right_square_bracket": ("trouble", False),
    "left_square_bracket": ("trouble", True),
    "right_parenthesis": 60,
    "left_parenthesis": -60,
    "greater_than_sign": "speed 1",
    "less_than_sign": "speed -1",
}


def application(playback: Told | None) -> SessionscopeApp:
    """Return the application over the samples."""
    return SessionscopeApp(
        sample_source(), explain=lambda _: "", clock=lambda: NOW, playback=playback
    )


async def test_every_key_tells_the_player_on_every_screen() -> None:
    """The keys work on the list and in a session, and the bar is on both."""
    playback = Told()
    async with application(playback).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*KEYS)
        assert playback.told == list(KEYS.values())
        assert pilot.app.screen.query_one(ReplayBar).region.y == 22
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("space")
        assert playback.told[-1] == "toggle"
        assert pilot.app.screen.query_one(ReplayBar).region.y == 22


async def test_a_time_is_typed_and_a_bad_one_is_refused_in_words() -> None:
    """``@`` asks for a time; escape leaves without going anywhere."""
    playback = Told()
    async with application(playback).run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("at", *"14:03", "enter")
        assert playback.told == ["14:03"]
        await pilot.press("at", *"99", "enter")
        assert playback.told == ["14:03"]
        assert not isinstance(pilot.app.screen, SeekScreen)
        await pilot.press("at", *"1", "escape")
        assert playback.told == ["14:03"]


async def test_without_a_replay_there_is_neither_bar_nor_verb() -> None:
    """Live screens have no player."""
    async with application(None).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*KEYS, "at")
        assert not pilot.app.screen.query(ReplayBar)
        assert not isinstance(pilot.app.screen, SeekScreen)


@pytest.mark.parametrize("marks", [UNICODE, ASCII])
def test_the_bar_shows_the_position_and_the_troubles(marks: Marks) -> None:
    """At its place between beginning and end, in as many cells as there are."""
    middle = Playing(NOW + HOUR // 2, NOW, NOW + HOUR, speed=10, is_playing=True, is_idle_cut=True)
    line = replay_line(middle, [NOW, NOW + HOUR], width=80, marks=marks)
    assert line.width == 80
    assert line.text.startswith("playing")
    assert f"10 {marks.rejected}" in line.text
    assert line.text.index(marks.working, 30) in range(40, 55)
    assert line.text.rstrip().endswith("idle cut")

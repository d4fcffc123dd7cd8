"""The application around the screens: sizes, themes, palette, help, leaving."""

import pytest
from textual.command import CommandPalette

from tests.tui.driving import make_app, press, running, screen_of, settle, text_of
from tests.tui.fakes import FakeSource
from tests.tui.samples import sample_source
from tui.commands import COMMANDS, Place, Shown, bindings
from tui.screens.sessions import SessionsScreen
from tui.screens.text import TextScreen
from tui.screens.too_small import TooSmallScreen
from tui.theme import DARK, LIGHT


@pytest.mark.parametrize("size", [(59, 24), (80, 14), (1, 1)])
async def test_a_terminal_too_small_says_so_and_can_be_left(size: tuple[int, int]) -> None:
    """Below 60×15 the need and the size are told, and ``q`` works."""
    async with running(sample_source(), size=size) as pilot:
        assert isinstance(screen_of(pilot), TooSmallScreen)
        if size[0] > 20:
            assert f"Needs 60x15, has {size[0]}x{size[1]}" in text_of(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_the_screen_comes_back_when_the_terminal_grows() -> None:
    """Shrinking and growing a window loses nothing."""
    async with running(sample_source()) as pilot:
        await press(pilot, "j")
        await pilot.resize_terminal(40, 10)
        await settle(pilot)
        assert isinstance(screen_of(pilot), TooSmallScreen)
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert isinstance(screen_of(pilot), SessionsScreen)
        assert "Fix double charge" in text_of(pilot)


async def test_the_smallest_size_is_a_screen() -> None:
    """At 60×15 there is a list."""
    async with running(sample_source(), size=(60, 15)) as pilot:
        assert "Fix double" in text_of(pilot)


async def test_help_names_every_key_and_mark() -> None:
    """The help is made of the commands; escape leaves it."""
    async with running(sample_source(), size=(100, 120)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(screen_of(pilot), TextScreen)
        shown = text_of(pilot)
        assert [c.id for c in COMMANDS if c.help not in shown] == []
        assert "✓ you:always" in shown
        await press(pilot, "escape")
        assert isinstance(screen_of(pilot), SessionsScreen)


async def test_the_key_of_the_help_also_leaves_it() -> None:
    """Asking for help in the help goes back."""
    async with running(sample_source()) as pilot:
        await press(pilot, "question_mark", "question_mark")
        assert isinstance(screen_of(pilot), SessionsScreen)


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_commands_by_name(key: str) -> None:
    """What has no key can be reached, here the other theme."""
    async with running(sample_source()) as pilot:
        assert pilot.app.theme == DARK.name
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(screen_of(pilot), CommandPalette)
        await pilot.press(*"light")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert pilot.app.theme == LIGHT.name
        assert "Fix double charge" in text_of(pilot)


async def test_ascii_writes_nothing_else() -> None:
    """On a console without Unicode every character of every screen is ASCII."""
    async with running(sample_source(), ascii_only=True) as pilot:
        for keys in ([], ["enter"], ["tab"], ["question_mark"]):
            await press(pilot, *keys)
            assert text_of(pilot).isascii()


async def test_without_colour_the_classes_of_tokens_differ_in_their_fill(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under NO_COLOR a split bar can still be read."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(sample_source(), size=(160, 45)) as pilot:
        shown = text_of(pilot)
    assert "░ read 72 %" in shown
    assert "▓ write 26 %" in shown


@pytest.mark.parametrize(
    ("environment", "asked", "mouse"),
    [
        ({}, None, True),
        ({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, None, False),
        ({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, True, True),
        ({}, False, False),
    ],
)
def test_the_mouse_is_off_over_ssh(
    environment: dict[str, str],
    *,
    asked: bool | None,
    mouse: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over SSH every movement of the mouse would be traffic; asked for, it is on all the same."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert make_app(FakeSource(), mouse=asked).has_mouse is mouse


def test_every_command_is_named_once() -> None:
    """Ids are unique, and within a place no key has two meanings."""
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    for place in Place:
        keys = [key for binding in bindings(place) for key in binding.key.split(",")]
        assert len(keys) == len(set(keys))


def test_what_is_in_the_bottom_line_has_a_key() -> None:
    """The bottom line tells keys."""
    assert all(command.shown_keys for command in COMMANDS if Shown.IN_FOOTER in command.shown)

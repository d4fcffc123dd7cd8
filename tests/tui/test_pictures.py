"""Pictures of the screens; ``pytest --snapshot-update`` takes them anew."""

from collections.abc import Callable, Sequence

import pytest
from textual.pilot import Pilot

from tests.tui.driving import make_app, press, settle
from tests.tui.fakes import LISTENING, FakeSource
from tests.tui.samples import sample_source
from tui.source import RecorderState

SIZES = ((80, 24), (160, 45))
SCREENS: dict[str, Sequence[str]] = {
    "sessions": [],
    "transcript": ["enter"],
    "requests": ["enter", "tab"],
    "permissions of a session": ["enter", "tab", "tab"],
    "servers of a session": ["enter", "tab", "tab", "tab"],
    "events of a session": ["enter", "shift+tab"],
    "permissions": ["3"],
    "groups": ["3", "g", "t"],
    "servers": ["4"],
    "trouble": ["6"],
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
def test_screens(screen: str, *, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    """Each screen looks as it did, on the smallest designed size and on a wide one."""

    async def go_there(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *SCREENS[screen])

    assert snap_compare(make_app(sample_source()), terminal_size=size, run_before=go_there)


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("empty", []),
        ("filter at fault", ["slash", *"cost>much", "enter"]),
        ("not receiving", []),
    ],
)
def test_states(state: str, keys: Sequence[str], *, snap_compare: Callable[..., bool]) -> None:
    """Empty, at fault and not receiving are designed, too."""
    source = FakeSource() if state == "empty" else sample_source()
    off = RecorderState(reason="no recorder is running")
    source.recorder = off if state == "not receiving" else LISTENING

    async def go_there(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    assert snap_compare(make_app(source), terminal_size=(80, 24), run_before=go_there)

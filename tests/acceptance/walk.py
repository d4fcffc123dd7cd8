"""The application over a store, in its own process, going through all that it can show.

``python -m tests.acceptance.walk STORE TEXT``: keys are pressed by Textual's pilot, each when what
the one before it asked for is shown; after each a mark is written that no terminal obeys.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from receiver.stored import explain
from tests.acceptance.control import FRAME
from tests.tui.driving import press, settle
from tui.app import SessionscopeApp
from tui.commands import COMMANDS, Place, chords
from tui.screens.session_views import View
from tui.source import RecorderState
from tui.store_source import StoreSource

NOW = 1_795_370_000_000_000_000


def walks() -> Iterator[list[str]]:
    """Yield what to press, from the list of sessions on: every screen, view, text and list."""
    everywhere = [command for command in COMMANDS if command.place is Place.EVERYWHERE]
    for key in (command.keys for command in everywhere if command.keys.isdigit()):
        yield [key, "j", "J", "r", "j", "escape", "question_mark"]
        yield [key, "enter", "p", "slash"]
    for key in chords(Place.LEDGER):
        yield ["3", "g", key, "j", "enter"]
    for view in range(len(View)):
        yield ["j", "enter", *["tab"] * view, "g", "g", "j", "enter", "j", "r", "j"]
    yield ["enter", "g", "g", "z", "z", "enter", "l", "j", "l", "j", "l", "p"]
    yield ["colon", "s", "e"]
    yield ["slash", "A", "enter"]


async def _walk(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, SessionscopeApp)
    driver = app._driver  # noqa: SLF001 - the way to the terminal that the frames take too
    assert driver is not None
    await settle(pilot)
    for keys in walks():
        while len(app.screen_stack) > 1:
            await app.pop_screen()
        await press(pilot, "escape", "home")
        for key in keys:
            await press(pilot, key)
            driver.write(FRAME)
    app.exit()


def main(store: Path, text: str) -> None:
    """Walk through a store; the recorder's words hold ``text``."""
    recorder = RecorderState(doors=(text, text), reason=text)
    app = SessionscopeApp(
        StoreSource(store, lambda: recorder), explain=explain, mouse=True, clock=lambda: NOW
    )
    app.run(auto_pilot=_walk)
    sys.exit(app.return_code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].encode().decode("unicode_escape"))

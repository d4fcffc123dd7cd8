"""Takes the pictures of the README: the real screens over the demo's invented history.

``python screenshots/take.py`` writes ``screenshots/*.svg``; with ``--check`` it compares them with
those that are there and ends with 1 where one differs. The clock stands still, so the same code
gives the same bytes.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
NOW_UNIX_NANO = 1_795_357_800_000_000_000
"""2026-11-22 14:30:00 UTC."""

os.environ.update({"TZ": "UTC", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"})
for variable in ("NO_COLOR", "SSH_CONNECTION"):
    os.environ.pop(variable, None)
os.environ["TERM"] = "xterm-256color"
os.environ["LC_ALL"] = "C.UTF-8"
time.tzset()

from textual.pilot import Pilot  # noqa: E402 - the environment comes first

from receiver.stored import explain  # noqa: E402 - the environment comes first
from sessionscope.demo.playing import write_history  # noqa: E402
from store.connection import open_writer  # noqa: E402
from tui.app import SessionscopeApp  # noqa: E402
from tui.source import RecorderState  # noqa: E402
from tui.store_source import StoreSource  # noqa: E402


class Scene(NamedTuple):
    """A picture: where it is taken and the keys that lead there."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    is_empty: bool = False


SCENES = (
    Scene("sessions", (160, 45)),
    Scene("sessions-80x24", (80, 24)),
    Scene("session", (160, 45), ("enter",)),
    Scene("session-80x24", (80, 24), ("enter",)),
    Scene("requests", (160, 45), ("enter", "tab", "k", "k")),
    Scene("permissions", (160, 45), ("3",)),
    Scene("permissions-80x24", (80, 24), ("3",)),
    Scene("mcp", (160, 45), ("4",)),
    Scene("trouble", (160, 45), ("6",)),
    Scene("trouble-in-its-session", (160, 45), ("6", "j", "j", "enter")),
    Scene("filter", (120, 36), ("slash", *"cost>0.1", "enter")),
    Scene("help", (120, 36), ("question_mark",)),
    Scene("empty", (120, 36), is_empty=True),
)


async def take(scene: Scene, store: Path) -> str:
    """Return the picture of a scene as SVG."""
    state = RecorderState(
        doors=("127.0.0.1:4317", "127.0.0.1:4318"),
        records=0 if scene.is_empty else 214,
        last_received_at=None if scene.is_empty else NOW_UNIX_NANO - 2_000_000_000,
    )
    app = SessionscopeApp(
        StoreSource(store, lambda: state), explain=explain, clock=lambda: NOW_UNIX_NANO
    )
    async with app.run_test(size=scene.size) as pilot:
        await _settle(app, pilot)
        for key in scene.keys:
            await pilot.press(key)
            await _settle(app, pilot)
        return app.export_screenshot(title="sessionscope")


async def _settle(app: SessionscopeApp, pilot: Pilot[None]) -> None:
    """Wait until no reading is under way and what was read is drawn."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def main(arguments: list[str]) -> int:
    """Write the pictures, or compare them; return the exit code."""
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        full, empty = Path(folder) / "full.db", Path(folder) / "empty.db"
        write_history(full, now_ns=NOW_UNIX_NANO)
        open_writer(empty).close()
        for scene in SCENES:
            picture = asyncio.run(take(scene, empty if scene.is_empty else full))
            path = HERE / f"{scene.name}.svg"
            if "--check" not in arguments:
                path.write_text(picture)
            elif not path.exists() or path.read_text() != picture:
                stale.append(path.name)
    if stale:
        sys.stderr.write(f"not current, run make screenshots: {', '.join(stale)}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

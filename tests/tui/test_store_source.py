"""The screens over a real store, filled from what real agents sent."""

import asyncio
import shutil
from pathlib import Path

import pytest

from receiver.stored import explain
from store.errors import StoreUnusable
from store.queries.filter import parse
from tests.captures import batches, exports
from tests.store.stores import fill
from tests.tui.driving import filter_by, press, running, screen_of, settle, text_of
from tui.app import SessionscopeApp
from tui.screens.records import RecordsScreen
from tui.source import RecorderState
from tui.store_source import StoreSource

CAPTURES = ("tui-permissions", "subagents", "tour-redacted")
LISTENING = RecorderState(doors=("127.0.0.1:4317", "127.0.0.1:4318"))


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a few captures in it, not to be changed."""
    path = tmp_path_factory.mktemp("store") / "sessions.db"
    fill(path, [batch for capture in CAPTURES for batch in batches(exports(capture))])
    return path


@pytest.fixture
def store(captured: Path, tmp_path: Path) -> Path:
    """Return a copy of that store, of the test's own."""
    return Path(shutil.copy(captured, tmp_path / "sessions.db"))


def source_of(store: Path) -> StoreSource:
    """Return the source of a store whose recorder listens."""
    return StoreSource(store, lambda: LISTENING)


async def test_a_captured_session_is_shown_as_it_was(store: Path) -> None:
    """Every decision of the capture stands in the transcript, refusals with who refused."""
    async with running(source_of(store), size=(160, 60)) as pilot:
        assert "Set up the files" in text_of(pilot)
        await filter_by(pilot, '"Set up the files"')
        await press(pilot, "enter", "z", "z")
        shown = " ".join(text_of(pilot).split())
    for words in (
        "✓ you Bash touch a.txt",
        "✓ you:always Bash python3 -c 'print(2)'",
        "✗ you Bash rm -r src",
        "✗ you Bash chmod 777 ledger.py",
        "✓ config Write",
        "✓ you:always ⌁ ledger.balance account: 4711",
        '"All done here."',
        "3 turns · 13 requests · 12 tool calls ✓ 9 ✗ 3",
    ):
        assert words in shown


async def test_what_is_withheld_is_said_to_be(store: Path) -> None:
    """A session whose sender sends no content has figures and decisions, and says what is not."""
    async with running(source_of(store), size=(160, 60)) as pilot:
        await press(pilot, "G", "enter")
        shown = text_of(pilot)
    assert "prompt withheld" in shown
    assert "reply withheld" in shown
    assert "details not sent" in shown


async def test_raw_records_are_those_of_the_wire(store: Path) -> None:
    """The records behind a tool call are found and put into words by the receiver."""
    app = SessionscopeApp(source_of(store), explain=explain)
    async with app.run_test(size=(160, 60)) as pilot:
        await settle(pilot)
        await filter_by(pilot, '"Set up the files"')
        await press(pilot, "enter", "j", "r")
        assert isinstance(screen_of(pilot), RecordsScreen)
        assert "session.id" in text_of(pilot)


async def test_a_commit_by_the_recorder_shows_without_being_told(store: Path) -> None:
    """Another process writes; the feed notices and the list shows it."""
    async with running(source_of(store)) as pilot:
        assert "Tidy up" not in text_of(pilot)
        await asyncio.to_thread(fill, store, batches(exports("tour-full")))
        async with asyncio.timeout(10):
            while "Tidy up" not in text_of(pilot):
                await pilot.pause()


def test_each_opening_sees_the_store_as_it_is_and_closes(store: Path) -> None:
    """Readings share no connection, so none is held open between them."""
    source = source_of(store)
    everything = parse("", now_ns=0)
    with source.open() as reader:
        before = reader.count_sessions(everything)
        token = reader.change_token()
        fill(store, batches(exports("tour-full")))
        assert reader.change_token() != token
        assert reader.recorder() is LISTENING
    with source.open() as reader:
        assert reader.count_sessions(everything) == before + 1


def test_a_store_that_is_not_there_is_an_error_of_the_store(tmp_path: Path) -> None:
    """A missing file is told in the store's words."""
    with pytest.raises(StoreUnusable), source_of(tmp_path / "none.db").open():
        pass

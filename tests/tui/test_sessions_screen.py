"""The Sessions screen: what it lists, how it keeps one's place, how it is filtered."""

import threading
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from store.domain import Session
from store.errors import StoreBusy
from store.queries.filter import Filter
from tests.tui.driving import (
    lines_of,
    press,
    running,
    screen_of,
    store_changed,
    text_of,
)
from tests.tui.factories import NOW, SECOND, make_session
from tests.tui.fakes import FakeReader, FakeSource
from tests.tui.samples import sample_source
from tui.screens.session import SessionScreen
from tui.source import RecorderState
from tui.widgets.virtual_list import VirtualList


def session_list(pilot: Pilot[None]) -> VirtualList[Session]:
    """Return the list on the screen."""
    return pilot.app.screen.query_one(VirtualList)


async def test_each_session_is_a_row_with_its_state() -> None:
    """State, agent, title and cost stand in one row; what is not known is a dash, not 0."""
    async with running(sample_source(), size=(160, 45)) as pilot:
        rows = lines_of(pilot)[3:9]
    assert "◐ 42 s" in rows[0]
    assert "Fix double charge on retry" in rows[0]
    assert "$3.84" in rows[0]
    assert "● working" in rows[1]
    assert rows[1].rstrip().endswith("–")
    assert "≥$9.02  ⚠" in rows[2]
    assert "▒ payments-api" in rows[3]
    assert "✖ failed" in rows[4]
    assert "· ended" in rows[5]


@pytest.mark.parametrize(
    ("width", "kept", "dropped"),
    [
        (80, ["STATE", "AGENT", "TITLE", "LAST", "✗", "COST"], ["USER", "TOKENS", "CACHE"]),
        (120, ["CACHE", "TOKENS", "USER"], ["STARTED"]),
        (160, ["STARTED", "TURNS", "TOOLS", "✓"], []),
    ],
)
async def test_columns_are_dropped_by_priority(
    width: int, kept: Sequence[str], dropped: Sequence[str]
) -> None:
    """A narrow screen keeps what matters most, and no column is cut off at the edge."""
    async with running(sample_source(), size=(width, 24)) as pilot:
        heading = lines_of(pilot)[2]
    assert all(name in heading for name in kept)
    assert not any(name in heading for name in dropped)


async def test_the_highlight_stays_on_its_session_when_others_come_first() -> None:
    """A new session above moves the highlighted one down, not the highlight off it."""
    source = sample_source()
    async with running(source) as pilot:
        await press(pilot, "j", "j")
        assert session_list(pilot).highlighted_key == "s3"
        source.sessions.insert(0, make_session("new", title="Just begun"))
        await store_changed(pilot)
        assert session_list(pilot).highlighted_key == "s3"
        assert session_list(pilot).highlight == 3
        assert "Just begun" in text_of(pilot)


async def test_a_session_that_is_gone_leaves_the_highlight_near() -> None:
    """Erased rows move the highlight to the nearest row there is."""
    source = sample_source()
    async with running(source) as pilot:
        await press(pilot, "G")
        del source.sessions[1:]
        await store_changed(pilot)
        assert session_list(pilot).highlighted_key == "s1"


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        (["j"], 1),
        (["down", "down", "k"], 1),
        (["G"], 99),
        (["end", "g", "g"], 0),
        (["G", "g", "j", "g"], 99),
        (["ctrl+f"], 18),
        (["pagedown", "pageup"], 0),
        (["ctrl+d"], 9),
        (["ctrl+d", "ctrl+u"], 0),
        (["home", "up"], 0),
        (["end", "down"], 99),
    ],
)
async def test_keys_move_the_highlight(keys: Sequence[str], index: int) -> None:
    """Arrows, vim's keys and page keys go where they say and stop at the ends."""
    source = FakeSource(sessions=[make_session(f"s{n}") for n in range(100)])
    async with running(source) as pilot:
        await press(pilot, *keys)
        rows = session_list(pilot)
        assert rows.highlight == index
        top, height = rows.in_sight
        assert top <= index < top + height


class ManySessions(FakeSource):
    """A million sessions of which only pages exist."""

    def __init__(self) -> None:
        super().__init__()
        self.largest_page = 0

    def make_reader(self) -> FakeReader:
        """Return a view of the pages."""
        return _ManyReader(self)


class _ManyReader(FakeReader):
    def __init__(self, source: ManySessions) -> None:
        super().__init__(source)
        self._many = source

    def count_sessions(self, where: Filter) -> int:  # noqa: ARG002 - admits all
        return 1_000_000

    def sessions(
        self,
        where: Filter,  # noqa: ARG002 - admits all
        _now_ns: int,
        *,
        limit: int,
        offset: int,
    ) -> list[Session]:
        self._many.largest_page = max(self._many.largest_page, limit)
        return [make_session(f"s{n}", title=f"Session {n}") for n in range(offset, offset + limit)]


async def test_a_million_sessions_are_read_in_pages() -> None:
    """The end of a million rows is one page away, and no reading asks for more than a page."""
    source = ManySessions()
    async with running(source) as pilot:
        assert "1 000 000" in text_of(pilot)
        await press(pilot, "G")
        assert "Session 999999" in text_of(pilot)
        await press(pilot, "g", "g")
        assert "Session 0" in text_of(pilot)
    assert source.largest_page < 300


async def test_the_empty_state_says_what_listens_and_what_to_paste() -> None:
    """Before the first event every line needed to connect is there, with the port that listens."""
    listening = RecorderState(doors=("127.0.0.1:14317", "127.0.0.1:14318"))
    async with running(FakeSource(recorder=listening)) as pilot:
        shown = text_of(pilot)
    assert "127.0.0.1:14317 and 127.0.0.1:14318" in shown
    for setting in (
        "CLAUDE_CODE_ENABLE_TELEMETRY=1",
        "OTEL_LOGS_EXPORTER=otlp",
        "OTEL_METRICS_EXPORTER=otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14318",
        "OTEL_LOGS_EXPORT_INTERVAL=500",
        "OTEL_LOG_USER_PROMPTS=1",
        "OTEL_LOG_TOOL_DETAILS=1",
    ):
        assert f"export {setting}" in shown
    assert "sessionscope demo" in shown


async def test_the_empty_state_gives_way_to_the_first_session() -> None:
    """The list appears when something has arrived, and takes the keys."""
    source = FakeSource()
    async with running(source) as pilot:
        assert "No session yet" in text_of(pilot)
        source.sessions.append(make_session())
        await store_changed(pilot)
        assert "No session yet" not in text_of(pilot)
        assert "Fix double charge" in text_of(pilot)
        await press(pilot, "enter")
        assert isinstance(screen_of(pilot), SessionScreen)


async def test_not_receiving_says_why() -> None:
    """A screen without a recorder does not look like one that is merely quiet."""
    off = RecorderState(reason="no recorder is running")
    async with running(FakeSource(sessions=[make_session()], recorder=off)) as pilot:
        assert "○ not receiving: no recorder is running" in lines_of(pilot)[0]


async def test_the_preview_shows_what_the_highlighted_session_did_last() -> None:
    """A tall screen shows state, cost and the last events of the highlighted session."""
    async with running(sample_source(), size=(160, 45)) as pilot:
        shown = text_of(pilot)
        assert "waits 42 s for you" in shown
        assert "psql -h prod-ledger" in shown
        await press(pilot, "j")
        assert "psql" not in text_of(pilot)


async def test_a_short_screen_previews_one_line() -> None:
    """At 80×24 the preview is the sentence about the state."""
    async with running(sample_source()) as pilot:
        assert "waits 42 s for you" in lines_of(pilot)[-2]


async def test_a_store_that_cannot_be_read_is_a_notice_and_not_an_end() -> None:
    """A failing read says so once, keeps what is shown, and the next one goes on."""
    source = sample_source()
    async with running(source) as pilot:
        source.failure = StoreBusy("the disk is [/full]")
        await store_changed(pilot)
        await store_changed(pilot)
        assert "the disk is [/full]" in text_of(pilot)
        assert len(pilot.app._notifications) == 1  # noqa: SLF001 - Textual tells in no other way
        assert "Fix double charge" in text_of(pilot)
        source.failure = None
        source.sessions.insert(0, make_session("s0", title="After the failure"))
        await store_changed(pilot)
        assert "After the failure" in text_of(pilot)


async def test_ages_grow_and_only_what_changed_is_painted_anew() -> None:
    """Once a second the rows whose text is another are repainted, and no others."""
    now = [NOW]
    old = make_session("old", title="Old", last_event_at=NOW - 7_200 * SECOND)
    source = FakeSource(sessions=[make_session(), old])
    async with running(source, clock=lambda: now[0]) as pilot:
        rows = session_list(pilot)
        painted: list[int] = []

        def record(y: int) -> None:
            painted.append(y)

        rows.refresh_line = record  # type: ignore[method-assign]
        rows.repaint_changed()
        assert painted == []
        now[0] += SECOND
        rows.repaint_changed()
        assert painted == [0]


async def test_reading_happens_outside_of_the_thread_of_the_screen() -> None:
    """The thread that paints never opens the store."""
    source = sample_source()
    async with running(source) as pilot:
        await press(pilot, "j", "enter", "escape")
    assert threading.get_ident() not in source.threads

"""The Session screen: the transcript, how it folds and follows, its requests and raw records."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from store.domain import RawRecord, Request
from tests.tui.driving import lines_of, press, running, screen_of, settle, store_changed, text_of
from tests.tui.factories import NOW, make_request, make_tool_call, make_turn
from tests.tui.fakes import FakeSource
from tests.tui.samples import sample_source
from tui.screens.records import RecordsScreen
from tui.screens.session import SessionScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.text import TextScreen
from tui.widgets.table import Table
from tui.widgets.text_view import TextView
from tui.widgets.transcript import Transcript


@asynccontextmanager
async def session_open(
    source: FakeSource | None = None, *, size: tuple[int, int] = (160, 45)
) -> AsyncIterator[Pilot[None]]:
    """Run the application with the first session open."""
    async with running(source or sample_source(), size=size) as pilot:
        await press(pilot, "enter")
        assert isinstance(screen_of(pilot), SessionScreen)
        yield pilot


def transcript(pilot: Pilot[None]) -> Transcript:
    """Return the transcript."""
    return pilot.app.screen.query_one(Transcript)


def detail_text(pilot: Pilot[None]) -> str:
    """Return the text of the detail pane."""
    return "\n".join(line.text for line in pilot.app.screen.query_one(TextView).lines)


async def test_the_header_says_who_what_and_how_much() -> None:
    """Agent, model, user, mode, state, cost, tokens by class, counts and signals are in view."""
    async with session_open() as pilot:
        header = "\n".join(lines_of(pilot)[:5])
    for words in (
        "Sessions ▸ Fix double charge on retry",
        "claude-code 2.1.330 · opus-5.5 · ana · mode default",
        "◐ waits 42 s for you",
        "$3.84 · 3.5 M tokens",
        "read 72 %",
        "4 turns · 5 requests · 61 tool calls",
        "✗ 2",
        "spans – none arrived",
    ):
        assert words in header


TOLD = (
    '▾ Turn 1 "Why is a customer charged twice when a call times out?⏎Start',
    "request opus-5.5 10 in · 16.9 k read · 8.9 k write · 233 out",
    '"I\'ll look at the retry path first."',
    "✓ config Read src/retry.py",
    "⤷ agent ▸ Explore 1 tool call",
    "✓ you:always ⌁ ledger.balance account: 4711",
    "✗ you Bash git push --force origin main",
    "failed 4.1 s",
    "mode default → acceptEdits shift_tab",
    "✖ request opus-5.5 529 error overloaded_error",
    "▾ Turn 3 /compact",
    "▾ Turn 4 ▒ prompt withheld, 61 characters",
    "▒ reply withheld, 233 characters",
    "? unknown Bash ▒ details not sent",
    "running…",
)


async def test_the_transcript_tells_what_happened() -> None:
    """Turns, requests, texts, decisions, outcomes, changes of mode and errors each have a row."""
    async with session_open() as pilot:
        shown = " ".join(text_of(pilot).split())
    assert [words for words in TOLD if words not in shown] == []


async def test_what_is_outside_of_turns_can_be_unfolded() -> None:
    """Start-up is folded away, and there when asked for."""
    async with session_open() as pilot:
        assert "ledger connected" not in text_of(pilot)
        await press(pilot, "g", "g", "enter")
        shown = text_of(pilot)
        assert "ledger connected" in shown
        assert "calendar failed  http  ECONNREFUSED" in shown
        assert "plugin.name=agents-md" in shown
        await press(pilot, "enter")
        assert "ledger connected" not in text_of(pilot)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (["g", "g", "j", "l"], "request:req_010"),
        (["g", "g", "j", "l", "h"], "turn:turn-1"),
        (["g", "g", "j", "h", "j"], "turn:turn-2"),
        (["g", "g", "j", "h", "l", "l"], "request:req_010"),
        (["z"], "turn:turn-4"),
        (["z", "k"], "turn:turn-3"),
    ],
)
async def test_keys_fold_and_unfold(keys: Sequence[str], key: str) -> None:
    """Left folds or goes to the parent, right unfolds or goes in, z folds all turns."""
    async with session_open() as pilot:
        await press(pilot, *keys)
        assert transcript(pilot).highlighted_key == key


async def test_a_sub_agent_unfolds_to_what_it_did() -> None:
    """What a sub-agent did is one row until it is asked for."""
    async with session_open() as pilot:
        assert "Grep" not in text_of(pilot)
        transcript(pilot).go_to_key("turn:turn-1/agent:a1")
        await press(pilot, "l")
        assert "pattern: charge(" in text_of(pilot)


async def test_a_live_session_is_followed_until_one_scrolls() -> None:
    """At the end new events move the highlight; after any movement they are counted instead."""
    source = sample_source()
    async with session_open(source) as pilot:
        assert "following ↓" in text_of(pilot)
        add_tool_call(source, "toolu_8")
        await store_changed(pilot)
        assert transcript(pilot).highlighted_key == "tool:toolu_8"
        await press(pilot, "k")
        assert "following" not in text_of(pilot)
        add_tool_call(source, "toolu_9")
        await store_changed(pilot)
        assert transcript(pilot).highlighted_key == "tool:toolu_6"
        assert "1 new ↓" in text_of(pilot)
        await press(pilot, "f")
        assert "following ↓" in text_of(pilot)
        assert transcript(pilot).highlighted_key == "tool:toolu_9"


async def test_reaching_the_end_clears_the_count_of_new_events() -> None:
    """What one has gone to is not new any more."""
    source = sample_source()
    async with session_open(source) as pilot:
        await press(pilot, "k")
        add_tool_call(source, "toolu_8")
        await store_changed(pilot)
        assert "1 new" in text_of(pilot)
        await press(pilot, "G")
        assert "new ↓" not in text_of(pilot)


async def test_a_new_turn_is_unfolded_and_folded_ones_stay_folded() -> None:
    """What arrives is shown; what a person folded away is not brought back."""
    source = sample_source()
    async with session_open(source) as pilot:
        await press(pilot, "z")
        source.turns["s1"].append(make_turn(5, prompt="And now the tests"))
        source.nodes["s1", "turn-5"] = [make_tool_call("toolu_8", command="make test")]
        change_session(source, turns=5)
        await store_changed(pilot)
        shown = text_of(pilot)
        assert "▾ Turn 5" in shown
        assert "make test" in shown
        assert "▸ Turn 2" in shown


async def test_following_reads_no_more_than_what_changes() -> None:
    """A quiet store is not read again and again because the screen stands at its end."""
    source = sample_source()
    async with session_open(source) as pilot:
        before = source.openings
        await settle(pilot)
        await press(pilot, "f", "f")
        assert source.openings - before <= 1


async def test_the_detail_pane_shows_the_highlighted_node() -> None:
    """Who decided, for how long, in which mode, how long it waited and what became of it."""
    async with session_open() as pilot:
        transcript(pilot).go_to_key("tool:toolu_4")
        await settle(pilot)
        shown = detail_text(pilot)
    for words in (
        "pytest -x tests/test_retry.py",
        "accepted by user, once (user_temporary)",
        "3.2 s",
        "ShellError Shell command failed",
        "toolu_4",
    ):
        assert words in shown


async def test_enter_on_a_leaf_opens_it_in_full() -> None:
    """A long text has the whole screen; escape comes back to the same row."""
    source = sample_source()
    request = make_request("req_long", response="\n".join(f"line {n}" for n in range(100)), at=NOW)
    source.nodes["s1", "turn-4"].append(request)
    async with session_open(source, size=(80, 24)) as pilot:
        await press(pilot, "enter")
        assert isinstance(screen_of(pilot), TextScreen)
        assert "line 3" in text_of(pilot)
        await press(pilot, "G")
        assert "req_long" in text_of(pilot)
        await press(pilot, "g")
        assert "line 3" in text_of(pilot)
        await press(pilot, "pagedown", "j", "k", "escape")
        assert transcript(pilot).highlighted_key == "request:req_long/reply"


async def test_raw_records_are_put_into_words_by_what_was_injected() -> None:
    """``r`` shows every record behind the row, in the words of the function given to the app."""
    source = sample_source()
    record = RawRecord(
        record_id=7,
        signal="logs",
        name="tool_decision",
        time_unix_nano=NOW,
        received_unix_nano=NOW,
        resource_wire=b"",
        scope_wire=b"",
        wire=b"decision: accept\nfrom \x1b[31m the wire",
        resource_schema_url="",
        scope_schema_url="",
    )
    source.records["tool:toolu_6"] = [record, replace(record, record_id=8)]
    async with session_open(source) as pilot:
        await press(pilot, "r")
        assert isinstance(screen_of(pilot), RecordsScreen)
        shown = text_of(pilot)
        assert "2 records behind tool:toolu_6" in shown
        assert "from ␛[31m the wire" in shown
        await press(pilot, "escape")
        assert isinstance(screen_of(pilot), SessionScreen)


async def test_a_row_without_records_of_its_own_says_so() -> None:
    """A sub-agent is made of other rows; asking for its records is answered."""
    async with session_open() as pilot:
        transcript(pilot).go_to_key("turn:turn-1/agent:a1")
        await press(pilot, "r")
        assert "no records of its own" in text_of(pilot)


async def test_requests_have_a_row_each_with_tokens_and_cost() -> None:
    """The second view lists requests; ``tab`` goes there and back."""
    async with session_open() as pilot:
        await press(pilot, "tab")
        rows = lines_of(pilot)[5:11]
        assert "WRITE 5m/1h" in rows[0]
        assert "$0.0156" in rows[1]
        assert "⤷ Explore" in rows[2]
        assert "8.9 k/–" in rows[3]
        assert "529 error" in rows[4]
        assert "– " in rows[4]
        table: Table[Request] = pilot.app.screen.query_one(Table)
        assert table.rows.highlighted_key == "request:req_013"
        await press(pilot, "tab")
        assert transcript(pilot).has_focus


@pytest.mark.parametrize(
    ("keys", "detail"), [([], "psql -h prod-ledger"), (["tab"], "request  ok")]
)
async def test_at_80_by_24_list_and_detail_fit(keys: Sequence[str], detail: str) -> None:
    """Header, list, details and keys all have their place on the smallest designed size."""
    async with session_open(size=(80, 24)) as pilot:
        await press(pilot, *keys)
        lines = lines_of(pilot)
    assert len(lines) == 24
    assert "Transcript" in lines[4]
    assert lines[-1].startswith(" enter open   f follow   tab view   r raw   esc back")
    assert any(detail in line for line in lines[16:])


async def test_escape_and_1_lead_back_to_the_sessions() -> None:
    """There are two ways home."""
    async with session_open() as pilot:
        await press(pilot, "escape")
        assert isinstance(screen_of(pilot), SessionsScreen)
        await press(pilot, "enter", "question_mark", "1")
        assert isinstance(screen_of(pilot), SessionsScreen)


async def test_a_session_that_was_idle_is_shown_from_its_beginning() -> None:
    """What is over is read from the start, not followed."""
    source = sample_source()
    async with running(source) as pilot:
        await press(pilot, "G", "enter")
        assert "following" not in text_of(pilot)


def add_tool_call(source: FakeSource, tool_call_id: str) -> None:
    """Let the session of the sample make another tool call."""
    source.nodes["s1", "turn-4"].append(make_tool_call(tool_call_id, at=NOW))
    change_session(source, tool_calls=source.sessions[0].tool_calls + 1)


def change_session(source: FakeSource, **changes: int) -> None:
    """Change the totals of the first session."""
    source.sessions[0] = replace(source.sessions[0], **changes)  # type: ignore[arg-type]

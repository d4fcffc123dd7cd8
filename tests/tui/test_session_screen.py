"""The Session screen: the transcript, how it folds and follows, its requests and raw records."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from store.domain import RawRecord
from store.queries.outputs import ToolText
from tests.tui.driving import (
    lines_of,
    press,
    running,
    screen_of,
    session_open,
    settle,
    text_of,
    transcript,
)
from tests.tui.factories import NOW, make_request
from tests.tui.samples import sample_source
from tui.screens.records import RecordsScreen
from tui.screens.session import SessionScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.text import TextScreen
from tui.widgets.requests import RequestsTable
from tui.widgets.text_view import TextView


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
    "mode default → acceptEdits shift+tab",
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


async def test_the_detail_pane_shows_the_highlighted_node() -> None:
    """Who decided, for how long, in which mode, how long it waited and what became of it."""
    async with session_open() as pilot:
        await press(pilot, "f")
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
    """The second view lists requests; ``tab`` goes there, ``shift+tab`` back."""
    async with session_open() as pilot:
        await press(pilot, "tab")
        lines = lines_of(pilot)
        (heading,) = [n for n, line in enumerate(lines) if "WRITE 5m/1h" in line]
        rows = lines[heading:]
        assert "$0.0156" in rows[1]
        assert "⤷ Explore" in rows[2]
        assert "8.9 k/–" in rows[3]
        assert "529 error" in rows[4]
        assert "– " in rows[4]
        table = pilot.app.screen.query_one(RequestsTable)
        assert table.rows.highlighted_key == "request:req_013"
        await press(pilot, "shift+tab")
        assert transcript(pilot).has_focus


@pytest.mark.parametrize(
    ("keys", "own_keys", "detail"),
    [([], "p ledger", "psql -h prod-ledger"), (["tab"], "o sort   g fold", "request  ok")],
)
async def test_at_80_by_24_list_and_detail_fit(
    keys: Sequence[str], own_keys: str, detail: str
) -> None:
    """Header, list, details and keys all have their place on the smallest designed size."""
    async with session_open(size=(80, 24)) as pilot:
        await press(pilot, *keys)
        lines = lines_of(pilot)
    assert len(lines) == 24
    assert "Transcript" in lines[6]
    assert lines[-1].startswith(
        f" enter open   f follow   tab view   {own_keys}   r raw   esc back   ? help"
    )
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


async def test_each_view_shows_the_session_from_another_side() -> None:
    """Permissions, MCP servers and raw records, each with the highlighted row in full."""
    async with session_open() as pilot:
        await press(pilot, "tab", "tab")
        shown = " ".join(text_of(pilot).split())
        assert "▾ Permissions" in shown
        assert "✗ you Bash git push --force origin main default 3.2 s not run" in shown
        await press(pilot, "tab")
        assert "balance  11 calls" in detail_text(pilot)
        await press(pilot, "tab")
        await press(pilot, "k")
        assert "tool_decision" in detail_text(pilot)
        await press(pilot, "j", "r")
        assert "no records of its own" in text_of(pilot)
        await press(pilot, "tab")
        assert transcript(pilot).has_focus


async def test_an_event_of_the_list_is_put_into_words() -> None:
    """The record itself is read when its row is highlighted."""
    source = sample_source()
    record = RawRecord(7, "logs", "tool_decision", NOW, NOW, b"", b"", b"from the wire")
    source.records["tool:toolu_6"] = [record]
    async with session_open(source) as pilot:
        await press(pilot, "shift+tab", "k")
        assert "from the wire" in detail_text(pilot)


async def test_the_header_says_what_arrived_and_what_did_not() -> None:
    """Signals, gaps, withheld content, the metrics' difference, and what is not itemised."""
    async with session_open() as pilot:
        header = "\n".join(lines_of(pilot)[1:7])
    for words in (
        "logs ✓ metrics ✓ spans – · 300 events ◌ 4 missing · ▒ tool output withheld",
        "metrics tell $0.04 more · 1 name unknown to this version",
        "not itemised: 1.2 k tokens, $0.04 of opus-5.5 · ↻ loop 3 · tools failed 1 of 61",
    ):
        assert words in header


async def test_the_help_of_a_session_explains_its_blanks() -> None:
    """Why nothing tells what is missing, before the keys and the marks."""
    async with session_open() as pilot:
        await press(pilot, "question_mark")
        shown = text_of(pilot)
    for words in (
        "State: waiting, a permission hook runs.",
        "No spans arrived: only they tell how long a decision took.",
        "4 events missing after 2026-11-22",
        "2 records came again and changed nothing.",
        "The same call three times in a row.",
    ):
        assert words in shown


async def test_the_output_of_a_call_is_read_when_it_is_highlighted() -> None:
    """What a tool gave back stands in the detail, also over the whole screen."""
    source = sample_source()
    source.outputs["toolu_6"] = ToolText("UPDATE 14", None, None)
    async with session_open(source) as pilot:
        assert "UPDATE 14" in detail_text(pilot)
        await press(pilot, "enter")
        assert "UPDATE 14" in text_of(pilot)

"""The transcript on the screen: how it folds, and how it follows what happens."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.tui.driving import (
    press,
    session_open,
    settle,
    store_changed,
    text_of,
    transcript,
)
from tests.tui.factories import NOW, make_tool_call, make_turn
from tests.tui.fakes import FakeSource
from tests.tui.samples import sample_source


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


def add_tool_call(source: FakeSource, tool_call_id: str) -> None:
    """Let the session of the sample make another tool call."""
    source.nodes["s1", "turn-4"].append(make_tool_call(tool_call_id, at=NOW))
    change_session(source, tool_calls=(source.sessions[0].tool_calls or 0) + 1)


def change_session(source: FakeSource, **changes: int) -> None:
    """Change the totals of the first session."""
    source.sessions[0] = replace(source.sessions[0], **changes)  # type: ignore[arg-type]

"""The screens over all sessions: Permissions, MCP, Trouble; and the way from each to the other."""

from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from tests.tui.driving import (
    filter_by,
    lines_of,
    press,
    running,
    screen_of,
    session_open,
    text_of,
    transcript,
)
from tests.tui.samples import sample_source
from tui.present.ledger_row import quoted
from tui.screens.mcp import McpScreen
from tui.screens.permission_groups import PermissionGroupsScreen
from tui.screens.permissions import PermissionsScreen
from tui.screens.records import RecordsScreen
from tui.screens.session import SessionScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.trouble import TroubleScreen
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

WIDE = (200, 50)


def _detail(pilot: Pilot[None]) -> str:
    return "\n".join(line.text for line in screen_of(pilot).query_one(TextView).lines)


def _where(pilot: Pilot[None]) -> str:
    screen = screen_of(pilot)
    assert isinstance(screen, PermissionsScreen | PermissionGroupsScreen)
    return screen.filter_bar.text


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        ("1", SessionsScreen),
        ("2", SessionScreen),
        ("3", PermissionsScreen),
        ("4", McpScreen),
        ("6", TroubleScreen),
    ],
)
@pytest.mark.parametrize("before", [[], ["6", "enter", "question_mark"]])
async def test_a_number_leads_to_its_screen_from_anywhere(
    before: Sequence[str], key: str, screen: type
) -> None:
    """Whatever was open, and escape leads back to the sessions."""
    async with running(sample_source()) as pilot:
        await press(pilot, *before, key)
        assert isinstance(screen_of(pilot), screen)
        await press(pilot, "escape")
        assert isinstance(screen_of(pilot), SessionsScreen)


async def test_2_leads_to_the_session_that_was_open_last() -> None:
    """Not to the one that is highlighted now."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "enter", "1", "j", "2")
        assert "Sessions ▸ Fix double charge on retry" in lines_of(pilot)[0]


async def test_the_ledger_begins_with_a_line_of_truth() -> None:
    """How many were asked, refused and let through unseen; that no rule is known is said."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3")
        truth = lines_of(pilot)[2]
    for words in (
        "9 calls · 2 asked a person (22 %) · 1 refused · 1 in a permissive mode",
        "1 aborted · 1 unknown",
        "configuration never says which rule",
    ):
        assert words in truth


async def test_each_call_of_the_ledger_says_who_what_and_how_it_ended() -> None:
    """Decision, tool, command, mode, wait and outcome, the newest first."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3")
        rows = [" ".join(line.split()) for line in lines_of(pilot)[4:14]]
    assert rows[0].startswith("▎✓ you Bash psql -h prod-ledger")
    assert "✗ you Bash git push --force origin main default 3.2 s not run" in rows[3]
    assert "✓ you:always ⌁ ledger.… account: 4711 default 3.2 s ok 48 ms" in rows[4]


async def test_a_filter_narrows_the_ledger_and_escape_widens_it_again() -> None:
    """The line of truth is that of the rows that are shown."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3")
        await filter_by(pilot, "tool:Edit")
        assert lines_of(pilot)[2].split()[:2] == ["1", "call"]
        await press(pilot, "escape")
        assert lines_of(pilot)[2].split()[:2] == ["9", "calls"]


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (["3", "j", "j", "j", "enter"], "tool:toolu_3"),
        (["6", "enter"], "tool:toolu_7"),
        (["6", "j", "enter"], "tool:toolu_4"),
    ],
)
async def test_enter_opens_the_session_at_that_row(keys: Sequence[str], key: str) -> None:
    """The turn, and the sub-agent if it was one, are unfolded, and the row is highlighted."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, *keys)
        assert isinstance(screen_of(pilot), SessionScreen)
        assert transcript(pilot).highlighted_key == key


async def test_p_on_a_call_shows_those_of_its_tool_everywhere() -> None:
    """From a transcript to the ledger, filtered; on what is no call it says so."""
    async with session_open() as pilot:
        await press(pilot, "p")
        assert _where(pilot) == 'tool:="Bash"'
        await press(pilot, "escape", "escape", "2", "g", "g", "p")
        assert isinstance(screen_of(pilot), SessionScreen)
        assert "no tool call" in text_of(pilot)


@pytest.mark.parametrize(
    ("key", "name", "where"),
    [("t", "tool", 'tool:="Bash"'), ("c", "command", '"Bash"'), ("u", "user", 'user:="Bash"')],
)
async def test_g_and_a_letter_group_the_ledger(key: str, name: str, where: str) -> None:
    """The bottom line says which letters there are; enter shows the calls of a group."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3", "g")
        assert "t group by tool" in lines_of(pilot)[-1]
        await press(pilot, key)
        assert isinstance(screen_of(pilot), PermissionGroupsScreen)
        assert f"Permissions ▸ by {name}" in lines_of(pilot)[0]
        screen = screen_of(pilot)
        assert isinstance(screen, PermissionGroupsScreen)
        screen.table.rows.go_to_key("Bash")
        assert f"{name} Bash" in text_of(pilot)
        await press(pilot, "enter")
        assert _where(pilot) == where


async def test_a_group_of_the_unknown_has_no_filter() -> None:
    """Asked for its calls, it says so; asked for its records, too."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3", "g", "r", "g", "g", "enter", "r")
        assert isinstance(screen_of(pilot), PermissionGroupsScreen)
        assert "No filter admits what is not known." in text_of(pilot)
        assert "no records of its own" in text_of(pilot)


async def test_g_twice_is_still_the_first_row() -> None:
    """And any other key after it means what it always means."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "3", "G", "g", "g")
        rows = screen_of(pilot).query_one(Table).rows
        assert rows.highlight == 0
        await press(pilot, "g", "j")
        assert rows.highlight == 1
        assert "g group" in lines_of(pilot)[-1]


async def test_a_server_has_its_connections_tools_and_errors() -> None:
    """In a row, and in full beside it; one whose name is withheld is shown as such."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "4")
        shown = " ".join(text_of(pilot).split())
        assert "2 servers · 12 calls · 1 refused · 1 server with failures" in shown
        assert "⌁ ledger ✓ 2 · 1 12 11 1 0 48 ms 210 ms" in shown
        assert "balance  11 calls" in _detail(pilot)
        assert "✓ connected  152 ms" in _detail(pilot)
        await press(pilot, "j")
        assert "▒ plugin, dynamic, http" in _detail(pilot)
        assert "✖ failed  152 ms  ECONNREFUSED" in _detail(pilot)
        await press(pilot, "enter")
        assert _where(pilot) == 'mcp:="~plugin:dynamic:http"'
        await press(pilot, "escape", "escape", "4", "g", "g", "enter")
        assert _where(pilot) == 'mcp:="ledger"'


@pytest.mark.parametrize("key", ["3", "4", "6"])
async def test_r_shows_the_records_behind_a_row(key: str) -> None:
    """On every screen; escape comes back."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, key, "r")
        assert isinstance(screen_of(pilot), RecordsScreen)
        await press(pilot, "escape")
        assert not isinstance(screen_of(pilot), RecordsScreen)


async def test_trouble_says_what_kind_it_is() -> None:
    """Each kind has its words, and a sentence on what it means."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, "6")
        shown = text_of(pilot)
        for words in ("11 troubles", "✖ API error", "↻ loop", "◌ gap", "✗ hook blocked"):
            assert words in shown
        assert "A request to the model failed for good." in _detail(pilot)


@pytest.mark.parametrize(
    ("keys", "nothing"),
    [("3", "No tool call matches."), ("4", "No MCP server matches."), ("6", "Nothing went wrong")],
)
async def test_what_matches_nothing_says_so(keys: str, nothing: str) -> None:
    """An empty list is said to be one."""
    async with running(sample_source(), size=WIDE) as pilot:
        await press(pilot, keys)
        await filter_by(pilot, "zzz")
        assert nothing in text_of(pilot)


@pytest.mark.parametrize(("text", "value"), [('a"b', '"a\\"b"'), ("a\\b", '"a\\\\b"')])
def test_values_are_quoted_for_the_filter(text: str, value: str) -> None:
    """A command with quotes can be filtered by."""
    assert quoted(text) == value

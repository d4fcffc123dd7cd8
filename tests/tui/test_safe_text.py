"""The gate between telemetry and the terminal."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.safe_text import cut, one_line, safe_text

HOSTILE = (
    "\x1b\x07\x9b\x9d\x00\x7f\u202e\u2066\u200b\u200d\ufe0f\ufeff\ud800\U000e0041[];@mJ/c\n\ta"
)
hostile_text = st.text(alphabet=st.one_of(st.sampled_from(HOSTILE), st.characters(codec=None)))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b]52;c;cHduZWQ=\x07", "␛]52;c;cHduZWQ=␇"),
        ("\x00\x0d\x1f\x7f", "␀␍␟␡"),
        ("\x80\x9b31m\x9f", "\\x80\\x9b31m\\x9f"),
        ("rm \u202egpj.exe", "rm \\u202egpj.exe"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "a\\u200bb\\u2060c\\ufeffd\\u00ade"),
        ("line\u2028para\u2029", "line\\u2028para\\u2029"),
        ("\u2066isolate\u2069", "\\u2066isolate\\u2069"),
        ("\ufff9note\ufffa\ufffb", "\\ufff9note\\ufffa\\ufffb"),
        ("flag\U000e0067\U000e007f", "flag\\U000e0067\\U000e007f"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("👩\u200d🚀 and ⚠\ufe0f and 1\ufe0f\u20e3", "👩\u200d🚀 and ⚠\ufe0f and 1\ufe0f\u20e3"),
        ("👍🏽 🏳\ufe0f\u200d🌈", "👍🏽 🏳\ufe0f\u200d🌈"),
        ("a\u200db and x\ufe0f", "a\\u200db and x\\ufe0f"),
        ("🚀\u200d\u200d🚀", "🚀\\u200d\\u200d🚀"),
        ("[bold]not markup[/wrong]", "[bold]not markup[/wrong]"),
        ("日本語 ümlaut עברית", "日本語 ümlaut עברית"),
    ],
)
def test_each_dangerous_character_is_made_visible(raw: str, shown: str) -> None:
    """Controls become pictures, invisible characters escapes, and ordinary text stays as it is."""
    assert safe_text(raw) == shown


@given(hostile_text)
def test_nothing_that_acts_on_a_terminal_passes(raw: str) -> None:
    """The result holds no control, format, separator or surrogate character but newline and tab."""
    shown = safe_text(raw)
    left = {c for c in shown if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"}}
    assert left <= {"\n", "\t"}
    assert not re.search(
        "[\u061c\u200b-\u200c\u200e-\u200f\u202a-\u202e\u2060-\u206f\ufeff]", shown
    )
    shown.encode()


@given(hostile_text)
def test_the_gate_is_idempotent(raw: str) -> None:
    """What has passed once passes again unchanged, so the gate may stand at more than one place."""
    assert safe_text(safe_text(raw)) == safe_text(raw)
    assert one_line(one_line(raw, 12), 12) == one_line(raw, 12)


@given(hostile_text, st.integers(0, 40))
def test_one_line_is_one_line_and_fits(raw: str, width: int) -> None:
    """However wide its characters, a line takes no more than its cells and holds no line break."""
    shown = one_line(raw, width)
    assert cell_len(shown) <= width
    assert not set("\n\t\r") & set(shown)


@given(hostile_text, st.integers(1, 40))
def test_what_is_cut_says_so(raw: str, width: int) -> None:
    """A line either holds the whole text or ends in an ellipsis."""
    whole = one_line(raw)
    shown = one_line(raw, width)
    assert shown == whole or shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("exactly", 7, "exactly"),
        ("exactly", 6, "exact…"),
        ("exactly", 1, "…"),
        ("exactly", 0, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("a👩\u200d🚀b", 3, "a…"),
    ],
)
def test_a_cut_never_splits_a_character(text: str, width: int, shown: str) -> None:
    """Wide characters and joined emoji are kept whole or left out."""
    assert cut(text, width) == shown


def test_newlines_and_tabs_are_shown_in_one_line() -> None:
    """A prompt of several lines stays one row of a list."""
    assert one_line("first\nsecond\tthird") == "first⏎second third"


def test_a_flood_of_combining_marks_is_cut() -> None:
    """A megabyte of marks without width does not reach the terminal because it measures nothing."""
    assert len(one_line("a" + "\u0301" * 1_000_000, 10)) <= 10 * 8 + 1

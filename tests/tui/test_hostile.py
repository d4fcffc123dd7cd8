"""Telemetry is hostile input: it is shown, and does nothing."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreBusy
from tests.tui.driving import press, running, screen_of, settle, store_changed, text_of
from tests.tui.hostile import HOSTILE, hostile_source
from tui.present.lines import Line, Span, spread, wrap
from tui.safe_text import pictured, safe_text
from tui.screens.session import SessionScreen
from tui.widgets.transcript import Transcript

SCREENS: tuple[Sequence[str], ...] = (
    [],
    ["enter"],
    ["enter", "tab"],
    ["enter", "tab", "g", "m", "enter"],
    ["enter", "tab", "g", "s", "o"],
    ["enter", "enter"],
    ["enter", "g", "g", "enter", "j"],
    ["enter", "r"],
    ["enter", "p"],
    ["3", "g", "t", "enter"],
    ["4", "enter"],
    ["enter", "tab", "tab"],
    ["enter", "tab", "tab", "tab"],
    ["enter", "shift+tab"],
    ["enter", "question_mark"],
    ["3"],
    ["3", "g", "c"],
    ["3", "enter"],
    ["4"],
    ["6"],
    ["colon"],
    ["slash"],
)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
@pytest.mark.parametrize("keys", SCREENS, ids=" ".join)
async def test_no_screen_lets_a_control_character_through(
    keys: Sequence[str], size: tuple[int, int]
) -> None:
    """With hostile text in every field, what is painted is text; markup is not obeyed."""
    async with running(hostile_source(), size=size) as pilot:
        await press(pilot, *keys)
        shown = text_of(pilot).replace("\n", "")
        assert {
            c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        } == set()
        assert pilot.app.is_running


async def test_every_row_of_a_hostile_transcript_can_be_stood_on() -> None:
    """No node's details crash the screen or act on it."""
    async with running(hostile_source(), size=(160, 45)) as pilot:
        await press(pilot, "enter", "g", "g", "enter")
        rows = screen_of(pilot).query_one(Transcript)
        for _ in range(rows.total):
            rows.action_move(1)
            await pilot.pause()
        assert isinstance(screen_of(pilot), SessionScreen)
        assert "[@click=app.quit()]" in text_of(pilot)


async def test_an_error_with_markup_is_a_notice_as_it_is() -> None:
    """What a store says when it fails is shown literally too."""
    source = hostile_source()
    async with running(source) as pilot:
        source.failure = StoreBusy(HOSTILE)
        await store_changed(pilot)
        await settle(pilot)
        assert "␛]52;c;cHduZWQ=␇" in text_of(pilot)
        assert "\x1b" not in text_of(pilot)


async def test_s24_what_is_copied_is_safe_and_of_limited_size() -> None:
    """The clipboard gets pictures of controls, and not a megabyte."""
    async with running(hostile_source()) as pilot:
        pilot.app.copy_to_clipboard(HOSTILE)
        assert pilot.app.clipboard == safe_text(HOSTILE)
        pilot.app.copy_to_clipboard("x" * 1_000_000)
        assert len(pilot.app.clipboard) <= 100_000


@given(st.text(st.sampled_from([*HOSTILE, *"日👩é"])))
def test_s20_pictures_keep_every_place(text: str) -> None:
    """Where a text is edited each character has one that can be seen in its place."""
    shown = pictured(text)
    assert len(shown) == len(text)
    assert safe_text(shown) == shown
    assert not {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}}


hostile_text = st.text(st.sampled_from([*HOSTILE, "日", "👩", "\u200d", "🚀", "\u0301", "\ufe0f"]))


@given(hostile_text, hostile_text, st.integers(0, 60))
def test_a_line_fits_and_is_clean_whatever_it_is_made_of(left: str, right: str, width: int) -> None:
    """Fitting, filling and spreading never exceed the width nor undo the gate."""
    line = spread(Line.of(left, Span(right)), Line.of(right), width)
    assert line.width <= width
    assert Line.of(left, right).pad(width).width == width
    assert not {c for c in line.text if unicodedata.category(c) in {"Cc", "Cs"}}


@pytest.mark.parametrize("piece", ["x", "é", "漢", "e\u0301"])
def test_a_very_long_paragraph_is_wrapped_piece_by_piece(piece: str) -> None:
    """A megabyte without a blank becomes lines without measuring its rest for each of them."""
    text = piece * (1_000_000 // len(piece.encode()))
    lines = wrap(text, 100)
    assert "".join(span.text for line in lines for span in line.spans) == safe_text(text)
    assert all(line.width <= 100 for line in lines)


@given(hostile_text, st.integers(1, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    """The lines of a wrapped text fit, and hold all of it but the blanks it was broken at."""
    lines = wrap(text, width)
    assert all(line.width <= max(width, 2) for line in lines)
    shown = "".join(line.text for line in lines)
    assert shown.replace(" ", "") == "".join(Span(text).text.replace("⏎", "").split(" "))

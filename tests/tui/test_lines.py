"""Lines, columns and bars: what fits, and how it is cut."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain import (
    TokenUsage,
)
from tests.tui.factories import (
    NOW,
    make_request,
    make_session,
)
from tui.marks import ASCII, UNICODE
from tui.present import request_row, session_row
from tui.present.bars import bar, legend, token_parts
from tui.present.columns import Column, arrange, heading, row
from tui.present.lines import Line, Span, spread

COLUMNS = (
    Column("name", "NAME", 6, 1, most=20),
    Column("size", "SIZE", 5, 3, right=True),
    Column("cost", "COST", 5, 2, right=True),
)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (40, "NAME                   SIZE   COST"),
        (22, "NAME       SIZE   COST"),
        (19, "NAME           COST"),
        (6, "NAME  "),
        (3, "NAME  "),
    ],
)
def test_columns_go_by_rank_and_the_first_stretches(width: int, shown: str) -> None:
    """The column of the highest rank goes first; what room is left goes to the lowest."""
    assert heading(arrange(COLUMNS, width)).text == shown


def test_a_cell_too_long_is_cut_and_figures_stand_right() -> None:
    """Nothing runs into the next column, and nothing is cut without saying so."""
    cells = {"name": Line.of("a long name"), "size": Line.of("7"), "cost": Line.of("$0.1")}
    assert row(arrange(COLUMNS, 20), cells).text == "a lon…      7   $0.1"


@given(st.integers(1, 200))
def test_every_row_of_every_table_is_as_wide_as_its_heading(width: int) -> None:
    """Rows and headings line up at any width."""
    tables: tuple[tuple[tuple[Column, ...], Mapping[str, Line]], ...] = (
        (session_row.columns(UNICODE), session_row.cells(make_session(), NOW, UNICODE)),
        (request_row.columns(), request_row.cells(make_request(), 1, UNICODE)),
    )
    for columns, cells in tables:
        placed = arrange(columns, width)
        assert row(placed, cells).width == heading(placed).width
        assert set(cells) == {column.id for column in columns}


amounts = st.one_of(st.none(), st.integers(0, 10**9))
usages = st.builds(
    TokenUsage, input=amounts, cache_read=amounts, cache_write=amounts, output=amounts
)


@given(usages, st.integers(0, 60))
def test_a_bar_is_full_or_absent(usage: TokenUsage, width: int) -> None:
    """A bar fills its cells whenever any token is known, and is blank when none is."""
    assert bar(token_parts(usage, ASCII), width).width == (width if usage.total else 0)


@given(usages)
def test_every_class_that_has_tokens_has_a_cell(usage: TokenUsage) -> None:
    """A small share is not rounded away."""
    shown = bar(token_parts(usage, ASCII), 20).text
    known = (usage.cache_read, usage.cache_write, usage.output, usage.input)
    assert [letter in shown for letter in "rwoi"] == [bool(amount) for amount in known]


def test_a_bar_is_split_by_share() -> None:
    """The parts are proportional."""
    usage = TokenUsage(input=0, cache_read=600, cache_write=300, output=100)
    parts = token_parts(usage, ASCII)
    assert bar(parts, 10).text == "rrrrrrwwwo"
    assert legend(parts).text == "r read 60 %  w write 30 %  o output 10 %"


def test_what_stands_right_is_kept_and_the_left_gives_way() -> None:
    """Figures at the end of a row are never the part that is cut."""
    assert spread(Line.of("a long beginning"), Line.of("$1"), 12).text == "a long …  $1"
    assert Line.of(Span("ab"), Span("cd")).fit(3).text == "ab…"

"""Costs and the cache in words: where a figure comes from is always said, and unknown is not 0."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain import (
    CacheCause,
    CacheLoss,
    Cost,
    CostByClass,
    Difference,
    Provenance,
    RequestCache,
    RequestStatus,
    TokenUsage,
)
from store.queries.contexts import ContextSize
from tests.tui.factories import make_request, make_session
from tui.marks import ASCII, UNICODE
from tui.present.bars import bar, cost_parts
from tui.present.cache_words import cache_cell, cause_sentence
from tui.present.context_chart import context_chart
from tui.present.cost_detail import ContextAdded, total_cost
from tui.present.detail import detail
from tui.present.lines import Line
from tui.present.money import dollars
from tui.present.request_row import cells
from tui.present.session_summary import spend_line

SPLIT = Cost(
    reported_micros=70_300,
    computed_micros=70_300,
    by_class=CostByClass(40, 3_380, 62_220, 62_220, 0, 4_660, 0),
    split_provenance=Provenance.COMPUTED,
    price_table="genai-prices 0.2.3",
    price_date="2026-11-10",
)
IDLE = RequestCache(0.0, 8_900, 42_720, CacheCause.IDLE, idle_ms=440_000)


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (SPLIT, "$0.07"),
        (replace(SPLIT, split_provenance=Provenance.INFERRED), "$0.07"),
        (Cost(estimated_micros=620_000), "~$0.62"),
        (Cost(reported_micros=1_000_000, estimated_micros=620_000), "~$1.62"),
        (Cost(reported_micros=1_000_000, unpriced_requests=1), "≥$1.00"),
        (Cost(unpriced_requests=1), "–"),
        (Cost(reported_micros=0), "$0.00"),
    ],
)
def test_dollars_say_where_they_come_from(cost: Cost, text: str) -> None:
    """Reported, computed, a lower bound, unknown."""
    assert dollars(cost).text == text


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (SPLIT, "rwwwwwwwwwwwwwoi"),
        (replace(SPLIT, split_provenance=Provenance.INFERRED), "≈ rwwwwwwwwwwwwwoi"),
        (Cost(difference=Difference.UNKNOWN_PRICE), "no price is known"),
        (Cost(difference=Difference.UNKNOWN_TOKENS), "tokens not told"),
        (Cost(reported_micros=1, difference=Difference.UNKNOWN_TIERS), "cache lives not told"),
        (Cost(), "not told"),
        (Cost(reported_micros=1), "split not known"),
    ],
)
def test_a_split_is_a_bar_or_the_reason_why_not(cost: Cost, text: str) -> None:
    """An inferred split is marked."""
    assert cells(make_request(cost=cost), 1, ASCII)["split"].text.strip() == text


def test_a_failed_request_has_no_split_to_explain() -> None:
    """It was not billed."""
    request = make_request(cost=Cost(), status=RequestStatus.ERROR)
    assert not cells(request, 1, UNICODE)["split"].text.strip()
    assert "nothing is billed" in _text(detail(request, 80, UNICODE))


@pytest.mark.parametrize(
    ("cache", "text"),
    [
        (RequestCache(0.98, 0), "98 %"),
        (RequestCache(0.0, 0, cause=CacheCause.FIRST_REQUEST), "first request"),
        (IDLE, "↻ idle 7 min"),
        (replace(IDLE, idle_ms=7_500_000), "↻ idle 2 h 05 m"),
        (replace(IDLE, cause=CacheCause.UNEXPLAINED), "↻ unexplained"),
        (RequestCache(), "–"),
    ],
)
def test_the_cache_column(cache: RequestCache, text: str) -> None:
    """A hit is a share, a rebuild its cause, what cannot be judged unknown."""
    assert cache_cell(make_request(cache=cache), UNICODE).text == text


@pytest.mark.parametrize("cause", [each for each in CacheCause if each != "first_request"])
def test_every_cause_has_words_that_fit_and_a_sentence(cause: CacheCause) -> None:
    """None is shown by its identifier."""
    cache = replace(IDLE, cause=cause)
    cell = cache_cell(make_request(cache=cache), UNICODE)
    assert cell.width <= 20
    assert "_" not in cell.text
    assert (cause_sentence(cache) or "").endswith(".")


def test_the_cost_of_a_request_in_full() -> None:
    """Tokens × price = dollars by class, both totals, the table, the rebuild and its cause."""
    request = make_request(cost=SPLIT, cache=IDLE, billed_writes=(8_900, 0))
    size = ContextSize("req_011", 25_810, 8_900, window_tokens=200_000)
    shown = _text(detail(request, 76, UNICODE, told=size))
    for words in (
        "cache rebuilt: 8 900 tokens written again, $0.0427 more than reading them",
        "Nothing used the cache for 7 m 20 s, longer than it lives.",
        "uncached input 10 × $4 $0.000040",
        "cache read 16 900 × $0.20 $0.003380",
        "output 233 × $20.00 $0.004660",
        "reported $0.070300 by the agent",
        "computed $0.070300 by the price table",
        "genai-prices 0.2.3 of 2026-11-10",
        "25.8 k tokens of 200 k",
        "+8 900 tokens",
    ):
        assert words in shown


def test_a_difference_is_shown_with_its_reason() -> None:
    """Reported and computed stand side by side."""
    cost = replace(SPLIT, computed_micros=60_300, difference=Difference.US_INFERENCE)
    shown = _text(detail(make_request(cost=cost), 76, UNICODE))
    assert "+$0.010000: exactly 1.1 times the list price" in shown


def test_what_no_class_accounts_for_is_a_part() -> None:
    """The parts sum to the whole."""
    cost = replace(SPLIT, reported_micros=100_000)
    assert "not split $0.029700" in _text(_total(cost))
    assert sum(part.amount for part in cost_parts(cost, UNICODE)) == 100_000


def test_a_total_says_what_it_lacks_and_lost() -> None:
    """Requests without a cost, rebuilt caches, what a turn added to the context."""
    shown = _text(_total(replace(SPLIT, unpriced_requests=2)))
    assert "2 requests have no known cost; the total is a lower bound" in shown
    assert "once: 8 900 tokens written again, lost ≥$0.04" in shown
    assert "−1 200 tokens by this turn" in shown


def _total(cost: Cost) -> list[Line]:
    return total_cost(
        cost,
        TokenUsage(input=10),
        76,
        loss=CacheLoss(1, 8_900, 42_720, unpriced=1),
        marks=UNICODE,
        added=ContextAdded(-1_200),
    )


@pytest.mark.parametrize("width", [76, 100, 156])
def test_the_header_has_the_split_and_what_was_lost(width: int) -> None:
    """Also where it is narrow; the bar gives way before the figures."""
    session = make_session(cost=SPLIT, lost=CacheLoss(1, 8_900, 42_720))
    line = spend_line(session, width, UNICODE)
    assert line.width <= width
    for words in ("$0.07", "read 5 %", "write 89 %", "output 7 %", "input <1 %", "$0.04"):
        assert words in line.text


def test_a_header_without_a_split_has_a_bar_of_tokens_and_says_so() -> None:
    """Tokens are not passed off as dollars."""
    assert "of tokens: ▆ read 72 %" in spend_line(make_session(cost=Cost()), 156, UNICODE).text


def _sizes(*tokens: int | None, window: int | None = 200_000) -> list[ContextSize]:
    return [
        ContextSize(f"r{n}", each, window_tokens=window, is_main=True)
        for n, each in enumerate(tokens)
    ]


def test_the_chart_shows_the_window_compactions_and_rebuilds() -> None:
    """In ASCII, too."""
    sizes = _sizes(100_000, 180_000, 20_000, 40_000)
    sizes[2] = replace(sizes[2], is_compacted=True)
    sizes[3] = replace(sizes[3], is_rebuilt=True)
    assert [line.text for line in context_chart(sizes, (50, 6), ASCII)] == [
        "context 40.0 k of 200 k, 20 %  v compaction  c ca…",
        "  window |----------::::::::::--------------------",
        "         |          ##########                    ",
        "   100 k |####################                    ",
        "         |####################..........::::::::::",
        "       0 +--------------------v---------c---------",
    ]


def test_a_chart_of_one_line_has_the_figure_and_the_curve() -> None:
    """A small screen has no room for a scale."""
    (line,) = context_chart(_sizes(10, 20, window=None), (60, 1), UNICODE)
    assert line.text.startswith("context 20 of a window that is not known  ▄")
    assert line.text.endswith("█")


def test_a_chart_of_unknown_contexts_says_so() -> None:
    """It is not drawn as empty."""
    (line,) = context_chart(_sizes(None), (60, 8), UNICODE)
    assert "no request told" in line.text


tokens = st.one_of(st.none(), st.integers(0, 10**7))


@given(st.lists(tokens, min_size=1, max_size=300), st.integers(12, 200), st.integers(1, 12))
def test_a_chart_fills_its_cells(counts: list[int | None], width: int, height: int) -> None:
    """Whatever the figures, no line is too long and there are as many as asked for, or one."""
    lines = context_chart(_sizes(*counts), (width, height), UNICODE)
    assert len(lines) in {1, height}
    assert all(line.width <= width for line in lines)


@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6), st.integers(0, 60))
def test_a_cost_bar_is_full_or_absent(amounts: list[int], width: int) -> None:
    """It fills its cells whenever anything was spent."""
    read, write, output, uncached, search, rest = amounts
    split = CostByClass(uncached, read, write, None, None, output, search)
    cost = Cost(sum(amounts), by_class=split, split_provenance=Provenance.COMPUTED)
    parts = cost_parts(cost, UNICODE)
    assert parts[-1].amount == rest
    assert bar(parts, width).width == (width if sum(amounts) else 0)


def _text(lines: list[Line]) -> str:
    return " ".join(" ".join(line.text for line in lines).split())

"""The line that says what arrived of a session."""

from dataclasses import replace

import pytest

from store.domain import Metered, TokenUsage
from tests.tui.sample_insights import sample_coverage
from tui.marks import UNICODE
from tui.present.coverage import coverage_line

SOME = (Metered("claude-opus-5-5", TokenUsage(output=10), 888),)


@pytest.mark.parametrize(
    ("difference", "not_itemised", "shown"),
    [
        (0, (), "events = metrics"),
        (-888, (), "metrics tell $0.000888 less"),
        (888, SOME, "metrics tell $0.000888 more"),
        (-2, (), "metrics tell $0.000002 less"),
        (40_000, SOME, "metrics tell $0.04 more"),
        (-40_000, (), "metrics tell $0.04 less"),
    ],
)
def test_what_the_metrics_tell_more(
    difference: int, not_itemised: tuple[Metered, ...], shown: str
) -> None:
    """Events equal metrics only if they do; a difference is shown with the digits it takes."""
    coverage = replace(
        sample_coverage(), cost_difference_micros=difference, not_itemised=not_itemised
    )
    assert shown in coverage_line(coverage, 200, UNICODE).text

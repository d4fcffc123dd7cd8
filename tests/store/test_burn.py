"""What is being spent, and budgets that are crossed."""

from pathlib import Path

import pytest

from store.queries.burn import Budgets, Burn, Crossing, burn, crossings
from tests.store.spending import Session
from tests.store.stores import filled
from tests.store.told import SECOND, START

HOUR = 3_600
FIRST, LATER = 100_140, 4_140
"""Micro-dollars: 20 000 tokens written, and 20 000 read."""


def _spending() -> Session:
    session = Session()
    session.asks("first", 0, write=20_000)
    session.asks("later", 2 * HOUR, read=20_000)
    session.asks("unpriced", 2 * HOUR + 60, model="nobody-knows")
    return session


@pytest.mark.parametrize(
    ("day_start_s", "now_s", "expected"),
    [
        (-1, 1, Burn(FIRST, FIRST)),
        (-1, 2 * HOUR + 90, Burn(FIRST + LATER, LATER)),
        (HOUR, 2 * HOUR + 90, Burn(LATER, LATER)),
        (-1, HOUR + 1, Burn(FIRST, None)),
        (2 * HOUR + 30, 2 * HOUR + 90, Burn(None, LATER)),
        (-9, -1, Burn(None, None)),
    ],
)
def test_today_and_the_last_hour(
    tmp_path: Path, day_start_s: int, now_s: int, *, expected: Burn
) -> None:
    """Requests count when they were sent; nothing that has a cost is unknown, not 0."""
    db = filled(tmp_path / "s.db", _spending().batches)
    day_start_ns, now_ns = START + day_start_s * SECOND, START + now_s * SECOND
    assert burn(db, day_start_ns=day_start_ns, now_ns=now_ns) == expected


def test_a_budget_is_crossed_when_more_is_spent(tmp_path: Path) -> None:
    """Not when it is just used up; a session that was not heard of today crosses none."""
    db = filled(tmp_path / "s.db", _spending().batches)
    now_ns, spent = START + 3 * HOUR * SECOND, FIRST + LATER

    def crossed(budgets: Budgets, day_start_ns: int = START) -> list[Crossing]:
        return crossings(db, budgets, day_start_ns=day_start_ns, now_ns=now_ns)

    assert crossed(Budgets()) == []
    assert crossed(Budgets(spent, spent)) == []
    assert crossed(Budgets(spent - 1, spent - 1)) == [
        Crossing(None, None, spent, spent - 1),
        Crossing("s", None, spent, spent - 1),
    ]
    assert crossed(Budgets(1, 1), now_ns) == []

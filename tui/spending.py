"""What is being spent, and the notices that a budget is crossed."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from textual.message import Message

from store.queries.burn import Budgets, Burn, Crossing
from tui import format as formats
from tui.source import Reader

_NS = 1_000_000_000
_INTERVAL_NS = _NS
_UNTITLED = 8
"""Characters of a session's id that stand for its title."""


class BudgetCrossed(Message):
    """A budget was crossed that no notice was given of yet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Spending:
    """Asks once a second at most; not safe to share between threads."""

    def __init__(self, budgets: Budgets, new: Callable[[Sequence[str]], Sequence[str]]) -> None:
        """Watch ``budgets``; ``new`` returns the keys that no viewer gave it before."""
        self._budgets = budgets
        self._new = new
        self._burn: Burn | None = None
        self._asked_at: int | None = None

    @property
    def burn(self) -> Burn | None:
        """What was being spent when that was asked last."""
        return self._burn

    def look(self, reader: Reader, now_ns: int) -> list[BudgetCrossed]:
        """Ask again if it is time; return the budgets crossed that are to be told."""
        if self._asked_at is not None and 0 <= now_ns - self._asked_at < _INTERVAL_NS:
            return []
        self._asked_at = now_ns
        day_start_ns = start_of_day(now_ns)
        self._burn = reader.burn(day_start_ns=day_start_ns, now_ns=now_ns)
        if self._budgets == Budgets():
            return []
        crossed = reader.crossings(self._budgets, day_start_ns=day_start_ns, now_ns=now_ns)
        by_key = {_key(crossing, day_start_ns): crossing for crossing in crossed}
        return [BudgetCrossed(_words(by_key[key])) for key in self._new(list(by_key))]


def start_of_day(now_ns: int, timezone: tzinfo | None = None) -> int:
    """Return when the day began, local unless ``timezone`` is given, in nanoseconds."""
    now = datetime.fromtimestamp(now_ns // _NS, tz=timezone)
    return int(now.replace(hour=0, minute=0, second=0).timestamp()) * _NS


def _key(crossing: Crossing, day_start_ns: int) -> str:
    """Return what a notice is remembered by; another budget is another notice."""
    of = crossing.session_id or f"day {day_start_ns}"
    return f"{of} {crossing.budget_micros}"


def _words(crossing: Crossing) -> str:
    spent, budget = formats.money(crossing.micros), formats.money(crossing.budget_micros)
    if crossing.session_id is None:
        return f"Today's budget of {budget} is crossed: {spent}."
    title = crossing.title or crossing.session_id[:_UNTITLED]
    return f'The session budget of {budget} is crossed: {spent} by "{title}".'

"""The Requests view arranged: by time or by cost, and folded by turn, model or source."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from store.domain import CacheLoss, Cost, Request, TokenUsage
from store.queries.totals import cost_in, lost_in, tokens_in
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.bars import bar, cost_parts, split_mark
from tui.present.cache_words import lost
from tui.present.cost_detail import total_cost
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone
from tui.present.money import exact_dollars
from tui.present.request_row import BAR


class Fold(StrEnum):
    """What requests have in common that are folded into one row."""

    TURN = "turn"
    MODEL = "model"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the requests of a session are listed."""

    is_by_cost: bool = False
    """The most expensive first; else in the order sent."""
    fold: Fold | None = None
    unfolded: frozenset[str] = frozenset()
    """Keys of the groups that are open."""


@dataclass(frozen=True, slots=True)
class RequestGroup:
    """Requests that have something in common, with what they come to."""

    key: str
    label: str
    requests: tuple[Request, ...]
    is_open: bool

    @property
    def cost(self) -> Cost:
        """Return what they cost."""
        return cost_in(request.cost for request in self.requests)

    @property
    def tokens(self) -> TokenUsage:
        """Return their tokens."""
        return tokens_in(request.tokens for request in self.requests)

    @property
    def lost(self) -> CacheLoss:
        """Return what rebuilt caches took."""
        return lost_in(self.requests)


RequestRow: TypeAlias = Request | RequestGroup


def row_key(row: RequestRow) -> str:
    """Return the name of a row."""
    return row.key if isinstance(row, RequestGroup) else f"request:{row.request_id}"


def arranged(
    requests: Sequence[Request],
    arrangement: Arrangement,
    *,
    turns: Mapping[str | None, int],
) -> list[RequestRow]:
    """Return the rows of a fold, each open group followed by its requests, which keep their order.

    Groups come in the order of their first request, or the most expensive first. ``turns`` are
    numbers by turn id.
    """
    fold = arrangement.fold
    if fold is None:
        return list(requests)
    by_label: dict[str, list[Request]] = {}
    for request in requests:
        by_label.setdefault(_label(request, fold, turns), []).append(request)
    groups = list(_groups(by_label, fold, arrangement.unfolded))
    if arrangement.is_by_cost:
        groups.sort(key=lambda group: -(group.cost.micros or 0))
    rows: list[RequestRow] = []
    for group in groups:
        rows += [group, *(group.requests if group.is_open else ())]
    return rows


def _groups(
    by_label: Mapping[str, Sequence[Request]], fold: Fold, unfolded: Collection[str]
) -> Iterator[RequestGroup]:
    for label, found in by_label.items():
        key = f"{fold}:{label}"
        yield RequestGroup(key, label, tuple(found), key in unfolded)


def _label(request: Request, fold: Fold, turns: Mapping[str | None, int]) -> str:
    match fold:
        case Fold.TURN:
            number = turns.get(request.turn_id)
            return f"Turn {number}" if number else "outside turns"
        case Fold.MODEL:
            return words.model(request.model)
        case Fold.SOURCE:
            return request.agent_name or request.agent_id or request.source or formats.UNKNOWN


def group_cells(group: RequestGroup, marks: Marks) -> dict[str, Line]:
    """Return the cells of a group in the columns of its requests."""
    usage, cost, loss = group.tokens, group.cost, group.lost
    mark = marks.open if group.is_open else marks.closed
    rebuilt = Span(f"{marks.rebuilt} {lost(loss)}", Tone.WAITING)
    return {
        "number": Line.of(Span(formats.count(len(group.requests)), Tone.STRONG)),
        "time": Line.of(Span(formats.clock(min(r.at for r in group.requests)), Tone.DIM)),
        "source": Line.of(Span(f"{mark} {group.label}", Tone.STRONG)),
        "input": Line.of(formats.tokens(usage.input)),
        "read": Line.of(formats.tokens(usage.cache_read)),
        "write": Line.of(formats.tokens(usage.cache_write)),
        "output": Line.of(formats.tokens(usage.output)),
        "cost": Line.of(exact_dollars(cost)),
        "split": Line.of(split_mark(cost), " ", bar(cost_parts(cost, marks), BAR)),
        "cache": Line.of(rebuilt if loss.rebuilds else formats.percent(usage.cache_hit_ratio)),
    }


def group_detail(group: RequestGroup, width: int, marks: Marks) -> list[Line]:
    """Return what the requests of a group come to."""
    return [
        Line.of(Span(group.label, Tone.STRONG)).fit(width),
        *total_cost(group.cost, group.tokens, width, loss=group.lost, marks=marks),
        *fields(width, ("requests", formats.count(len(group.requests)))),
    ]

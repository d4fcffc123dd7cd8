"""One row per session, with what arrived of it, what did not, and why."""

from collections.abc import Callable
from dataclasses import dataclass

from sessionscope.tables import sessions
from sessionscope.tables.columns import Columns, dollars, of
from store.domain import Content, Session
from store.insights import Coverage


@dataclass(frozen=True, slots=True)
class Covered:
    """A session and what is known of its telemetry."""

    session: Session
    coverage: Coverage


def _not_itemised_tokens(row: Covered) -> int | None:
    """Return the tokens that only the metrics tell of."""
    known = [metered.tokens.total for metered in row.coverage.not_itemised]
    return sum(total or 0 for total in known) if row.coverage.metered else None


def _notes(row: Covered) -> list[str]:
    return [*sessions.notes(row.session), *row.coverage.notes]


def _unknown(row: Covered) -> list[str]:
    return sorted({unknown.name for unknown in row.coverage.unknowns})


def _content(name: str) -> Callable[[Covered], Content]:
    return lambda row: row.coverage.content[name]


_CONTENT = ("prompts", "responses", "tool_details", "tool_content", "raw_bodies")

COLUMNS: Columns = {
    **of("session", sessions.COLUMNS),
    "coverage.signals.logs": lambda row: row.coverage.log_records,
    "coverage.signals.metrics": lambda row: row.coverage.metric_points,
    "coverage.signals.spans": lambda row: row.coverage.spans,
    "coverage.events": lambda row: row.coverage.log_records,
    "coverage.sequence_gaps": lambda row: row.coverage.sequence_gaps,
    "coverage.duplicates": lambda row: row.coverage.duplicates,
    **{f"coverage.content.{name}": _content(name) for name in _CONTENT},
    "coverage.cost_difference_usd": lambda row: dollars(row.coverage.cost_difference_micros),
    "coverage.not_itemised_tokens": _not_itemised_tokens,
    "coverage.unknown_names": _unknown,
    "coverage.notes": _notes,
}

"""What sessions did beside their requests, summed from the counters of their metrics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from store.connection import Database
from store.counters import SUMS
from store.domain import Work
from store.facts import ANY_MODEL

_MILLION = 1_000_000
_PER_MS = 1_000


def work_of(db: Database, ids: Sequence[str]) -> Mapping[str, Work]:
    """Return the figures of sessions; one of which a point could not be summed is unknown."""
    marks = ", ".join("?" * len(ids))
    sums: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for session_id, model, figure, is_unsummed, millionths in db.execute(
        SUMS.format(marks=marks), list(ids)
    ):
        if model == ANY_MODEL and not is_unsummed:
            sums[session_id][figure] = millionths
    return defaultdict(Work, {session_id: _work(found) for session_id, found in sums.items()})


def _work(millionths: Mapping[str, int]) -> Work:
    return Work(
        lines_added=_rounded(millionths.get("lines_added"), _MILLION),
        lines_removed=_rounded(millionths.get("lines_removed"), _MILLION),
        commits=_rounded(millionths.get("commits"), _MILLION),
        pull_requests=_rounded(millionths.get("pull_requests"), _MILLION),
        active_user_ms=_rounded(millionths.get("active_user"), _PER_MS),
        active_agent_ms=_rounded(millionths.get("active_agent"), _PER_MS),
        edits_accepted=_rounded(millionths.get("edits_accepted"), _MILLION),
        edits_rejected=_rounded(millionths.get("edits_rejected"), _MILLION),
    )


def _rounded(millionths: int | None, unit: int) -> int | None:
    return None if millionths is None else (millionths + unit // 2) // unit

"""The header of the Session screen."""

from collections.abc import Sequence

from store.domain import Session
from store.insights import Coverage, QualitySign
from tui.marks import Marks
from tui.present.coverage import coverage_line, signs_line
from tui.present.lines import Line
from tui.present.session_summary import header


def session_header(
    session: Session,
    coverage: Coverage | None,
    signs: Sequence[QualitySign],
    *,
    width: int,
    now_ns: int,
    marks: Marks,
) -> list[Line]:
    """Return who, how much, what arrived, and what hints at how it went, where anything does."""
    lines = header(session, width=width, now_ns=now_ns, marks=marks)
    if coverage is not None:
        lines.append(coverage_line(coverage, width, marks))
    hints = signs_line(coverage, signs, width, marks=marks)
    return [*lines, *([hints] if hints.spans else [])]

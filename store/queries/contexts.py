"""How full the contexts of a session were at each of its requests, and what each turn added."""

from dataclasses import replace

from store.assessment.marks import marks_of
from store.assessment.rows import session_rows
from store.connection import Database
from store.context import ContextSize, added_by_turn, context_sizes

__all__ = ["ContextSize", "added_in_turns", "contexts"]


def contexts(db: Database, session_id: str) -> list[ContextSize]:
    """Return the context of each request, in the order sent; windows where they are known."""
    rows = session_rows(db, session_id)
    windows = {
        row.told.model: row.cost.window_tokens
        for row in rows
        if row.told.model is not None and row.cost.window_tokens is not None
    }
    requests = [row.chained(row.cost, None) for row in rows]
    sizes = context_sizes(requests, marks_of(db, session_id), windows)
    return [
        replace(size, is_rebuilt=bool(row.use.rebuilt_tokens))
        for size, row in zip(sizes, rows, strict=True)
    ]


def added_in_turns(db: Database, session_id: str) -> dict[str | None, int]:
    """Return by how many tokens each turn made the main context larger; negative where cut."""
    rows = session_rows(db, session_id)
    return added_by_turn(
        [replace(row.chained(row.cost, None), turn_id=row.told.turn_id) for row in rows]
    )

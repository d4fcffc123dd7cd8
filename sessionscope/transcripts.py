"""``transcript``: one session on standard output."""

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from sessionscope.tables import transcript
from sessionscope.tables.coverage import Covered
from sessionscope.tables.encoders import to_json
from sessionscope.tables.people import Sheet
from store.connection import Database, open_reader
from store.domain import Session, Turn
from store.queries import sessions as session_queries
from store.queries import transcript as transcript_queries
from store.queries.coverage import coverages
from store.queries.records import records
from store.queries.snapshot import snapshot
from store.queries.transcript import Node
from tui.safe_text import safe_text

_TURNS_PAGE = 500
_PAGE_WIDTH = 120


def print_transcript(store: Path, id_or_prefix: str, *, as_json: bool) -> None:
    """Print the one session whose id is or begins with ``id_or_prefix``.

    Raises ``click.ClickException`` when there is none or more than one, and ``StoreError``.
    """
    with closing(open_reader(store)) as db, snapshot(db):
        session = find_session(db, id_or_prefix)
        turns = told(db, session.session_id)
        if as_json:
            lines = [to_json(session_tree(db, session, turns), indent=1)]
        else:
            drawn_on = Sheet.of_standard_output(width_of_pipe=_PAGE_WIDTH)
            lines = list(transcript.lines(session, turns, drawn_on))
    sys.stdout.writelines(f"{line}\n" for line in lines)


def told(db: Database, session_id: str) -> list[tuple[Turn, list[Node]]]:
    """Return all turns of a session with what happened in them."""
    return [
        (turn, transcript_queries.nodes(db, session_id, turn.turn_id))
        for turn in _turns(db, session_id)
    ]


def session_tree(
    db: Database, session: Session, turns: list[tuple[Turn, list[Node]]]
) -> dict[str, Any]:
    """Return a session with its turns as JSON has it."""

    def record_ids(subject: str) -> list[int]:
        return [raw.record_id for raw in records(db, session.session_id, subject)]

    covered = Covered(session, coverages(db, [session.session_id])[session.session_id])
    return transcript.tree(covered, turns, record_ids)


def _turns(db: Database, session_id: str) -> list[Turn]:
    found: list[Turn] = []
    while page := transcript_queries.turns(
        db, session_id, after=found[-1].number if found else 0, limit=_TURNS_PAGE
    ):
        found += page
        if found[-1].number == 0:
            break
    return found


def find_session(db: Database, id_or_prefix: str) -> Session:
    """Return the one session whose id is or begins so; raises ``click.ClickException``."""
    now_ns = time.time_ns()
    if session := session_queries.session(db, id_or_prefix, now_ns=now_ns):
        return session
    found = session_queries.session_ids(db, id_or_prefix)
    if len(found) == 1 and (session := session_queries.session(db, found[0], now_ns=now_ns)):
        return session
    if not found:
        raise click.ClickException(f"no session's id begins with {id_or_prefix!r}")
    listed = "\n".join(f"  {safe_text(session_id)}" for session_id in found)
    raise click.ClickException(f"several sessions' ids begin with {id_or_prefix!r}:\n{listed}")

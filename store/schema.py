"""The schema as numbered migrations, each saying why it is there.

Raw tables (``resources``, ``scopes``, ``records``) hold what came; the derived tables hold what it
means and can be rebuilt from the raw ones at any time. They are written out in ``store.tables``
and ``store.fact_tables``.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.fact_tables import FACTS
from store.neighbours import NEIGHBOUR_TRIGGERS, NEIGHBOURS
from store.tables import ENRICHMENT, RAW, RAW_IN_ORDER, SESSIONS
from store.totals import TRIGGERS
from store.troubles import TROUBLES

APPLICATION_ID = 0x5E551090
"""Marks a SQLite file as a sessionscope store (``pragma application_id``)."""

SCHEMA_VERSION = 2
"""How many migrations this program knows (``pragma user_version``)."""

DERIVED_TABLES = (
    "sessions",
    "session_attributes",
    "turns",
    "trace_turns",
    "turn_costs",
    "relations",
    "unknowns",
    "requests",
    "tool_calls",
    "events",
    "waits",
    "tool_outputs",
    "agent_calls",
    "agent_parents",
    "agent_spans",
    "counters",
    "sequence_breaks",
    "repeated_calls",
)
"""What ``reindex`` empties and fills again."""

_FORMER_TABLES = ("tool_spans", "request_spans")
"""Derived tables of schema 1 that are no more."""

DERIVATION = 2
"""Raised when records mean something else than before: the derived tables are then made anew."""

migrations = Migrations("sessionscope")


@migrations(name="0001_raw_records_and_what_they_mean")
def _0001(db: Database) -> None:
    """Keep every record as it came, with its resource and scope."""
    _run(db, RAW)


@migrations(name="0002_more_of_what_records_mean")
def _0002(db: Database) -> None:
    """Order records by their sender's count, and make all derived tables anew.

    What they held is derived again from the records: spans, bodies and metrics have a place in them
    now. Their text keys are the agents' own, so that the same records give the same rows whatever
    order they arrived in.
    """
    old = "select type, name from sqlite_schema where type in ('trigger', 'view') or name in ({})"
    former = (*DERIVED_TABLES, *_FORMER_TABLES)
    marks = ", ".join("?" * len(former))
    found = db.execute(old.format(marks), list(former)).fetchall()
    for kind, name in sorted(found, key=lambda row: row[0] == "table"):
        db.execute(f"drop {kind} {name}")
    _run(
        db,
        RAW_IN_ORDER,
        SESSIONS,
        FACTS,
        ENRICHMENT,
        NEIGHBOURS,
        TRIGGERS,
        NEIGHBOUR_TRIGGERS,
        TROUBLES,
    )
    db.execute(
        f"update recorder set derivation = {DERIVATION} where not exists (select 1 from records)"
    )


def _run(db: Database, *scripts: str) -> None:
    for script in scripts:
        for statement in script.strip().split("\n\n"):
            db.execute(statement)

"""The schema as numbered migrations, each saying why it is there.

Raw tables (``resources``, ``scopes``, ``records``) hold what came; the derived tables hold what it
means and can be rebuilt from the raw ones at any time. They are written out in ``store.tables``
and ``store.fact_tables``.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.fact_tables import FACTS
from store.neighbours import NEIGHBOUR_TRIGGERS, NEIGHBOURS
from store.tables import ENRICHMENT, RAW, SESSIONS
from store.totals import TRIGGERS
from store.troubles import TROUBLES

APPLICATION_ID = 0x5E551090
"""Marks a SQLite file as a sessionscope store (``pragma application_id``)."""

SCHEMA_VERSION = 1
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

migrations = Migrations("sessionscope")


@migrations(name="0001_raw_records_and_what_they_mean")
def _0001(db: Database) -> None:
    """Keep every record as it came, and beside it the sessions, turns, requests and tool calls.

    The derived tables have text keys of the agents' own, so that the same records give the same
    rows whatever order they arrived in.
    """
    for script in (
        RAW,
        SESSIONS,
        FACTS,
        ENRICHMENT,
        NEIGHBOURS,
        TRIGGERS,
        NEIGHBOUR_TRIGGERS,
        TROUBLES,
    ):
        for statement in script.strip().split("\n\n"):
            db.execute(statement)

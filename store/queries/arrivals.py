"""What came of each agent last, and by whose clock."""

from typing import NamedTuple

from store.connection import Database


class Arrival(NamedTuple):
    """The newest that is known of one agent."""

    agent: str
    sessions: int
    last_event_unix_nano: int
    """By the agent's clock."""
    last_received_unix_nano: int
    """By this machine's, when the newest record of its newest session came."""


def arrivals(db: Database) -> list[Arrival]:
    """Return the agents that were heard of, the newest first."""
    found = db.execute(
        "select agent, count(*), max(last_event_unix_nano),"
        " (select max(received_unix_nano) from records r where r.session_id = s.session_id)"
        " from sessions s where +opened = 1 group by agent order by 3 desc"
    )
    return [Arrival(*row) for row in found]

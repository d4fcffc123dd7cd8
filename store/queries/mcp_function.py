"""The MCP server of a call or a connection as a function of SQL, for filters.

Which server is meant where names are withheld follows from all that a session tells of servers, so
no condition on one row can say it.
"""

from store.connection import Database
from store.queries.mcp import server_keys


def register(db: Database) -> None:
    """Give a connection ``mcp_server_of(session_id, key)``: the server's key, or null."""
    known: dict[tuple[str, str], str] = {}
    version: int | None = None

    def mcp_server_of(session_id: str, key: str) -> str | None:
        nonlocal known, version
        (now,) = db.execute("pragma data_version").fetchone()
        if now != version:
            known, version = server_keys(db), now
        return known.get((session_id, key))

    db.register_function(mcp_server_of)

"""One row for each thing that went wrong."""

from sessionscope.tables.columns import Columns, at, fields

COLUMNS: Columns = {
    "at": at("at"),
    **fields("session_id", "turn_id", "kind", "subject", "message", "status", "record_id"),
}

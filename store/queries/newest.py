"""What came last, whatever it was."""

from typing import NamedTuple

from store.connection import Database


class Newest(NamedTuple):
    """The newest raw record."""

    record_id: int
    """Ids count up, so a difference of two is how many records came between them."""
    received_unix_nano: int


def newest_record(db: Database) -> Newest | None:
    """Return the record that was stored last, or ``None`` when nothing ever was."""
    row = db.execute(
        "select id, received_unix_nano from records order by id desc limit 1"
    ).fetchone()
    return None if row is None else Newest(*row)

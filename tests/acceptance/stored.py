"""What is in a store, as the nouns it came as."""

from pathlib import Path

from receiver.stored import StoredDecoder
from store.connection import open_reader
from store.queries.records import all_records
from store.signals import Record


def stored(store: Path) -> list[Record]:
    """Return every record in order of arrival, decoded from the bytes that were kept."""
    decoder = StoredDecoder()
    db = open_reader(store)
    records = [decoder.decode(raw) for page in all_records(db) for raw in page]
    db.close()
    assert None not in records
    return [record for record in records if record is not None]

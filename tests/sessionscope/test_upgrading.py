"""A store that an older version wrote is brought up to date, and nothing in it is lost."""

from pathlib import Path

import pytest

from sessionscope.upgrading import bring_up_to_date
from store.connection import open_reader, open_writer, sqlite3
from store.errors import StoreUnusable
from store.prices.book import PriceBook
from store.schema import DERIVED_TABLES
from tests.captures import batches, exports
from tests.store.stores import derived, fill


def _downgrade(path: Path) -> None:
    """Leave of a store what schema 1 had: its raw records, and derived tables of another shape."""
    open_writer(path).execute("pragma wal_checkpoint(truncate)").fetchall()
    db = sqlite3.connect(path, isolation_level=None)
    found = db.execute(
        "select type, name from sqlite_schema where type in ('trigger', 'view')"
    ).fetchall()
    for kind, name in found:
        db.execute(f"drop {kind} {name}")
    for table in (*DERIVED_TABLES, "repetitions"):
        db.execute(f"drop table {table}")
    for index in ("records_by_subject", "records_in_order", "records_in_sequence"):
        db.execute(f"drop index if exists {index}")
    db.execute("alter table records drop column sequence")
    db.execute("alter table recorder drop column price_book")
    db.execute("alter table recorder drop column derivation")
    db.execute("create index records_by_session on records (session_id, subject, time_unix_nano)")
    db.execute("create table sessions (session_id text primary key, agent text)")
    db.execute("create table tool_spans (session_id text)")
    db.execute("delete from _sqlite_migrations where name like '0002%'")
    db.execute("pragma user_version = 1")
    db.close()


def test_an_older_store_is_interpreted_anew(tmp_path: Path) -> None:
    """Its tables become what they would be had its records come today; later runs change none."""
    path = tmp_path / "s.db"
    fill(path, batches(exports("tour-traces-full")))
    expected = derived(open_reader(path))
    _downgrade(path)
    with pytest.raises(StoreUnusable, match="sessionscope reindex"):
        open_reader(path)
    bring_up_to_date(path, PriceBook())
    assert derived(open_reader(path)) == expected
    assert path.with_name("s.db.before-schema-2").exists()
    before = path.stat().st_mtime_ns
    bring_up_to_date(path, PriceBook())
    assert path.stat().st_mtime_ns == before


def test_what_is_no_store_is_left_to_who_records(tmp_path: Path) -> None:
    """Neither a missing file nor another program's is touched."""
    bring_up_to_date(tmp_path / "none.db", PriceBook())
    assert not (tmp_path / "none.db").exists()
    other = tmp_path / "other.db"
    other.write_bytes(b"no database at all")
    bring_up_to_date(other, PriceBook())
    assert other.read_bytes() == b"no database at all"

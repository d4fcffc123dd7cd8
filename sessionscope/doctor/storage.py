"""Whether the store's file is sound, private and has room to grow."""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sessionscope.config import Config, ConfigError
from sessionscope.doctor.findings import Finding, Level
from sessionscope.pricing import price_book
from store.connection import Database, open_reader, schema_version, sqlite_is_safe, sqlite_version
from store.errors import StoreError
from store.file_systems import check_is_local
from store.health import Health, quick_check
from store.private_files import check_is_own, is_lax
from store.queries.arrivals import Arrival, arrivals
from store.queries.priced import WithoutPrice, models_without_price
from store.schema import SCHEMA_VERSION
from store.watch import WAL_LIMIT, FileWatch

_NS_PER_S = 1_000_000_000
_CLOCKS_APART_S = 60
_SPARE = 256 * 2**20
"""Bytes of free disk below which it is time to say so."""
_AGES = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def look_at_store(config: Config) -> Iterator[Finding]:
    """Yield what there is to tell of a store, what is in it, and the prices for it."""
    store = config.store
    safe = sqlite_is_safe()
    yield Finding(
        "sqlite",
        Level.OK if safe else Level.NOTE,
        f"SQLite {sqlite_version()}" + ("." if safe else " can damage a store in rare cases."),
        "" if safe else "Use a Python with SQLite 3.51.3 or newer.",
    )
    if not store.exists():
        yield Finding("store", Level.NOTE, f"There is no store at {store} yet.")
        return
    try:
        check_is_own(store)
        check_is_local(store)
        with closing(open_reader(store)) as db:
            yield from _of_file(store, db)
            yield from _of_agents(arrivals(db))
            yield from _of_prices(config, models_without_price(db))
    except StoreError as error:
        yield Finding("store", Level.WRONG, f"{error}.", "It is put aside when a recorder starts.")


def _of_file(store: Path, db: Database) -> Iterator[Finding]:
    health, words = quick_check(db)
    size = store.stat().st_size / 2**20
    if health is Health.DAMAGED:
        advice = "Restart the recorder: it puts the file aside and begins a new one."
        yield Finding("store", Level.WRONG, f"{store} is damaged: {words}.", advice)
    else:
        yield Finding("store", Level.OK, f"{store}: {size:.1f} MB, {health.value}.")
    version = schema_version(db)
    if version > SCHEMA_VERSION:
        words = f"Its schema {version} is newer than {SCHEMA_VERSION}, which this version knows."
        yield Finding("store", Level.WRONG, words, "Upgrade sessionscope to record into it.")
    if is_lax(store):
        yield Finding("store", Level.NOTE, "Others can read it.", f"chmod 600 {store}")
    log_size = FileWatch(store).wal_size()
    if log_size > WAL_LIMIT:
        words = f"Its write-ahead log has {log_size / 2**20:.0f} MB: a program holds it open."
        yield Finding("store", Level.NOTE, words, "Close the programs that read it.")
    free = shutil.disk_usage(store.parent).free
    if free < _SPARE:
        words = f"{free / 2**20:.0f} MB are free on its disk."
        yield Finding("store", Level.NOTE, words, "Make room, or: sessionscope prune")


def _of_agents(heard: list[Arrival]) -> Iterator[Finding]:
    if not heard:
        yield Finding("agents", Level.NOTE, "Nothing was received yet.")
    now_ns = time.time_ns()
    for arrival in heard:
        age = _age(now_ns - arrival.last_received_unix_nano)
        sessions = f"{arrival.sessions} session{'' if arrival.sessions == 1 else 's'}"
        yield Finding(
            "agents",
            Level.OK,
            f"{arrival.agent}: {sessions}, last heard {age} ago.",
        )
        apart = arrival.last_event_unix_nano - arrival.last_received_unix_nano
        if apart > _CLOCKS_APART_S * _NS_PER_S:
            words = f"The clock of {arrival.agent} is {_age(apart)} ahead of this machine's."
            yield Finding("clock", Level.NOTE, words, "Set both clocks.")


def _of_prices(config: Config, unpriced: list[WithoutPrice]) -> Iterator[Finding]:
    try:
        price_book(config)
    except ConfigError as error:
        advice = "Mend the file: a recorder does not start without it."
        yield Finding("prices", Level.WRONG, f"{error}.", advice)
        return
    for model, requests in unpriced:
        words = f"No price of {model} is known ({requests} request{'' if requests == 1 else 's'})"
        yield Finding(
            "prices",
            Level.NOTE,
            f"{words}: its cost is what the agent reports, else unknown.",
            "Set prices in the configuration, then: sessionscope reprice",
        )


def _age(ns: int) -> str:
    seconds = max(0, ns // _NS_PER_S)
    unit, length = next((each for each in _AGES if seconds >= each[1]), _AGES[-1])
    return f"{seconds // length} {unit}"

"""Batches into the store: raw records first, then what the new ones mean.

Runs inside a transaction that its caller opens and commits, on the writer's connection.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from store.assessment.assessor import Assessor
from store.binding import insert_into, run_many
from store.changes import Facts, Identity
from store.connection import Database
from store.facts import Placement
from store.kinship import settle
from store.prices.rates import PriceTable
from store.signals import Batch, Record, Resource, Scope

_log = logging.getLogger(__name__)

_CACHE_LIMIT = 4096

_RESOURCE = (
    "insert into resources (digest, schema_url, wire) values (?, ?, ?) on conflict do nothing"
)
_SCOPE = (
    "insert into scopes (digest, name, version, schema_url, wire) values (?, ?, ?, ?, ?)"
    " on conflict do nothing"
)
_RECORD = (
    insert_into(
        "records",
        (
            "digest",
            "signal",
            "resource_id",
            "scope_id",
            "received_unix_nano",
            "time_unix_nano",
            "name",
            "session_id",
            "subject",
            "sequence",
            "wire",
        ),
    )
    + " on conflict do nothing"
)

_REPETITIONS = (
    insert_into("repetitions", ("session_id", "records"))
    + " on conflict (session_id) do update set records = records + excluded.records"
)


class Interpreter(Protocol):
    """What knows the agents' dialects (``receiver.dialects``)."""

    def place(self, record: Record, received_unix_nano: int) -> Placement:
        """Say which session and which fact a record belongs to."""
        ...

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to ``facts``."""
        ...


_Arrival: TypeAlias = tuple[Record, Placement, Batch]
"""A record that may have been stored before."""


class Ingest:
    """Stores batches; keeps the row ids of resources and scopes, and what sessions are known by."""

    def __init__(self, db: Database, interpreter: Interpreter, prices: PriceTable) -> None:
        self._db = db
        self._interpreter = interpreter
        self._assessor = Assessor(prices)
        self._resources: dict[bytes, int] = {}
        self._scopes: dict[bytes, int] = {}
        self._identified: set[Identity] = set()

    def forget(self) -> None:
        """Drop what was learnt in a transaction that was rolled back."""
        self._resources.clear()
        self._scopes.clear()
        self._identified.clear()
        self._assessor.forget()

    def store(self, batches: Sequence[Batch]) -> int:
        """Store batches in the open transaction; return how many records were new."""
        place = self._interpreter.place
        arrivals = [
            (record, place(record, batch.received_unix_nano), batch)
            for batch in batches
            for record in batch.records
        ]
        if len(self._identified) >= _CACHE_LIMIT:
            self._identified.clear()
        facts = Facts(identified=self._identified)
        new = self._insert(arrivals)
        for record, placement, _ in new:
            self._interpret(record, placement, facts)
        self._assessor.assess(self._db, settle(self._db, facts))
        if len(new) < len(arrivals):
            self._count_repetitions(arrivals, new)
        return len(new)

    def keep_raw(self, batch: Batch) -> None:
        """Store records in the open transaction as they came, as part of no session."""
        for record in batch.records:
            placement = self._interpreter.place(record, batch.received_unix_nano)
            nowhere = Placement(placement.agent, None, None, None, batch.received_unix_nano)
            run_many(self._db, _RECORD, [self._row(record, nowhere, batch)])

    def _count_repetitions(self, arrivals: Sequence[_Arrival], new: Sequence[_Arrival]) -> None:
        """Count what had come before, in all and by session."""
        by_session = Counter(placement.session_id for _, placement, _ in arrivals)
        by_session.subtract(placement.session_id for _, placement, _ in new)
        self._db.execute("update recorder set duplicates = duplicates + ?", [by_session.total()])
        run_many(
            self._db,
            _REPETITIONS,
            ((session, count) for session, count in by_session.items() if session and count),
        )

    def _insert(self, arrivals: Sequence[_Arrival]) -> Sequence[_Arrival]:
        """Insert raw records; return those that were not there yet."""
        rows = [self._row(*arrival) for arrival in arrivals]
        before = self._db.execute("select ifnull(max(id), 0) from records").fetchone()[0]
        if run_many(self._db, _RECORD, rows) == len(rows):
            return arrivals
        inserted = self._db.execute("select digest from records where id > ?", [before])
        left = {digest for (digest,) in inserted}
        new = []
        for arrival in arrivals:
            digest = arrival[0].digest
            if digest in left:
                left.remove(digest)
                new.append(arrival)
        return new

    def _row(self, record: Record, placement: Placement, batch: Batch) -> tuple[object, ...]:
        return (
            record.digest,
            batch.signal.value,
            self._resource_id(record.resource),
            self._scope_id(record.scope),
            batch.received_unix_nano,
            placement.time_unix_nano,
            placement.name,
            placement.session_id,
            placement.subject,
            placement.sequence,
            record.wire,
        )

    def _interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Interpret a record; one that its dialect stumbles over stays raw and is logged."""
        try:
            self._interpreter.interpret(record, placement, facts)
        except Exception:  # noqa: BLE001 - one odd record must not cost its batch
            _log.exception("record %s could not be interpreted", record.digest.hex())

    def _resource_id(self, resource: Resource) -> int:
        known = self._resources.get(resource.digest)
        if known is not None:
            return known
        self._db.execute(_RESOURCE, [resource.digest, resource.schema_url, resource.wire])
        return self._learn(self._resources, "resources", resource.digest)

    def _scope_id(self, scope: Scope) -> int:
        known = self._scopes.get(scope.digest)
        if known is not None:
            return known
        self._db.execute(
            _SCOPE, [scope.digest, scope.name, scope.version, scope.schema_url, scope.wire]
        )
        return self._learn(self._scopes, "scopes", scope.digest)

    def _learn(self, known: dict[bytes, int], table: str, digest: bytes) -> int:
        if len(known) >= _CACHE_LIMIT:
            known.clear()
        row = self._db.execute(f"select id from {table} where digest = ?", [digest]).fetchone()
        known[digest] = int(row[0])
        return known[digest]

"""From the bytes of an export request to a batch of records."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from google.protobuf.message import DecodeError

from receiver.decode_logs import log_records
from receiver.decode_metrics import metric_points
from receiver.decode_spans import spans
from receiver.errors import BadData, TooLarge
from receiver.json_decode import parse_json, protobuf_from_json
from receiver.origin import Origins, record_seed
from receiver.protobuf_schema import ENVELOPE
from receiver.secret_wire import Mask
from store.signals import Batch, Record, Signal

PART_SIZE = 500
"""Most records that are decoded at a time where a request is stored in parts."""
RECORD_LIMIT = 500_000
"""Most records of one request: empty ones take two bytes each but become whole rows."""
WIRE_LIMIT = 256 * 1024 * 1024
"""Most bytes of their encodings: every data point repeats what its metric says of itself."""

_READERS: dict[Signal, Callable[..., Iterator[Record | None]]] = {
    Signal.LOGS: log_records,
    Signal.METRICS: metric_points,
    Signal.TRACES: spans,
}


class Encoding(StrEnum):
    """The two encodings of OTLP/HTTP; gRPC has the first only."""

    PROTOBUF = "protobuf"
    JSON = "json"


class Parts(NamedTuple):
    """A request that can be read as a whole, decoded part by part when its parts are wanted."""

    signal: Signal
    accepted: int
    """Records in all parts together."""
    rejected: int
    message: str
    """Why records were rejected, in English; empty when none were."""
    batches: Iterator[Batch]
    """Of ``PART_SIZE`` records each, the last one of fewer; none where none were accepted."""


class Decoder:
    """Decodes export requests, remembering what repeats in them.

    ``mask`` takes the secrets out first, so that nothing that is made of a request holds them.

    Tolerant where a record can be kept: invalid UTF-8 costs a character, unknown fields and enum
    numbers stay, invalid ids are dropped from log records. What has no readable structure is
    refused as a whole, spans without ids singly.
    """

    def __init__(self, mask: Mask | None = None) -> None:
        self._origins = Origins()
        self._mask = mask

    def decode(
        self, signal: Signal, encoding: Encoding, body: bytes, *, received_unix_nano: int
    ) -> Batch:
        """Decode an uncompressed request body; raises ``BadData`` or ``TooLarge``.

        The digest of a record does not depend on the encoding, on the order in which a sender
        wrote protobuf fields or on whether it spelled out defaults.
        """
        body = self._protobuf(signal, encoding, body)
        records, _, rejected = self._checked(signal, body, keep=RECORD_LIMIT)
        return Batch(signal, records, rejected, _message(rejected), received_unix_nano)

    def parts(
        self, signal: Signal, encoding: Encoding, body: bytes, *, received_unix_nano: int
    ) -> Parts:
        """Decode a request body like ``decode``, but hold few of its records at a time.

        More than ``PART_SIZE`` records are decoded twice, once to see whether all of them can be,
        and once more in parts: half a million records at once would be a gigabyte.
        """
        body = self._protobuf(signal, encoding, body)
        records, accepted, rejected = self._checked(signal, body, keep=PART_SIZE)
        whole = Batch(signal, records, 0, "", received_unix_nano)
        batches = iter((whole,)) if records else iter(())
        if accepted > PART_SIZE:
            batches = self._again(signal, body, received_unix_nano)
        return Parts(signal, accepted, rejected, _message(rejected), batches)

    def _protobuf(self, signal: Signal, encoding: Encoding, body: bytes) -> bytes:
        """Begin a request: return it in protobuf, and see that the tables are not too full."""
        if self._origins.is_full:
            self._origins = Origins()
        if encoding is Encoding.JSON:
            body = protobuf_from_json(signal, parse_json(body))
        return body if self._mask is None else self._mask(signal, body)

    def _checked(self, signal: Signal, body: bytes, *, keep: int) -> tuple[list[Record], int, int]:
        """Decode all records and return the first ``keep``; count the accepted and the rejected."""
        records: list[Record] = []
        accepted = rejected = size = 0
        try:
            for record in self._records(signal, body):
                if record is None:
                    rejected += 1
                    continue
                accepted += 1
                size += len(record.wire)
                if accepted > RECORD_LIMIT or size > WIRE_LIMIT:
                    raise TooLarge("The request holds more records than are taken at once.")
                if accepted <= keep:
                    records.append(record)
        except DecodeError as error:
            raise BadData(
                f"The body is not an OTLP {signal} export request in protobuf."
            ) from error
        return records, accepted, rejected

    def _again(self, signal: Signal, body: bytes, received_unix_nano: int) -> Iterator[Batch]:
        accepted = (record for record in self._records(signal, body) if record is not None)
        while records := list(islice(accepted, PART_SIZE)):
            yield Batch(signal, records, 0, "", received_unix_nano)

    def _records(self, signal: Signal, body: bytes) -> Iterator[Record | None]:
        origins = self._origins
        values = origins.values
        read = _READERS[signal]
        for source in ENVELOPE.FromString(body).resource_logs:
            resource = origins.resource(source.resource, source.schema_url)
            for group in source.scope_logs:
                scope = origins.scope(group.scope, group.schema_url)
                seed = record_seed(signal, resource, scope)
                yield from read(group.log_records, resource, scope, values=values, seed=seed)


def _message(rejected: int) -> str:
    return "Spans without a valid trace id and span id were rejected." if rejected else ""


decode = Decoder().decode
"""Decode with the process's own tables; see ``Decoder.decode``."""

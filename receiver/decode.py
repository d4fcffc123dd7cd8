"""From the bytes of an export request to a batch of records."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

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

RECORD_LIMIT = 500_000
"""Most records of one request: empty ones take two bytes each but become whole objects here."""
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
        if self._origins.is_full:
            self._origins = Origins()
        if encoding is Encoding.JSON:
            body = protobuf_from_json(signal, parse_json(body))
        if self._mask is not None:
            body = self._mask(signal, body)
        try:
            records, rejected = _bounded(self._records(signal, body))
        except DecodeError as error:
            raise BadData(
                f"The body is not an OTLP {signal} export request in protobuf."
            ) from error
        message = "Spans without a valid trace id and span id were rejected." if rejected else ""
        return Batch(signal, records, rejected, message, received_unix_nano)

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


def _bounded(decoded: Iterable[Record | None]) -> tuple[list[Record], int]:
    """Collect records and count those that were rejected; raises ``TooLarge``."""
    records: list[Record] = []
    rejected = size = 0
    for record in decoded:
        if record is None:
            rejected += 1
            continue
        records.append(record)
        size += len(record.wire)
        if len(records) > RECORD_LIMIT or size > WIRE_LIMIT:
            raise TooLarge("The request holds more records than are taken at once.")
    return records, rejected


decode = Decoder().decode
"""Decode with the process's own tables; see ``Decoder.decode``."""

"""Stored records read again: back to nouns, and as text for people."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from receiver.decode import Decoder, Encoding
from receiver.dialects.values import text
from receiver.errors import BadData
from receiver.protobuf_schema import ENVELOPE
from receiver.secret_wire import Mask
from store.domain import RawRecord
from store.signals import Attributes, Record, Signal

_LEFT_OUT = frozenset({"attributes", "digest", "resource", "scope", "wire"})
_NS_PER_S = 1_000_000_000


class StoredDecoder:
    """Decodes stored records as if each had come in an export request of its own.

    ``mask`` takes secrets out of records that another program let in.
    """

    def __init__(self, mask: Mask | None = None) -> None:
        self._decoder = Decoder(mask)

    def decode(self, raw: RawRecord) -> Record | None:
        """Return the record, or ``None`` where its bytes hold none (a damaged store)."""
        try:
            batch = self._decoder.decode(
                Signal(raw.signal),
                Encoding.PROTOBUF,
                request_of([raw]),
                received_unix_nano=raw.received_unix_nano,
            )
        except BadData:
            return None
        return batch.records[0] if batch.records else None


def request_of(raws: Sequence[RawRecord]) -> bytes:
    """Return an export request with the records, which share resource and scope."""
    request = ENVELOPE()
    source = request.resource_logs.add()
    source.resource = raws[0].resource_wire
    source.schema_url = raws[0].resource_schema_url.encode()
    group = source.scope_logs.add()
    group.scope = raws[0].scope_wire
    group.schema_url = raws[0].scope_schema_url.encode()
    group.log_records.extend(raw.wire for raw in raws)
    return bytes(request.SerializeToString())


def explain(raw: RawRecord) -> str:
    """Return a stored record as lines of text: its fields, attributes, scope and resource.

    The text holds telemetry as it came; whoever shows it has to make it safe.
    """
    record = StoredDecoder().decode(raw)
    head = f"{raw.signal} #{raw.record_id}  received {_clock(raw.received_unix_nano)}"
    if record is None:
        return f"{head}\n{raw.wire.hex()}"
    fields = {
        name: value
        for name, value in record._asdict().items()
        if name not in _LEFT_OUT and value not in (None, "", b"", 0, ())
    }
    scope = {"name": record.scope.name, "version": record.scope.version}
    parts = (
        ("", fields),
        ("attributes", record.attributes),
        ("scope", {**scope, **record.scope.attributes}),
        ("resource", record.resource.attributes),
    )
    return "\n".join([head, *(line for title, part in parts for line in _section(title, part))])


def _section(title: str, values: Attributes) -> Iterator[str]:
    if title and values:
        yield title
    for name, value in values.items():
        shown = text(value)
        if name.endswith("time_unix_nano") and isinstance(value, int):
            shown = f"{value}  {_clock(value)}"
        yield f"  {name}: {shown}"


def _clock(unix_nano: int) -> str:
    """Return a time as RFC 3339 with nanoseconds; what no calendar holds as the number alone."""
    seconds, fraction = divmod(unix_nano, _NS_PER_S)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"

"""One record as an agent sends it, and what it means."""

import json
from collections.abc import Mapping
from typing import Any

from receiver.decode import Decoder, Encoding
from receiver.dialects import Dialects
from store.changes import Facts
from store.facts import Placement
from store.signals import Record, Signal

TIME = 1_795_360_485_907_000_000
TRACE = "5b8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"
PARENT = "aaa19b7ec3c1b174"
_KINDS = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}


def value(told: object) -> dict[str, Any]:
    """Return a value as OTLP/JSON has it; ``None`` is an attribute without a value."""
    match told:
        case None:
            return {}
        case list():
            return {"arrayValue": {"values": [value(item) for item in told]}}
        case dict():
            return {"kvlistValue": {"values": _pairs(told)}}
    written = str(told) if type(told) is int else told
    return {_KINDS[type(told)]: written}


def _pairs(told: Mapping[str, object]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value(item)} for key, item in told.items()]


def log(
    attributes: Mapping[str, object],
    *,
    scope: str,
    body: object = "told",
    resource: Mapping[str, object] | None = None,
    fields: Mapping[str, object] | None = None,
) -> Record:
    """Return a log record."""
    told = {"timeUnixNano": str(TIME), "body": value(body), "attributes": _pairs(attributes)}
    group = {"scope": {"name": scope}, "logRecords": [{**told, **(fields or {})}]}
    entry = {"resource": {"attributes": _pairs(resource or {})}, "scopeLogs": [group]}
    return _decoded(Signal.LOGS, {"resourceLogs": [entry]})


def span(
    name: str,
    attributes: Mapping[str, object],
    *,
    scope: str,
    resource: Mapping[str, object] | None = None,
    fields: Mapping[str, object] | None = None,
) -> Record:
    """Return a span of 250 ms."""
    told = {
        "name": name,
        "traceId": TRACE,
        "spanId": SPAN,
        "startTimeUnixNano": str(TIME),
        "endTimeUnixNano": str(TIME + 250_000_000),
        "attributes": _pairs(attributes),
    }
    group = {"scope": {"name": scope}, "spans": [{**told, **(fields or {})}]}
    entry = {"resource": {"attributes": _pairs(resource or {})}, "scopeSpans": [group]}
    return _decoded(Signal.TRACES, {"resourceSpans": [entry]})


def point(name: str, attributes: Mapping[str, object], *, scope: str) -> Record:
    """Return a data point of a cumulative counter."""
    told = {"asInt": "9", "timeUnixNano": str(TIME), "attributes": _pairs(attributes)}
    total = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [told]}
    group = {"scope": {"name": scope}, "metrics": [{"name": name, "sum": total}]}
    return _decoded(Signal.METRICS, {"resourceMetrics": [{"scopeMetrics": [group]}]})


def placed(record: Record) -> Placement:
    """Return where a record belongs."""
    return Dialects().place(record, 1)


def facts_of(*records: Record) -> Facts:
    """Return what records mean together."""
    dialects, facts = Dialects(), Facts()
    for record in records:
        dialects.interpret(record, dialects.place(record, 1), facts)
    return facts


def _decoded(signal: Signal, request: object) -> Record:
    body = json.dumps(request).encode()
    batch = Decoder().decode(signal, Encoding.JSON, body, received_unix_nano=1)
    (record,) = batch.records
    return record

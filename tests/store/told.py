"""Made-up exports of Claude Code, decoded as a door does."""

import json
from collections.abc import Mapping
from typing import Any

from receiver.decode import Decoder, Encoding
from store.signals import Batch, Signal

SECOND = 10**9
START = 1_795_000_000 * SECOND
VERSION = "2.1.330"


def value(told: object) -> dict[str, Any]:
    """Return an attribute's value as OTLP/JSON has it."""
    if isinstance(told, bool):
        return {"boolValue": told}
    if isinstance(told, int):
        return {"intValue": str(told)}
    if isinstance(told, float):
        return {"doubleValue": told}
    if isinstance(told, list):
        return {"arrayValue": {"values": [value(item) for item in told]}}
    return {"stringValue": str(told)}


def pairs(attributes: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return attributes as OTLP/JSON has them."""
    return [{"key": key, "value": value(told)} for key, told in attributes.items()]


def event(name: str, at_s: float, sequence: int, **attributes: object) -> dict[str, Any]:
    """Return an event of session ``s`` and turn ``p``; ``__`` in a name is a dot."""
    named = {key.replace("__", "."): told for key, told in attributes.items()}
    told = {"session.id": "s", "prompt.id": "p", "event.sequence": sequence} | named
    attributes_of_all = {"event.name": name} | {k: v for k, v in told.items() if v is not None}
    return {
        "timeUnixNano": str(START + int(at_s * SECOND)),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": pairs(attributes_of_all),
    }


def logs(*events: dict[str, Any], version: str = VERSION, **resource: object) -> Batch:
    """Return one export of events."""
    named = {key.replace("__", "."): told for key, told in resource.items()}
    about = {"service.name": "claude-code", "service.version": version} | named
    scope = {"name": "com.anthropic.claude_code.events", "version": version}
    request = {
        "resourceLogs": [
            {
                "resource": {"attributes": pairs(about)},
                "scopeLogs": [{"scope": scope, "logRecords": list(events)}],
            }
        ]
    }
    return _decoded(Signal.LOGS, request)


def traces(*spans: dict[str, Any]) -> Batch:
    """Return one export of spans."""
    scope = {"name": "com.anthropic.claude_code.tracing", "version": "1.0.0"}
    return _decoded(
        Signal.TRACES, {"resourceSpans": [{"scopeSpans": [{"scope": scope, "spans": list(spans)}]}]}
    )


def span(name: str, at_s: float, **attributes: object) -> dict[str, Any]:
    """Return a span of session ``s`` that took a second, alone in its trace."""
    named = {key.replace("__", "."): told for key, told in attributes.items()}
    start = START + int(at_s * SECOND)
    return {
        "traceId": f"{start:032x}",
        "spanId": f"{start % 2**64:016x}",
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + SECOND),
        "attributes": pairs({"session.id": "s"} | named),
    }


def point(metric: str, amount: float, at_s: float, **attributes: object) -> Batch:
    """Return one export of one delta point of session ``s``."""
    named = {key.replace("__", "."): told for key, told in attributes.items()}
    told = {
        "startTimeUnixNano": str(START),
        "timeUnixNano": str(START + int(at_s * SECOND)),
        "asDouble": amount,
        "attributes": pairs({"session.id": "s"} | named),
    }
    data = {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [told]}
    scope = {"name": "com.anthropic.claude_code"}
    metrics = [{"name": metric, "sum": data}]
    return _decoded(
        Signal.METRICS,
        {"resourceMetrics": [{"scopeMetrics": [{"scope": scope, "metrics": metrics}]}]},
    )


def _decoded(signal: Signal, request: dict[str, Any]) -> Batch:
    body = json.dumps(request).encode()
    return Decoder().decode(signal, Encoding.JSON, body, received_unix_nano=START)

"""Claude Code's events, made up for a test, as batches for a store."""

import json
from collections.abc import Iterable, Mapping

from receiver.decode import Decoder, Encoding
from store.signals import Batch, Signal

VERSION = "2.1.330"


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"stringValue": str(value)}


def _attributes(told: Mapping[str, object]) -> list[dict[str, object]]:
    return [{"key": key, "value": _value(value)} for key, value in told.items()]


def event(
    name: str, at: int, *, session: str = "s", turn: str | None = "p", **told: object
) -> dict[str, object]:
    """Return a log record of an event at a second; ``__`` in a name of ``told`` is a dot."""
    attributes = {key.replace("__", "."): value for key, value in told.items()}
    common = {"event.name": name, "session.id": session} | ({"prompt.id": turn} if turn else {})
    return {
        "timeUnixNano": str(at * 10**9),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": _attributes(common | attributes),
    }


def batch(events: Iterable[dict[str, object]], *, version: str = VERSION) -> Batch:
    """Return one export of log records."""
    request = {
        "resourceLogs": [
            {
                "resource": {"attributes": _attributes({"service.version": version})},
                "scopeLogs": [
                    {
                        "scope": {"name": "com.anthropic.claude_code.events"},
                        "logRecords": list(events),
                    }
                ],
            }
        ]
    }
    return Decoder().decode(
        Signal.LOGS, Encoding.JSON, json.dumps(request).encode(), received_unix_nano=1
    )

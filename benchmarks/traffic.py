"""Exports as agents would send them: one real session, multiplied.

What differs from event to event in the capture (ids, times, figures, texts) differs from copy to
copy, so that nothing is quicker to receive than it would be from real agents; what repeats in it
(names, models, the user) repeats here.
"""

from collections.abc import Iterator

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from store.signals import Signal
from tests.captures import exports

CAPTURE = "tour-grpc"
COPIES_A_SESSION = 20
"""The capture has 67 log records, so a session has some 1 300."""
COPIES_AN_AGENT = 10_000
"""Apart by so much, the copies of two agents never meet."""

_IDS = frozenset(
    {"agent_id", "message.uuid", "prompt.id", "request_id", "session.id", "tool_use_id"}
)
_TEXTS = frozenset({"prompt", "prompt_text", "response", "tool_input", "tool_parameters"})
_REQUEST_EVENTS = frozenset({"api_request", "assistant_response"})
_TOOL_CALL_EVENTS = frozenset({"tool_decision", "tool_result"})
_NS_PER_COPY = 60_000_000_000
"""Longer than the capture, so that the copies of a session follow one another."""


class Agent:
    """The exports of one agent, encoded, and what they tell of."""

    def __init__(self, number: int, *, exports: int, records_an_export: int) -> None:
        self.bodies: list[bytes] = []
        self.requests: set[str] = set()
        """The ids of the model requests."""
        self.tool_calls: set[str] = set()
        captured = _captured()
        scope_logs = captured.resource_logs[0].scope_logs[0]
        records = self._records([*scope_logs.log_records], number * COPIES_AN_AGENT)
        for _ in range(exports):
            del scope_logs.log_records[:]
            scope_logs.log_records.extend(next(records) for _ in range(records_an_export))
            self.bodies.append(captured.SerializeToString())

    def _records(self, templates: list[LogRecord], copy: int) -> Iterator[LogRecord]:
        """Yield the captured records over and over, each time as if for the first time."""
        while True:
            for template in templates:
                record = LogRecord()
                record.CopyFrom(template)
                record.time_unix_nano += copy * _NS_PER_COPY
                for pair in record.attributes:
                    is_session = pair.key == "session.id"
                    _vary(pair, copy // COPIES_A_SESSION if is_session else copy)
                self._note(record)
                yield record
            copy += 1

    def _note(self, record: LogRecord) -> None:
        values = {pair.key: pair.value.string_value for pair in record.attributes}
        if values["event.name"] in _REQUEST_EVENTS:
            self.requests.add(values["request_id"])
        if values["event.name"] in _TOOL_CALL_EVENTS:
            self.tool_calls.add(values["tool_use_id"])


def _captured() -> ExportLogsServiceRequest:
    """Return all log records of the capture in one export."""
    whole = ExportLogsServiceRequest()
    for export in exports(CAPTURE):
        if export.signal is Signal.LOGS:
            part = ExportLogsServiceRequest.FromString(export.body)
            if not whole.resource_logs:
                whole.CopyFrom(part)
                continue
            into = whole.resource_logs[0].scope_logs[0].log_records
            for resource_logs in part.resource_logs:
                for scope_logs in resource_logs.scope_logs:
                    into.extend(scope_logs.log_records)
    return whole


def _vary(pair: KeyValue, number: int) -> None:
    """Change the value of an attribute that is new in every event; leave words as they are."""
    value = pair.value
    match value.WhichOneof("value"):
        case "int_value":
            value.int_value += number
        case "double_value":
            value.double_value += number / 1_000_000
        case "string_value":
            value.string_value = _varied(pair.key, value.string_value, number)


def _varied(key: str, text: str, number: int) -> str:
    if text.isdecimal():
        return str(int(text) + number)
    if key in _IDS:
        return f"{text[:-6]}{number:06}"
    if key == "event.timestamp":
        return f"{text[:-1]}{number:06}Z"
    if key in _TEXTS:
        head, quote, tail = text.rpartition('"')
        return f"{head} {number}{quote}{tail}"
    return text

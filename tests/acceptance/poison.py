"""Exports that are hostile in every field, made of real ones, and their harmless twins.

What a dialect goes by (names of events and scopes, numbers, words of a fixed list) is left as it is
in one copy, so that every screen has something to show, and made hostile too in a second copy.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from receiver.decode import Decoder, Encoding
from store.signals import Signal
from tests.captures import DATA, RECEIVED_UNIX_NANO
from tests.store.stores import fill

HOSTILE = (
    "A\x1b]52;c;cHduZWQ=\x07\x1b]0;TITLE\x07\x1b[31mRED\x1b[2J\x9b31m\x9d0;t\x9c\x1bPq\x1b\\"
    "\x1b[6n\x1b[>c\x1bP$qm\x1b\\\x1b]11;?\x07\x1b_A\x1b\\\x1b^P\x1b\\\x1bXS\x1b\\\x1bc"
    "\x1b]8;;http://evil\x07link\x1b]8;;\x07\u202eRLO\u2066\x00\x7f\x0e\r\n\t\u200b"
    "[/wrong][@click=app.quit()]x[/][link=http://evil]$var "
)
"""Clipboard, title, colours, erasure, C1, DCS, questions to the terminal, APC, PM, SOS, reset,
hyperlink, bidi, NUL, DEL, shift out, zero width, markup."""

_SOURCES = (
    "tour-grpc/logs",
    "tour-grpc/metrics",
    "tour-grpc/traces",
    "tui-permissions/logs",
    "tour-full/logs",
)
_MEANINGFUL = {
    "decision",
    "decision_source",
    "decision_type",
    "event.name",
    "event.timestamp",
    "permission_mode",
    "source",
    "span.type",
    "status",
    "success",
    "type",
}
"""Attributes whose values a dialect compares with words it knows."""
_IDS = {"traceId", "spanId", "parentSpanId"}
_NAMES = {"name", "unit", "description", "severityText", "eventName", "version", "message"}


class Poisoner:
    """Puts a text into every field of an export; counts how often."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.poisoned = 0

    def exports(self) -> Iterator[tuple[Signal, str]]:
        """Yield export requests as OTLP/JSON: first those a dialect reads, then the rest."""
        for is_thorough in (False, True):
            for source in _SOURCES:
                with gzip.open(DATA / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
                    for line in lines:
                        request = self._poisoned(json.loads(line), is_thorough=is_thorough)
                        yield Signal(source.partition("/")[2]), json.dumps(request)

    def _text_for(self, old: str) -> str:
        self.poisoned += 1
        return self._text + old

    def _poisoned(self, node: Any, *, is_thorough: bool) -> Any:  # noqa: ANN401 - JSON is anything
        if isinstance(node, list):
            return [self._poisoned(item, is_thorough=is_thorough) for item in node]
        if not isinstance(node, dict):
            return node
        if "key" in node and "value" in node:
            return self._attribute(node, is_thorough=is_thorough)
        made = {key: self._poisoned(value, is_thorough=is_thorough) for key, value in node.items()}
        if "attributes" in made:
            made["attributes"].append(
                {"key": self._text_for("key"), "value": {"stringValue": self._text_for("value")}}
            )
        if is_thorough:
            named = _NAMES & {key for key, value in made.items() if isinstance(value, str)}
            made |= {key: self._text_for(made[key]) for key in named}
            made |= {key: _turned(made[key]) for key in _IDS & made.keys()}
            if isinstance(body := made.get("body"), dict):
                made["body"] = {"stringValue": self._text_for(str(body.get("stringValue")))}
        if "resource" in made and is_thorough:
            made["schemaUrl"] = self._text_for("schema")
        return made

    def _attribute(self, attribute: dict[str, Any], *, is_thorough: bool) -> dict[str, Any]:
        key, value = attribute["key"], attribute["value"]
        told = value.get("stringValue")
        if not isinstance(told, str) or (not is_thorough and key in _MEANINGFUL):
            return attribute
        if not is_thorough and told.replace(".", "").isdigit():
            return attribute
        return {"key": key, "value": {"stringValue": self._text_within(told)}}

    def _text_within(self, told: str) -> str:
        """Poison a text, or what is in it where it is JSON itself."""
        if not told.startswith(("{", "[")):
            return self._text_for(told)
        try:
            return json.dumps(self._within(json.loads(told)))
        except ValueError:
            return self._text_for(told)

    def _within(self, node: Any) -> Any:  # noqa: ANN401 - JSON is anything
        if isinstance(node, dict):
            return {key: self._within(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._within(item) for item in node]
        return self._text_for(node) if isinstance(node, str) else node


def poisoned_fields(text: str) -> int:
    """Return how many fields of the exports are made hostile."""
    poisoner = Poisoner(text)
    for _ in poisoner.exports():
        continue
    return poisoner.poisoned


def make_store(path: Path, text: str) -> Path:
    """Fill a store, through the writer, with exports that hold ``text`` in every field."""
    decoder = Decoder()
    fill(
        path,
        [
            decoder.decode(
                signal, Encoding.JSON, body.encode(), received_unix_nano=RECEIVED_UNIX_NANO
            )
            for signal, body in Poisoner(text).exports()
        ],
    )
    return path


def _turned(hexadecimal: str) -> str:
    """Return another id, so that the second copy's spans are not repetitions of the first's."""
    return hexadecimal[::-1]

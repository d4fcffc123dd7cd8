"""Messages as the GenAI conventions show them, in each style they have had.

Parts in one attribute (``gen_ai.input.messages``, ``gen_ai.output.messages``: JSON text or
structured), and before that one event a message (``gen_ai.user.message``, ``gen_ai.choice`` …)
with the provider's own fields. Nothing of it is sent unless content is switched on.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from receiver.dialects.values import parsed_json, text

INPUT = "gen_ai.input.messages"
OUTPUT = "gen_ai.output.messages"
_SYSTEM = frozenset({"developer", "system"})


class Call(NamedTuple):
    """A tool call that a message asks for."""

    call_id: str | None
    name: str | None
    arguments: Any


class Message(NamedTuple):
    """One message; reasoning is left out of its text."""

    role: str
    text: str | None
    calls: tuple[Call, ...]


def messages_of(value: Any) -> list[Message]:
    """Return the messages of an attribute; none where it cannot be read."""
    found = parsed_json(value)
    listed = found if isinstance(found, list) else [found]
    return [_message(item) for item in listed if isinstance(item, Mapping)]


def prompt_in(messages: list[Message]) -> str | None:
    """Return what a person said last, if the model is to answer just that."""
    spoken = [message for message in messages if message.role not in _SYSTEM]
    return spoken[-1].text if spoken and spoken[-1].role == "user" else None


def _message(told: Mapping[str, Any]) -> Message:
    inner = told.get("message")
    if isinstance(inner, Mapping):
        told = {**told, **inner}
    parts = told.get("parts")
    if not isinstance(parts, list):
        content = told.get("content")
        parts = content if isinstance(content, list) else [{"type": "text", "content": content}]
    texts = [found for part in parts if (found := _text_of(part))]
    calls = [*_calls_in(parts), *_calls_in(told.get("tool_calls"))]
    return Message(text(told.get("role")) or "", "\n".join(texts) or None, tuple(calls))


def _text_of(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping) or part.get("type", "text") != "text":
        return None
    told = part.get("content", part.get("text"))
    return told if isinstance(told, str) else None


def _calls_in(parts: Any) -> Iterator[Call]:
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, Mapping) or part.get("type") not in {"tool_call", "function"}:
            continue
        function = part.get("function")
        told = function if isinstance(function, Mapping) else part
        yield Call(text(part.get("id")), text(told.get("name")), told.get("arguments"))

"""Requests and tool calls of the GenAI conventions, as the fallback reads them."""

from collections.abc import Mapping

from receiver.dialects.gen_ai_messages import Call
from receiver.dialects.gen_ai_spans import call_requested, request_columns, response_of
from receiver.dialects.heads import CallColumns, Head, RequestColumns, mcp_names
from receiver.dialects.values import parsed_json, text
from store.changes import Facts
from store.signals import Attributes

_PATHS = ("file_path", "path")


def columns_of(head: Head, operation: str | None) -> RequestColumns:
    """Return the columns of a request; embeddings are no conversation."""
    source = "embeddings" if operation == "embeddings" else "main"
    return request_columns(head, source=source, source_raw=operation)


def answer_of(head: Head, columns: RequestColumns, attributes: Attributes, *, facts: Facts) -> None:
    """Note the text of an answer and the tool calls it asks for."""
    given, calls = response_of(columns, attributes, head.rank)
    if given is not None:
        facts.of_request(given)
    for call in calls:
        note_call(head, call, facts, request_id=columns.request_id)


def note_call(head: Head, call: Call, facts: Facts, *, request_id: str | None) -> None:
    """Note a tool call that an answer asks for; one without an id is known by its span alone."""
    if call.call_id is None:
        return
    columns = CallColumns(
        head.session_id,
        call.call_id,
        head.turn_id,
        head.agent_id,
        request_id,
        head.time_unix_nano,
        None,
        *_names(call.name, None),
        file_path=_path_in(call.arguments),
    )
    facts.of_tool_call(call_requested(columns, head, call.arguments))


def call_columns(head: Head, attributes: Attributes) -> CallColumns:
    """Return the columns of a tool call's span."""
    return CallColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        None,
        head.time_unix_nano,
        None,
        *_names(text(attributes.get("gen_ai.tool.name")), text(attributes.get("mcp.server.name"))),
        file_path=_path_in(attributes.get("gen_ai.tool.call.arguments")),
    )


def _names(name: str | None, server: str | None) -> tuple[str | None, str | None, str | None]:
    if server is None and name is not None and name.startswith("mcp__"):
        server = name.removeprefix("mcp__").partition("__")[0] or None
    return mcp_names(name, server)


def _path_in(arguments: object) -> str | None:
    found = parsed_json(arguments) if isinstance(arguments, str) else arguments
    if not isinstance(found, Mapping):
        return None
    return next(filter(None, (text(found.get(key)) for key in _PATHS)), None)

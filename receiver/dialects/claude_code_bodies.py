"""Claude Code's raw API bodies (OTEL_LOG_RAW_API_BODIES): what only they tell.

The body of a reply names the tool calls it asks for, with their exact input, before any is decided
and even if it is invalid; that of a request holds the environment the model is told. A body is cut
at 60 KB, and then is no JSON.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from receiver.dialects.values import json_text, parsed_object, text
from store.changes import Facts
from store.facts import ToolRequested

if TYPE_CHECKING:
    from receiver.dialects.claude_code import EventHead

WORKING_DIRECTORY = "working_directory"
"""The attribute of a session that a request's body tells."""

_DIRECTORY = re.compile(r"[Ww]orking directory: ((?:/|[A-Za-z]:\\)[^\n\"]{1,1000}?)(?:\\n|\n|\")")
MCP_TOOL = "mcp_tool"
"""What the events call every tool of MCP."""

_MCP = "mcp__"
_INPUT_LIMIT = 64 * 1024


def environment_told(head: "EventHead", facts: Facts, *, key: str) -> None:
    """Note the working directory that a body or a system prompt tells the model."""
    told = head.record.attributes.get(key)
    if isinstance(told, str) and (found := _DIRECTORY.search(told)):
        facts.identify(head.session_id, {WORKING_DIRECTORY: found[1]})


def tools_requested(head: "EventHead", facts: Facts) -> None:
    """Note the tool calls that the body of a reply asks for."""
    attributes = head.record.attributes
    request_id = text(attributes.get("request_id"))
    body = parsed_object(attributes.get("body"))
    for block in _tool_uses(body):
        tool_call_id, name = text(block.get("id")), text(block.get("name"))
        if tool_call_id is None:
            continue
        tool, server, mcp_tool = names_of(name)
        told = block.get("input")
        given = told if isinstance(told, dict) else {}
        head.change.requests(name, head.time_unix_nano, head.rank)
        facts.of_tool_call(
            ToolRequested(
                session_id=head.session_id,
                tool_call_id=tool_call_id,
                turn_id=head.turn_id,
                agent_id=head.agent_id,
                request_id=request_id,
                started_unix_nano=head.time_unix_nano,
                sequence=head.sequence,
                tool=tool,
                mcp_server=server,
                mcp_tool=mcp_tool,
                file_path=text(given.get("file_path")) or text(given.get("notebook_path")),
                skill=text(given.get("skill")) if tool == "Skill" else None,
                subagent_type=text(given.get("subagent_type")),
                requested_rank=head.rank,
                requested_unix_nano=head.time_unix_nano,
                requested_input=None if told is None else json_text(told)[:_INPUT_LIMIT],
                requested_command=text(given.get("command")) if tool == "Bash" else None,
            )
        )


def names_of(name: str | None) -> tuple[str | None, str | None, str | None]:
    """Return tool, MCP server and MCP tool of the name the model uses (``mcp__server__tool``)."""
    if name is None or not name.startswith(_MCP):
        return name, None, None
    server, _, tool = name.removeprefix(_MCP).partition("__")
    return MCP_TOOL, server or None, tool or None


def _tool_uses(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    content = body.get("content")
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict) and block.get("type") == "tool_use":
            yield block

"""Answers, errors and the input of tool calls are what the model API sent, field by field."""

from pathlib import Path
from typing import Any

import pytest

from store.domain import Content
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import filled

_CUT = 61_000
"""The client cuts texts at some 60 KB."""


def _said(entry: dict[str, Any]) -> str:
    return "\n".join(block["text"] for block in entry["blocks"] if block["type"] == "text")


@pytest.mark.parametrize("capture", CAPTURES)
def test_an_answer_is_the_models_text_or_withheld(capture: str, tmp_path: Path) -> None:
    """Its text blocks joined, or only their length; a reply of calls alone has no text."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    answered = {entry["request_id"]: entry for entry in truth(capture) if "blocks" in entry}
    for request in requests(db, limit=0):
        entry = answered.get(request.request_id)
        if entry is None or request.response_length is None:
            assert request.response is None
            continue
        said = _said(entry)
        assert request.response_length == len(said.encode("utf-16-le")) // 2
        if request.response_content is Content.PRESENT:
            assert request.response is not None
            assert request.response[:_CUT] == said[:_CUT] or "TRUNCATED" in request.response
        else:
            assert (request.response_content, request.response) == (Content.WITHHELD, None)


@pytest.mark.parametrize("capture", CAPTURES)
def test_an_error_has_the_status_the_api_sent(capture: str, tmp_path: Path) -> None:
    """Its message too; where the client tells no status it is one that it repeated itself."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    failed = {entry["request_id"]: entry["error"] for entry in truth(capture) if "error" in entry}
    for request in requests(db, limit=0):
        if request.request_id in failed and request.http_status is not None:
            assert request.http_status == failed[request.request_id]
        if request.request_id in failed:
            assert request.error


def _mcp(name: str) -> tuple[str | None, str | None]:
    if not name.startswith("mcp__"):
        return None, None
    server, _, tool = name.removeprefix("mcp__").partition("__")
    return server, tool


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_call_has_the_input_the_model_gave(capture: str, tmp_path: Path) -> None:
    """Request, command, file, skill, type of sub-agent and MCP names, or nothing where withheld."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    asked = {
        block["id"]: (entry["request_id"], block["name"], block["input"])
        for entry in truth(capture)
        for block in entry.get("blocks", [])
        if block["type"] == "tool_use"
    }
    for call in tool_calls(db, limit=0):
        request_id, name, given = asked[call.tool_call_id]
        assert call.request_id in {request_id, None}
        told = {
            "asked_command": (call.asked_command, given.get("command")),
            "file": (call.file_path, given.get("file_path") or given.get("notebook_path")),
            "skill": (call.skill, given.get("skill")),
            "subagent": (call.subagent_type, given.get("subagent_type")),
            "mcp": (call.mcp_tool, _mcp(name)[1]),
        }
        wrong = {key: pair for key, pair in told.items() if pair[0] not in {None, pair[1]}}
        assert wrong == {}

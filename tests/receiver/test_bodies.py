"""What only raw API bodies tell: where a session works, and the calls a reply asks for."""

import json
from pathlib import Path

import pytest

from store.queries.permissions import tool_calls
from tests.store.shape import shown
from tests.store.stores import filled
from tests.store.told import event, logs


def _environment(line: str) -> str:
    return json.dumps({"messages": [{"content": f"<env>\n{line}\nPlatform: linux\n</env>"}]})


@pytest.mark.parametrize(
    ("told", "directory"),
    [
        ({"body": _environment("Working directory: /home/a b/src")}, "/home/a b/src"),
        ({"body": _environment(" - Primary working directory: /srv/x")}, "/srv/x"),
        ({"body": _environment("Working directory: /srv/x")[:-20]}, "/srv/x"),
        ({"body": _environment("Working directory: somewhere")}, None),
        ({"body_ref": "/home/dev/bodies/1.request.json"}, None),
    ],
)
def test_a_request_tells_where_the_session_works(
    told: dict[str, str], directory: str | None, tmp_path: Path
) -> None:
    """The environment in a body names the directory, in a body that was cut too."""
    sent = logs(event("api_request_body", 1, 1, **told))
    (session,) = shown(filled(tmp_path / "s.db", [sent]))
    assert session.attribute("working_directory") == directory


def test_a_system_prompt_tells_it_too(tmp_path: Path) -> None:
    """As detailed tracing sends it."""
    sent = logs(event("system_prompt", 1, 1, system_prompt="Working directory: /srv/x\nPlatform"))
    (session,) = shown(filled(tmp_path / "s.db", [sent]))
    assert session.attribute("working_directory") == "/srv/x"


def test_a_reply_names_every_call_it_asks_for(tmp_path: Path) -> None:
    """Each with its whole input, an MCP tool by server and name; text and odd blocks are none."""
    blocks = [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "t1", "name": "Edit", "input": {"file_path": "/a.py"}},
        {"type": "tool_use", "id": "t2", "name": "mcp__ledger__balance", "input": {"of": [1]}},
        {"type": "tool_use", "name": "Bash"},
        "odd",
    ]
    body = json.dumps({"content": blocks})
    sent = logs(event("api_response_body", 1, 1, request_id="r", body=body))
    first, second = tool_calls(filled(tmp_path / "s.db", [sent]), session_id="s")
    assert (first.tool, first.file_path, first.request_id) == ("Edit", "/a.py", "r")
    assert (second.tool, second.mcp_server, second.mcp_tool) == ("mcp_tool", "ledger", "balance")
    assert second.input == '{"of":[1]}'


@pytest.mark.parametrize("body", ["", "{", '{"content": 3}', "[1]", '{"content": [{"type"'])
def test_a_body_that_cannot_be_read_tells_nothing(body: str, tmp_path: Path) -> None:
    """It stays an event with what it is known by."""
    sent = logs(event("api_response_body", 1, 1, request_id="r", body=body))
    db = filled(tmp_path / "s.db", [sent])
    assert tool_calls(db, session_id="s") == []
    assert db.execute("select kind from events").fetchall() == [("response_body",)]


def test_a_reply_tells_what_its_calls_are_about(tmp_path: Path) -> None:
    """Command, file, skill and sub-agent stand in the input before anything is decided."""
    blocks = [
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "rm -rf build"}},
        {"type": "tool_use", "id": "t2", "name": "NotebookEdit", "input": {"notebook_path": "/n"}},
        {"type": "tool_use", "id": "t3", "name": "Skill", "input": {"skill": "tidy"}},
        {"type": "tool_use", "id": "t4", "name": "Agent", "input": {"subagent_type": "Explore"}},
        {"type": "tool_use", "id": "t5", "name": "Read", "input": "odd"},
    ]
    body = json.dumps({"content": blocks})
    sent = logs(event("api_response_body", 1, 1, request_id="r", body=body))
    calls = tool_calls(filled(tmp_path / "s.db", [sent]), session_id="s")
    told = [(call.command, call.file_path, call.skill, call.subagent_type) for call in calls]
    assert told == [
        ("rm -rf build", None, None, None),
        (None, "/n", None, None),
        (None, None, "tidy", None),
        (None, None, None, "Explore"),
        (None, None, None, None),
    ]

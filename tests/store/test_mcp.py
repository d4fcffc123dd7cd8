"""MCP servers: what was connected, called and refused, and which server a withheld one is."""

from pathlib import Path
from typing import Any

import pytest

from store.insights import McpServer
from store.queries import mcp_function
from store.queries.filter import parse
from store.queries.filter_keys import Rows
from store.queries.mcp import connections, mcp_servers
from store.queries.permissions import tool_calls
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import filled
from tests.store.telling import batch, event

WITHHELD = "~:dynamic:stdio"

SERVERS = {
    "flags-one-by-one": {"ledger": (7, 0, 7, 7, 0)},
    "mcp": {
        "ledger": (1, 0, 1, 4, 1),
        "refused": (0, 3, 0, 0, 0),
        "refused-sse": (0, 3, 0, 0, 0),
        "missing": (0, 1, 0, 0, 0),
        "crashes": (0, 1, 0, 0, 0),
    },
    "permissions-headless": {"ledger": (1, 0, 1, 0, 0)},
    "skills-plugins": {"plugin_payplug_plugledger": (4, 0, 4, 1, 0)},
    "tour-beta-tracing": {"ledger": (2, 0, 2, 2, 1)},
    "tour-cumulative": {WITHHELD: (2, 0, 2, 2, 1)},
    "tour-full": {"ledger": (2, 0, 2, 2, 1)},
    "tour-grpc": {"ledger": (2, 0, 2, 2, 1)},
    "tour-json": {"ledger": (2, 0, 2, 2, 1)},
    "tour-redacted": {WITHHELD: (2, 0, 2, 2, 1)},
    "tour-resource-only": {WITHHELD: (2, 0, 2, 2, 1)},
    "tour-toggles": {"ledger": (2, 0, 2, 2, 1)},
    "tour-traces-full": {"ledger": (2, 0, 2, 2, 1)},
    "tour-traces-redacted": {"ledger": (2, 0, 2, 2, 1)},
    "tui-permissions": {"ledger": (1, 0, 0, 2, 0)},
    "tui-plugin": {"plugin_payplug_plugledger": (1, 0, 0, 0, 0)},
}
"""Of each capture's servers: connected, failed, disconnected, calls, failures. Some of the captures
withhold names in events and tell them in spans."""


def _told(server: McpServer) -> tuple[int, ...]:
    return (
        server.connected,
        server.failed,
        server.disconnected,
        server.calls,
        server.failures,
    )


@pytest.mark.parametrize("capture", CAPTURES)
def test_servers_are_those_the_client_was_given(capture: str, tmp_path: Path) -> None:
    """Each once, whoever names it; every connection and every call is of one of them."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    servers = {server.key: server for server in mcp_servers(db)}
    assert {key: _told(server) for key, server in servers.items()} == SERVERS.get(capture, {})
    events = db.execute("select count(*) from events where kind = 'mcp_connection'").fetchone()[0]
    assert len(connections(db)) == events
    assert sum(sum(_told(server)[:3]) for server in servers.values()) == events
    assert all((server.name is None) == (key == WITHHELD) for key, server in servers.items())


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_filter_admits_the_calls_of_one_server(capture: str, tmp_path: Path) -> None:
    """Its own and no other's, though its name is withheld from them or part of another's."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    mcp_function.register(db)
    for server in mcp_servers(db, limit=0):
        for named in {server.key, server.name or server.key}:
            asked = parse(f'mcp:="{named}"', now_ns=0, rows=Rows.TOOL_CALLS)
            assert len(tool_calls(db, where=asked, limit=0)) == server.calls
            of_servers = parse(f'mcp:="{named}"', now_ns=0, rows=Rows.MCP)
            assert [found.key for found in mcp_servers(db, where=of_servers)] == [server.key]
            of_servers = parse(f'mcp:="{named[:-1]}"', now_ns=0, rows=Rows.MCP)
            assert mcp_servers(db, where=of_servers) == []


@pytest.mark.parametrize("capture", ["mcp", "tour-traces-full", "skills-plugins"])
def test_calls_are_those_the_model_asked_for(capture: str, tmp_path: Path) -> None:
    """By tool, without those that were invalid, of which the client tells nothing."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    ids = {row[0] for row in db.execute("select tool_call_id from tool_calls")}
    asked = [
        block["name"].split("__", 2)[1:]
        for entry in truth(capture)
        for block in entry.get("blocks", [])
        if block["type"] == "tool_use" and block["name"].startswith("mcp__") and block["id"] in ids
    ]
    told = [
        [server.key, tool.name]
        for server in mcp_servers(db)
        for tool in server.tools
        for _ in range(tool.calls)
    ]
    assert sorted(told) == sorted(asked)


def test_figures_of_a_server(tmp_path: Path) -> None:
    """How long its calls took, what went in and out, who used it and what failed last."""
    db = filled(tmp_path / "s.db", batches(exports("mcp")))
    servers = {server.key: server for server in mcp_servers(db)}
    ledger, missing = servers["ledger"], servers["missing"]
    assert (ledger.accepted, ledger.rejected, ledger.sessions, ledger.users) == (4, 0, 1, 1)
    assert (ledger.p50_ms, ledger.p95_ms) == (11, 1506)
    assert (ledger.bytes_in, ledger.bytes_out) == (76, 271)
    assert (ledger.scope, ledger.transport, ledger.plugin) == ("project", "stdio", None)
    assert ledger.last_error is None
    assert (missing.p50_ms, missing.bytes_in, missing.tools) == (None, None, ())
    assert missing.last_error is not None
    assert missing.last_error_at == missing.first_seen


def test_the_connections_of_a_session_are_in_order(tmp_path: Path) -> None:
    """Oldest first in a session, newest first over all, each with its error."""
    db = filled(tmp_path / "s.db", batches(exports("mcp")))
    newest_first = connections(db)
    in_session = connections(db, session_id=newest_first[0].session_id)
    assert in_session == newest_first[::-1]
    first, *_, last = in_session
    assert (first.server, first.status, first.duration_ms) == ("missing", "failed", 33)
    assert "ENOENT" in (first.error or "")
    assert (last.server, last.status, last.duration_ms) == ("ledger", "disconnected", 2178)
    assert connections(db, limit=2, offset=3) == newest_first[3:5]


def _connection(at: int, status: str = "connected", **told: Any) -> dict[str, object]:  # noqa: ANN401 - an attribute
    told = {"transport_type": "stdio", "server_scope": "user"} | told
    return event("mcp_server_connection", at, turn=None, status=status, event__sequence=at, **told)


def _call(at: int, server: str | None = None) -> list[dict[str, object]]:
    names = f'{{"mcp_server_name":"{server}","mcp_tool_name":"t"}}'
    shown: dict[str, Any] = {} if server is None else {"tool_parameters": names}
    call: dict[str, Any] = {"tool_name": "mcp_tool", "tool_use_id": f"t{at}", **shown}
    result = {"success": "true", "mcp_server_scope": "user", "duration_ms": "5"}
    return [
        event("tool_decision", at, decision="accept", **call),
        event("tool_result", at, **call, **result),
    ]


PLUGIN: dict[str, Any] = {"is_plugin": True, "plugin_id_hash": "f9", "plugin.name": "third-party"}


@pytest.mark.parametrize(
    ("events", "keys"),
    [
        ([_connection(1), *_call(2, "a")], {"a": (1, 1)}),
        (
            [_connection(1), *_call(2, "a"), *_call(3, "b")],
            {"~:user:stdio": (1, 0), "a": (0, 1), "b": (0, 1)},
        ),
        ([_connection(1), _connection(2), *_call(3, "a")], {"~:user:stdio": (2, 0), "a": (0, 1)}),
        (
            [_connection(1), _connection(2, transport_type="http"), *_call(3, "a")],
            {"~:user:stdio": (1, 0), "~:user:http": (1, 0), "a": (0, 1)},
        ),
        (
            [_connection(1), _connection(2, server_scope="project"), *_call(3, "a")],
            {"a": (1, 1), "~:project:stdio": (1, 0)},
        ),
        (
            [_connection(1), _connection(2, "failed"), *_call(3, "a")],
            {"a": (1, 1), "~:user:stdio": (1, 0)},
        ),
        (
            [_connection(1), _connection(2, **PLUGIN), *_call(3, "a"), *_call(4, "plugin_x_b")],
            {"a": (1, 1), "plugin_x_b": (1, 1)},
        ),
        (
            [_connection(1), _connection(2, "disconnected"), _connection(3), *_call(4, "a")],
            {"a": (3, 1)},
        ),
        ([_connection(1), *_call(2)], {"~:user:stdio": (1, 1)}),
        (
            [_connection(1), _connection(2, **PLUGIN), *_call(3)],
            {"~:user:stdio": (1, 0), "~f9:user:stdio": (1, 0), "~:user:": (0, 1)},
        ),
        ([_connection(1, server_name="a"), *_call(2)], {"a": (1, 1)}),
        (
            [_connection(1, server_name="plugin:x:b"), *_call(2, "plugin_x_b")],
            {"plugin_x_b": (1, 1)},
        ),
    ],
)
def test_a_withheld_server_has_a_name_only_if_it_can_be_no_other(
    events: list[dict[str, object]], keys: dict[str, tuple[int, int]], tmp_path: Path
) -> None:
    """Two that were connected at once, or two names that were called, are never made one."""
    db = filled(tmp_path / "s.db", [batch(events)])
    found = {
        server.key: (server.connected + server.failed + server.disconnected, server.calls)
        for server in mcp_servers(db)
    }
    assert found == keys


def test_sessions_of_one_server_are_one_row(tmp_path: Path) -> None:
    """A session that shows the name says nothing of another that does not."""
    named = [_connection(1, server_name="a"), *_call(2, "a")]
    db = filled(tmp_path / "s.db", [batch(named), batch([_connection(3, session="z")])])
    assert {server.key: server.sessions for server in mcp_servers(db)} == {
        "a": 1,
        "~:user:stdio": 0,
    }


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("mcp:refused", {"refused", "refused-sse"}),
        ("ENOENT", {"missing"}),
        ("balance", {"ledger"}),
        ("agent:codex", set()),
        ("since:2020-01-01", {"ledger", "refused", "refused-sse", "missing", "crashes"}),
    ],
)
def test_servers_are_filtered(where: str, keys: set[str], tmp_path: Path) -> None:
    """By name, words, time, and what is asked of their sessions."""
    db = filled(tmp_path / "s.db", batches(exports("mcp")))
    found = mcp_servers(db, where=parse(where, now_ns=0, rows=Rows.MCP))
    assert {server.key for server in found} == keys


def test_pages_of_servers_follow_one_another(tmp_path: Path) -> None:
    """The one used last comes first."""
    db = filled(tmp_path / "s.db", batches(exports("mcp")))
    found = mcp_servers(db)
    assert [mcp_servers(db, limit=1, offset=place)[0] for place in range(5)] == found
    assert found[0].key == "ledger"

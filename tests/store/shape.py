"""The structure of a session's transcript, with ids replaced by what they refer to."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from store.connection import Database
from store.domain import Event, Request, Session, ToolCall
from store.queries.filter import parse
from store.queries.sessions import sessions
from store.queries.transcript import Node, nodes, turns

Shape: TypeAlias = tuple[Any, ...]


def shown(db: Database) -> list[Session]:
    """Return all sessions of a store, in order of their beginning."""
    found = sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0)
    return sorted(found, key=lambda session: (session.started_at, session.session_id))


def tree(db: Database, session_id: str) -> list[tuple[Any, list[Node]]]:
    """Return every turn of a session with its nodes."""
    return [(turn, nodes(db, session_id, turn.turn_id)) for turn in turns(db, session_id)]


def shape(found: Iterable[Node]) -> list[Shape]:
    """Return kinds, names and verdicts of nodes in order, those of sub-agents within."""
    return [_shape(node) for node in found]


def _shape(node: Node) -> Shape:
    match node:
        case Request():
            return ("request", node.model, node.source, node.status, node.tokens)
        case ToolCall():
            return ("tool", node.tool, node.verdict, node.decider, node.outcome)
        case Event():
            return ("event", node.kind)
    return ("subagent", node.link, node.tool_call_id is not None, shape(node.children))


def subagents(found: Iterable[Node]) -> dict[str, Shape]:
    """Return by agent id what started a sub-agent and what it asked and called, at any depth."""
    agents: dict[str, Shape] = {}
    for node in found:
        if isinstance(node, Request | ToolCall | Event):
            continue
        asked = sorted(n.request_id for n in node.children if isinstance(n, Request))
        called = sorted(n.tool_call_id for n in node.children if isinstance(n, ToolCall))
        agents[node.agent_id] = (asked, called)
        agents |= subagents(node.children)
    return agents

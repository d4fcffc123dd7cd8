"""Where sub-agents stand in a transcript: below the tool call that started them, if that is known.

The events of a sub-agent name the sub-agent but not the call. Its spans stand below the span of the
call's execution, and a background agent's report names both; without either, the call that ended
right after it, or that alone fits by time and type, is probable.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from store.connection import Database
from store.domain import CacheLoss, Cost, Event, Request, TokenUsage, ToolCall
from store.queries.totals import cost_in, lost_in, tokens_in, told_or_solved


class Link(StrEnum):
    """How it is known which tool call started a sub-agent."""

    TRACED = "traced"
    """By the parents of its spans."""
    REPORTED = "reported"
    """By the agent's own report that it finished."""
    PROBABLE = "probable"
    """The call that ended right after it, or the only one that fits by time and type."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SubagentNode:
    """What one sub-agent did within a turn."""

    agent_id: str
    name: str | None
    at: int
    """Its first action."""
    children: tuple["Node", ...]
    tool_call_id: str | None = None
    """The call that started it; it then stands right after that."""
    link: Link = Link.UNKNOWN
    tokens: TokenUsage = field(default_factory=TokenUsage)
    cost: Cost = field(default_factory=Cost)
    """Of its own requests and of those of the sub-agents below it."""
    lost: CacheLoss = field(default_factory=CacheLoss)


Node: TypeAlias = Request | ToolCall | Event | SubagentNode

_TOOLS = frozenset({"Agent", "Task"})
"""The names under which agents offer their sub-agents as a tool."""


_END = "subagent_end"
_ENDS_WITHIN_MS = 150
_BEGAN_WITHIN_MS = 25
"""How far the ends and the beginnings of a call and its sub-agent lie apart, with some room."""
_NS_PER_MS = 1_000_000


class Placed(NamedTuple):
    """A node with its time, its rank among what happened at that time, and the sequence."""

    place: tuple[int, int, int]
    agent_id: str | None
    node: Node


class Known(NamedTuple):
    """What the store knows of the sub-agents of a session."""

    calls: Mapping[str, tuple[str, Link]]
    """Agent id → the id of the tool call that started it."""
    parents: Mapping[str, str]
    """Agent id → the id of the sub-agent that started it."""


def known_subagents(db: Database, session_id: str) -> Known:
    """Return the sub-agents of a session whose call or parent is known."""
    traced = db.execute(
        "select a.agent_id, min(c.tool_call_id) from agent_spans a join tool_calls c"
        " on c.session_id = a.session_id and c.executed_span_id = a.parent_span_id"
        " where a.session_id = ? and c.agent_id is not a.agent_id group by a.agent_id",
        [session_id],
    )
    reported = db.execute(
        "select agent_id, min(tool_call_id) from agent_calls where session_id = ? group by 1",
        [session_id],
    )
    parents = db.execute(
        "select agent_id, min(parent_agent_id) from agent_parents where session_id = ? group by 1",
        [session_id],
    )
    calls = {agent: (call, Link.REPORTED) for agent, call in reported}
    calls.update({agent: (call, Link.TRACED) for agent, call in traced})
    return Known(calls, dict(parents))


def grouped(found: Sequence[Placed], known: Known) -> list[Node]:
    """Fold what each sub-agent did into one node, ``found`` being in order."""
    return _Tree(found, known).below(None)


class _Tree:
    def __init__(self, found: Sequence[Placed], known: Known) -> None:
        self._by_agent: dict[str, list[Placed]] = {}
        self._main: list[Placed] = []
        for item in found:
            if item.agent_id is None:
                self._main.append(item)
            else:
                self._by_agent.setdefault(item.agent_id, []).append(item)
        self._told = known.parents
        calls = {item.node.tool_call_id: item for item in found if isinstance(item.node, ToolCall)}
        self._calls = self._linked(calls, known)
        self._parents = {
            agent: self._parent(agent, calls, known.parents) for agent in self._by_agent
        }

    def below(self, parent: str | None) -> list[Node]:
        """Return the nodes of a sub-agent, or of the main thread, with sub-agents among them."""
        own = list(self._main if parent is None else self._by_agent[parent])
        after: dict[str, list[Node]] = {}
        ids = {item.node.tool_call_id for item in own if isinstance(item.node, ToolCall)}
        for agent in [agent for agent, above in self._parents.items() if above == parent]:
            node = self._node(agent)
            if node.tool_call_id in ids:
                after.setdefault(node.tool_call_id or "", []).append(node)
            else:
                own.append(Placed((node.at, -1, 0), None, node))
        own.sort(key=lambda item: item.place)
        nodes: list[Node] = []
        for item in own:
            nodes.append(item.node)
            if isinstance(item.node, ToolCall):
                nodes += after.get(item.node.tool_call_id, [])
        return nodes

    def _node(self, agent: str) -> SubagentNode:
        items = self._by_agent[agent]
        call, link = self._calls.get(agent, (None, Link.UNKNOWN))
        children = tuple(self.below(agent))
        made = list(requests_in(children))
        return SubagentNode(
            agent_id=agent,
            name=_name(item.node for item in items),
            at=items[0].place[0],
            children=children,
            tool_call_id=call,
            link=link,
            tokens=tokens_in(told_or_solved(request) for request in made),
            cost=cost_in(request.cost for request in made),
            lost=lost_in(made),
        )

    def _parent(
        self, agent: str, calls: Mapping[str, Placed], told: Mapping[str, str]
    ) -> str | None:
        """Return the sub-agent whose child this one is, by its call, else by its own word."""
        call = calls.get(self._calls.get(agent, ("", Link.UNKNOWN))[0])
        above = told.get(agent) if call is None else call.agent_id
        is_loop = above == agent or (above is not None and told.get(above) == agent)
        return None if above not in self._by_agent or is_loop else above

    def _linked(self, calls: Mapping[str, Placed], known: Known) -> dict[str, tuple[str, Link]]:
        found = {agent: known.calls[agent] for agent in self._by_agent if agent in known.calls}
        found |= self._ended_together(calls, found)
        taken = {call for call, _ in found.values()}
        open_calls = [
            item.node
            for call_id, item in calls.items()
            if isinstance(item.node, ToolCall) and item.node.tool in _TOOLS and call_id not in taken
        ]
        guesses = {
            agent: [call for call in open_calls if self._fits(agent, call)]
            for agent in self._by_agent.keys() - found.keys()
        }
        for agent, candidates in guesses.items():
            rivals = sum(candidates == others for others in guesses.values())
            if len(candidates) == 1 and rivals == 1:
                found[agent] = (candidates[0].tool_call_id, Link.PROBABLE)
        return found

    def _ended_together(
        self, calls: Mapping[str, Placed], found: Mapping[str, tuple[str, Link]]
    ) -> dict[str, tuple[str, Link]]:
        """Return the calls that ended right after one sub-agent, having begun right before it."""
        taken = {call for call, _ in found.values()}
        pairs = [
            (agent, item.node.tool_call_id)
            for agent in self._by_agent.keys() - found.keys()
            for call_id, item in calls.items()
            if call_id not in taken
            and isinstance(item.node, ToolCall)
            and item.node.tool in _TOOLS
            and self._fits(agent, item.node)
            and any(_ends(end.node, item.node) for end in self._by_agent[agent])
        ]
        agents, ended = Counter(agent for agent, _ in pairs), Counter(call for _, call in pairs)
        return {
            agent: (call, Link.PROBABLE)
            for agent, call in pairs
            if agents[agent] == 1 and ended[call] == 1
        }

    def _fits(self, agent: str, call: ToolCall) -> bool:
        """Tell whether a call can have started a sub-agent; one in the background runs on."""
        items = self._by_agent[agent]
        name = _name(item.node for item in items)
        if call.agent_id != self._told.get(agent) or (
            call.subagent_type is not None and name is not None and call.subagent_type != name
        ):
            return False
        began = min(item.place[0] for item in items)
        return (call.decided_at or call.at) <= began


def _ends(end: Node, call: ToolCall) -> bool:
    """Tell whether an event is the end of a sub-agent that a call waited for.

    The call's result follows within milliseconds, and it took as much longer than the sub-agent.
    """
    if (
        not isinstance(end, Event)
        or end.kind != _END
        or None in (call.finished_at, call.duration_ms)
    ):
        return False
    took = end.attributes.get("duration_ms")
    if not isinstance(took, int):
        return False
    later_ms = ((call.finished_at or 0) - end.at) / _NS_PER_MS
    longer_ms = (call.duration_ms or 0) - took
    return 0 <= later_ms <= _ENDS_WITHIN_MS and abs(longer_ms - later_ms) <= _BEGAN_WITHIN_MS


def requests_in(nodes: Iterable[Node]) -> Iterator[Request]:
    """Yield the requests among nodes, those of sub-agents included."""
    for node in nodes:
        match node:
            case Request():
                yield node
            case SubagentNode():
                yield from requests_in(node.children)


def _name(nodes: Iterable[Node]) -> str | None:
    names = {node.agent_name for node in nodes if isinstance(node, Request)}
    return min((name for name in names if name is not None), default=None)

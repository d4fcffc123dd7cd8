"""What each version of an agent can say.

From Claude Code's changelog and its documentation ("Monitoring"), as far as they name versions.
What is not in the table every version is taken to say, or none is known not to.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from store.domain import Agent
from store.insights import Capability, CapabilityState

ANSWERS_SINCE = "2.1.193"
RAW_BODIES_SINCE = "2.1.111"
ENTRYPOINT_SINCE = "2.1.152"
ABORTS_SINCE = "2.1.216"
COMMANDS_ON_DECISIONS_SINCE = "2.1.157"

_CLAUDE_CODE: tuple[tuple[str, str | None], ...] = (
    ("requests with tokens and cost", None),
    ("prompts, tool results, errors", None),
    ("terminal and programming language", "1.0.28"),
    ("active time", "1.0.39"),
    ("speed of requests", "2.1.41"),
    ("decisions on tool calls without a screen", "2.1.47"),
    ("raw API bodies", RAW_BODIES_SINCE),
    ("names of slash commands", "2.1.117"),
    ("effort of requests", "2.1.117"),
    ("ids and input sizes of tool calls", "2.1.119"),
    ("why answers ended", "2.1.121"),
    ("at-mentions", "2.1.122"),
    ("how skills were started", "2.1.126"),
    ("pull requests made through MCP", "2.1.129"),
    ("sub-agents on spans of requests", "2.1.139"),
    ("active time without a screen", "2.1.139"),
    ("sub-agents on spans of tool calls", "2.1.145"),
    ("entrypoint", ENTRYPOINT_SINCE),
    ("how compactions began", "2.1.153"),
    ("commands on decisions", COMMANDS_ON_DECISIONS_SINCE),
    ("resource attributes on metrics", "2.1.161"),
    ("first events of a process", "2.1.161"),
    ("model of changed lines", "2.1.172"),
    ("answers", ANSWERS_SINCE),
    ("workflows", "2.1.202"),
    ("traces of events", "2.1.212"),
    ("message ids", "2.1.214"),
    ("source of tools", "2.1.214"),
    ("aborts apart from rejections", ABORTS_SINCE),
    ("MCP server of a request alone", "2.1.222"),
    ("retention sweeps", "2.1.227"),
    ("one trace a turn with deferred hooks", "2.1.239"),
)
"""A name for people, and the version since which it is said."""

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?")
_Version: TypeAlias = tuple[int, ...]


def capabilities(agent: Agent, versions: Sequence[str]) -> tuple[Capability, ...]:
    """Return what an agent of these versions can say; nothing where no table is known."""
    known = _CLAUDE_CODE if agent is Agent.CLAUDE_CODE else ()
    return tuple(Capability(name, since, emitted(since, versions)) for name, since in known)


def emitted(since: str | None, versions: Iterable[str]) -> CapabilityState:
    """Tell whether all ``versions`` or none are at least ``since``; else it is unknown."""
    if since is None:
        return CapabilityState.EMITTED
    wanted = _parsed(since)
    found = [_parsed(version) for version in versions]
    if wanted is None or not found or None in found:
        return CapabilityState.UNKNOWN
    answers = {version >= wanted for version in found if version is not None}
    if len(answers) > 1:
        return CapabilityState.UNKNOWN
    return CapabilityState.EMITTED if answers.pop() else CapabilityState.NOT_EMITTED


def _parsed(version: str) -> _Version | None:
    match = _VERSION.match(version)
    return None if match is None else tuple(int(part or 0) for part in match.groups())

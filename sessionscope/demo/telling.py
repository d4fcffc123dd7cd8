"""Telling an invented session as the log events a real Claude Code would send, in OTLP/JSON.

Event names and attributes follow the client's wire form (2.1.330): an event is sent when something
has ended, numbers are partly strings, every event carries user, session and sequence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from sessionscope.demo.attributes import key_values

VERSION = "2.1.330"
_NS_PER_MS = 1_000_000
_NAMESPACE = uuid5(NAMESPACE_URL, "sessionscope:demo")
_WITHHELD = "<REDACTED>"

MICROS_PER_TOKEN = {
    "claude-opus-5-5": (4.0, 0.2, 5.0, 8.0, 20.0),
    "claude-haiku-5-5": (0.1, 0.01, 0.125, 0.2, 0.5),
}
"""List prices by model: input, cache read, cache write of 5 minutes, of 1 hour, output."""


class Identity(NamedTuple):
    """Who runs the invented session, and where."""

    user: str
    team: str
    repository: str


class Usage(NamedTuple):
    """Tokens of one request by class."""

    input: int = 10
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 120


@dataclass(slots=True)
class Teller:
    """Tells one session; its clock moves on with what happens in it."""

    name: str
    identity: Identity
    now_ns: int
    """The moment the session has reached."""
    model: str = "claude-opus-5-5"
    mode: str = "default"
    shows_content: bool = True
    records: list[dict[str, Any]] = field(default_factory=list)
    _sequence: int = 0
    _made: int = 0
    _turn_id: str = ""
    _request_id: str = ""
    _agents: list[dict[str, str]] = field(default_factory=list)

    @property
    def session_id(self) -> str:
        """Return the session's id, the same in every telling."""
        return self._id("session")

    def wait(self, seconds: float) -> None:
        """Let time pass in which nothing is told."""
        self.now_ns += round(seconds * 1000) * _NS_PER_MS

    def start(self, *servers: str) -> None:
        """Tell the start of the process and its MCP connections."""
        self.tell("managed_settings_resolved", {"managed_settings.trigger": "startup"})
        for server in servers:
            self.wait(0.2)
            self.connect(server)

    def connect(self, server: str, *, error: str | None = None) -> None:
        """Tell an MCP server's connection, or its failure."""
        status = "connected" if error is None else "failed"
        told = {"status": status, "transport_type": "stdio", "server_name": server}
        if error is not None:
            told |= {"error_code": error}
        self.tell("mcp_server_connection", told | {"duration_ms": "152"})

    def prompt(self, text: str, *, command: str | None = None) -> None:
        """Tell a prompt, which opens a turn."""
        self._turn_id = self._id("turn")
        shown = text if self.shows_content or command else _WITHHELD
        told = {"prompt": shown, "prompt_length": str(len(text))}
        if command is not None:
            told |= {"command_name": command, "command_source": "builtin"}
        self.tell("user_prompt", told)

    def request(self, usage: Usage, text: str = "", *, seconds: float = 3.2) -> None:
        """Tell a model request and the text of its answer."""
        self.wait(seconds)
        self._request_id = f"req_{self._id('request')[:23]}"
        self.tell("api_request", self._usage(usage, seconds) | self._source())
        if text:
            shown = text if self.shows_content else _WITHHELD
            told = {"response": shown, "response_length": len(text), "model": self.model}
            source = {key: value for key, value in self._source().items() if key != "agent.name"}
            self.tell("assistant_response", told | source)

    def fail(self, error: str, status: int, *, attempts: int) -> None:
        """Tell a request that was given up."""
        self.wait(1.5 * attempts)
        self._request_id = f"req_{self._id('request')[:23]}"
        told = {"model": self.model, "error": error, "duration_ms": 1200, "attempt": attempts}
        self.tell("api_error", told | {"status_code": status} | self._source())
        if attempts > 1:
            told = {"model": self.model, "error": error, "total_attempts": attempts}
            self.tell("api_retries_exhausted", told | {"query_source": "repl_main_thread"})

    def tool(
        self,
        tool: str,
        given: Mapping[str, str],
        *,
        decision: str = "config",
        seconds: float = 0.1,
        ok: bool = True,
    ) -> str:
        """Tell a tool call: its decision and, unless it was refused, its result; return its id."""
        tool_use_id = f"toolu_{self._id('tool')[:22]}"
        rejected = decision.endswith(("reject", "abort")) or decision == "hook!"
        told: dict[str, Any] = {
            "tool_name": "mcp_tool" if "server" in given else tool,
            "tool_use_id": tool_use_id,
            "request_id": self._request_id,
        }
        if self.shows_content and (parameters := _parameters(tool, given)):
            told["tool_parameters"] = json.dumps(parameters, separators=(",", ":"))
        verdict = {
            "decision": "reject" if rejected else "accept",
            "source": decision.rstrip("!"),
            "permission_mode": self.mode,
        }
        self.tell("tool_decision", told | verdict)
        if rejected:
            return tool_use_id
        self.wait(seconds)
        ended = {"success": str(ok).lower(), "duration_ms": str(round(seconds * 1000))}
        size = {"tool_input_size_bytes": str(len(json.dumps(given)))}
        if ok:
            size |= {"tool_result_size_bytes": str(round(seconds * 4000))}
        else:
            size |= _failure(given)
        if self.shows_content:
            own = {key: value for key, value in given.items() if key != "server"}
            told["tool_input"] = json.dumps(own, separators=(",", ":"), ensure_ascii=False)
        self.tell("tool_result", told | ended | size)
        return tool_use_id

    def switch(self, mode: str) -> None:
        """Tell that a person changed the permission mode."""
        change = {"from_mode": self.mode, "to_mode": mode, "trigger": "shift_tab"}
        self.tell("permission_mode_changed", change)
        self.mode = mode

    def delegate(self, name: str) -> str:
        """Tell what follows as the work of a sub-agent, until ``take_back``; return its id."""
        agent = {"agent_id": self._id("agent").replace("-", "")[:17], "agent.name": name}
        if self._agents:
            agent["parent_agent_id"] = self._agents[-1]["agent_id"]
        self._agents.append(agent)
        return agent["agent_id"]

    def take_back(self) -> None:
        """Tell that the sub-agent is done, and what follows as that of whoever started it."""
        told = {"agent_type": self._agents[-1]["agent.name"], "total_tool_uses": 3}
        self.tell("subagent_completed", told | {"total_tokens": 5_200, "duration_ms": 9_000})
        self._agents.pop()

    def lose(self, events: int) -> None:
        """Let so many events be lost on their way."""
        self._sequence += events

    def _source(self) -> dict[str, str]:
        if self._agents:
            name = self._agents[-1]["agent.name"]
            source = {"query_source": f"agent:builtin:{name}", "agent.name": name}
        else:
            source = {"query_source": "repl_main_thread"}
        return source | {"request_id": self._request_id}

    def _usage(self, usage: Usage, seconds: float) -> dict[str, Any]:
        prices = MICROS_PER_TOKEN[self.model]
        classes = (
            usage.input,
            usage.cache_read,
            usage.cache_write_5m,
            usage.cache_write_1h,
            usage.output,
        )
        micros = round(sum(n * price for n, price in zip(classes, prices, strict=True)))
        return {
            "model": self.model,
            "input_tokens": usage.input,
            "output_tokens": usage.output,
            "cache_read_tokens": usage.cache_read,
            "cache_creation_tokens": usage.cache_write_5m + usage.cache_write_1h,
            "cache_creation_5m_tokens": usage.cache_write_5m,
            "cache_creation_1h_tokens": usage.cache_write_1h,
            "cost_usd": micros / 1_000_000,
            "cost_usd_micros": micros,
            "duration_ms": round(seconds * 1000),
            "ttft_ms": round(seconds * 280),
            "speed": "normal",
            "effort": "medium",
        }

    def tell(self, name: str, own: Mapping[str, Any]) -> None:
        """Tell an event of any name with its own attributes."""
        attributes: dict[str, Any] = {
            "user.id": self._id_of_user(),
            "user.email": f"{self.identity.user}@example.com",
            "session.id": self.session_id,
            "terminal.type": "xterm-256color",
            "vcs.repository.name": self.identity.repository,
            "event.name": name,
            "event.sequence": self._sequence,
        }
        if self._turn_id:
            attributes["prompt.id"] = self._turn_id
        for key in ("agent_id", "parent_agent_id"):
            if self._agents and key in self._agents[-1]:
                attributes[key] = self._agents[-1][key]
        self._sequence += 1
        self.records.append(
            {
                "timeUnixNano": str(self.now_ns),
                "observedTimeUnixNano": str(self.now_ns),
                "body": {"stringValue": f"claude_code.{name}"},
                "attributes": key_values(attributes | dict(own)),
            }
        )

    def _id(self, kind: str) -> str:
        if kind != "session":
            self._made += 1
        return str(
            uuid5(_NAMESPACE, f"{self.name}/{kind}/{self._made if kind != 'session' else 0}")
        )

    def _id_of_user(self) -> str:
        return uuid5(_NAMESPACE, self.identity.user).hex * 2


def export_request(teller: Teller, records: list[dict[str, Any]]) -> bytes:
    """Return an OTLP/JSON export request that holds ``records`` of a session."""
    resource = {
        "service.name": "claude-code",
        "service.version": VERSION,
        "os.type": "linux",
        "team.id": teller.identity.team,
    }
    scope = {"name": "com.anthropic.claude_code.events", "version": VERSION}
    return json.dumps(
        {
            "resourceLogs": [
                {
                    "resource": {"attributes": key_values(resource)},
                    "scopeLogs": [{"scope": scope, "logRecords": records}],
                }
            ]
        }
    ).encode()


_COMMIT = ("git_commit_id", "git_branch")


def _failure(given: Mapping[str, str]) -> dict[str, str]:
    if "server" in given:
        return {"error_type": "McpToolCallError", "error": "it is locked by somebody else"}
    return {"error_type": "ShellError", "error": "Shell command failed"}


def _parameters(tool: str, given: Mapping[str, str]) -> dict[str, str]:
    if tool == "Bash":
        ran = {"bash_command": given["command"].split()[0], "full_command": given["command"]}
        return ran | {name: given[name] for name in _COMMIT if name in given}
    if "server" in given:
        return {"mcp_server_name": given["server"], "mcp_tool_name": tool}
    if tool == "Skill":
        return {"skill_name": given["skill"]}
    if tool == "Agent":
        return {"subagent_type": given["subagent_type"]}
    return {}

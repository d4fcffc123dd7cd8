"""Claude Code's events that are neither a request's nor a tool call's: kept as they came.

Each has a kind, by which it is shown and found, and its own attributes; an event of a name that is
not known has the kind ``unknown``.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from receiver.dialects.claude_code_bodies import environment_told, tools_requested
from receiver.dialects.claude_code_known import COMMON
from receiver.dialects.claude_code_words import (
    TITLE_LENGTH,
    origin_of,
    prompt_content,
    without_redaction,
)
from receiver.dialects.values import boolean, event_attributes, integer, text
from store.changes import Facts
from store.domain import Origin
from store.facts import AgentCall, EventSeen, PromptGiven
from store.signals import Attributes

if TYPE_CHECKING:
    from receiver.dialects.claude_code import EventHead

_KINDS: Mapping[str, str] = {
    "api_request_body": "request_body",
    "api_response_body": "response_body",
    "api_retries_exhausted": "retries_exhausted",
    "at_mention": "mention",
    "auth": "auth",
    "compaction": "compaction",
    "feedback_survey": "feedback",
    "hook_execution_complete": "hook",
    "hook_execution_start": "hook_start",
    "hook_plugin_metrics": "hook_metrics",
    "hook_registered": "hook_registered",
    "internal_error": "internal_error",
    "managed_settings_resolved": "settings",
    "mcp_server_connection": "mcp_connection",
    "permission_mode_changed": "mode_change",
    "plugin_installed": "plugin",
    "plugin_loaded": "plugin",
    "retention_sweep": "retention",
    "safety_event": "safety",
    "skill_activated": "skill",
    "subagent_completed": "subagent_end",
    "system_prompt": "system_prompt",
    "tool": "tool_definition",
    "user_prompt": "prompt",
}

_COMMON = (COMMON - {"parent_agent_id", "workflow.name", "workflow.run_id"}) | {
    "prompt",
    "prompt_text",
}
"""What every event carries, or has a column of its own."""

_ASKS_THE_MODEL = "compact"
"""The one built-in command that needs an answer of the model."""

_REPORT = re.compile(
    r"<task-notification>\s*<task-id>(?P<agent>[^<]{1,200})</task-id>"
    r"\s*<tool-use-id>(?P<call>[^<]{1,200})</tool-use-id>"
)


def keep_event(head: "EventHead", name: str, facts: Facts) -> None:
    """Keep an event with its kind, and note what it says of its session."""
    attributes = head.record.attributes
    told = text(attributes.get("prompt")) or text(attributes.get("prompt_text"))
    prompt = without_redaction(told)
    match name:
        case "user_prompt":
            _note_prompt(head, prompt, facts)
        case "permission_mode_changed":
            if mode := text(attributes.get("to_mode")):
                head.change.in_mode(mode, head.rank)
        case "hook_execution_start":
            _note_hook(head)
        case "compaction" if boolean(attributes.get("success")) and head.agent_id is None:
            if (left := integer(attributes.get("post_tokens"))) is not None:
                head.change.holds(left, head.rank)
        case "api_request_body":
            environment_told(head, facts, key="body")
        case "system_prompt":
            environment_told(head, facts, key="system_prompt")
        case "api_response_body":
            tools_requested(head, facts)
    facts.events.append(
        EventSeen(
            digest=head.record.digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=head.agent_id,
            time_unix_nano=head.time_unix_nano,
            sequence=head.sequence,
            name=name or text(head.record.body) or "unnamed",
            kind=_KINDS.get(name, "unknown"),
            trouble=_trouble(name, attributes),
            text=prompt,
            attributes=event_attributes(
                attributes, common=_COMMON, resource=head.record.resource.attributes
            ),
        )
    )


def _trouble(name: str, attributes: Attributes) -> str | None:
    """Return which kind of trouble an event is, in the words of the ``trouble`` table."""
    match name:
        case "api_retries_exhausted":
            return "retries_exhausted"
        case "internal_error":
            return "internal_error"
        case "mcp_server_connection" if attributes.get("status") == "failed":
            return "mcp_failed"
        case "hook_execution_complete" if integer(attributes.get("num_blocking")):
            return "hook_blocked"
        case "compaction" | "auth" if boolean(attributes.get("success")) is False:
            return f"{name}_failed"
    return None


def _note_hook(head: "EventHead") -> None:
    """Note what a hook's start shows: while a person is asked, and when a turn is finished."""
    match head.record.attributes.get("hook_event"):
        case "PermissionRequest":
            tool = (text(head.record.attributes.get("hook_name")) or "").partition(":")[2]
            head.change.asks(tool or None, head.time_unix_nano, head.rank)
        case "Stop":
            head.change.latest("turn_ended", head.time_unix_nano)


def _note_prompt(head: "EventHead", prompt: str | None, facts: Facts) -> None:
    attributes = head.record.attributes
    command = text(attributes.get("command_name"))
    content = prompt_content(attributes.get("prompt"))
    is_late = text(attributes.get("delivery.mode")) == "mid_turn"
    origin = origin_of(prompt, command=command, is_late=is_late)
    is_local = attributes.get("command_source") == "builtin" and command != _ASKS_THE_MODEL
    head.change.latest("last_prompt", head.time_unix_nano)
    if not is_local:
        head.change.latest("awaited", head.time_unix_nano)
    if command == "exit":
        head.change.latest("exited", head.time_unix_nano)
    if origin not in {Origin.COMMAND, Origin.AGENT}:
        head.change.titled(prompt and prompt[:TITLE_LENGTH], content, head.rank)
    if origin is Origin.AGENT and (report := _REPORT.match(prompt or "")):
        facts.agent_calls.add(AgentCall(head.session_id, report["agent"], report["call"]))
    if head.turn_id is not None:
        facts.prompts.append(
            PromptGiven(
                session_id=head.session_id,
                turn_id=head.turn_id,
                prompt_rank=head.rank,
                prompt_digest=head.record.digest,
                prompt_content=content,
                prompt_length=integer(attributes.get("prompt_length")),
                prompt_origin=origin,
                command=command,
            )
        )

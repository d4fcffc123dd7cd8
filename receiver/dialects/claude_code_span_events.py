"""Claude Code's spans that are shown as events, where no event tells the same.

A turn's own span tells its prompt, which counts where the event did not come.
"""

import re
from typing import TYPE_CHECKING

from receiver.dialects.claude_code_known import COMMON
from receiver.dialects.claude_code_words import (
    TITLE_LENGTH,
    origin_of,
    prompt_content,
    without_redaction,
)
from receiver.dialects.values import event_attributes, integer, text
from store.changes import Facts
from store.facts import RECORD_TIME_LIMIT, EventSeen, PromptGiven

if TYPE_CHECKING:
    from receiver.dialects.claude_code_spans import SpanHead

_COMMAND = re.compile(r"/([\w:.-]{1,100})(?:\s|$)")


def prompt_of_span(head: "SpanHead", facts: Facts) -> None:
    """Note the prompt of a turn, which is a slash command if it begins like one."""
    attributes = head.record.attributes
    told = text(attributes.get("user_prompt"))
    prompt = without_redaction(told)
    if head.turn_id is None:
        return
    ended = min(head.record.end_time_unix_nano, RECORD_TIME_LIMIT)
    head.change.latest("turn_ended", ended)
    found = _COMMAND.match(prompt or "")
    command = found[1] if found else None
    if command is None:
        head.change.titled_by_span(
            prompt and prompt[:TITLE_LENGTH], prompt_content(told), head.rank
        )
    facts.prompts.append(
        PromptGiven(
            session_id=head.session_id,
            turn_id=head.turn_id,
            prompt_rank=head.rank,
            prompt_digest=head.record.digest,
            prompt_content=prompt_content(told),
            prompt_length=integer(attributes.get("user_prompt_length")),
            prompt_origin=origin_of(prompt, command=command),
            command=command,
        )
    )
    if prompt is not None:
        keep_span(head, "prompt", facts, prompt=prompt)


def keep_span(head: "SpanHead", kind: str, facts: Facts, *, prompt: str | None = None) -> None:
    """Keep a span as an event of its trace's turn."""
    record = head.record
    facts.events.append(
        EventSeen(
            digest=record.digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=head.agent_id,
            time_unix_nano=head.time_unix_nano,
            sequence=None,
            name=record.name or "unnamed",
            kind=kind,
            trouble=None,
            text=prompt,
            attributes=event_attributes(
                record.attributes,
                common=COMMON | {"user_prompt"},
                resource=record.resource.attributes,
            ),
        )
    )

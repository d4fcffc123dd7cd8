"""Prompts that spans tell: the same one is told by several, and shown once."""

import hashlib

from receiver.dialects.heads import TITLE_LENGTH, Head
from store.changes import Facts
from store.domain import Content, Origin
from store.facts import EventSeen, PromptGiven


def note_prompt(
    head: Head, prompt: str | None, facts: Facts, *, content: Content, origin: Origin
) -> None:
    """Note the prompt of a turn; a withheld one too, so that the turn shows that it had one.

    Its event is known by turn and text, so that spans that repeat a prompt tell of one event.
    """
    if head.turn_id is None:
        return
    told = repr((head.turn_id, prompt)).encode()
    digest = hashlib.blake2b(told, digest_size=16).digest()
    head.change.latest("last_prompt", head.time_unix_nano)
    head.change.titled(prompt and prompt[:TITLE_LENGTH], content, head.rank)
    facts.prompts.append(
        PromptGiven(
            session_id=head.session_id,
            turn_id=head.turn_id,
            prompt_rank=head.rank,
            prompt_digest=digest,
            prompt_content=content,
            prompt_length=None if prompt is None else len(prompt),
            prompt_origin=origin,
            command=None,
        )
    )
    facts.events.append(
        EventSeen(
            digest=digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=None,
            time_unix_nano=head.time_unix_nano,
            sequence=None,
            name="prompt",
            kind="prompt",
            trouble=None,
            text=prompt,
            attributes="{}",
        )
    )

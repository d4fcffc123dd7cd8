"""Events within spans, kept as events of their own."""

import hashlib

from receiver.dialects.heads import Head
from receiver.dialects.values import event_attributes
from store.changes import Facts
from store.facts import RECORD_TIME_LIMIT, EventSeen
from store.signals import SpanEvent


def keep_span_event(
    head: Head,
    event: SpanEvent,
    facts: Facts,
    *,
    kind: str,
    index: int,
    text: str | None = None,
) -> None:
    """Keep the event of a span at ``index`` among its events."""
    told = head.record.digest + index.to_bytes(8)
    facts.events.append(
        EventSeen(
            digest=hashlib.blake2b(told, digest_size=16).digest(),
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=head.agent_id,
            time_unix_nano=min(event.time_unix_nano, RECORD_TIME_LIMIT),
            sequence=None,
            name=event.name,
            kind=kind,
            trouble=None,
            text=text,
            attributes=event_attributes(event.attributes, common=(), resource={}),
        )
    )

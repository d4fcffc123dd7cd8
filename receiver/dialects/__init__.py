"""What a record means: one module an agent, and what is common to all of them.

A dialect is recognised by the instrumentation scope of a record, not by its service name, which
users change. A record that no dialect reads is kept raw under the unknown agent.
"""

import hashlib

from receiver.dialects.claude_code import ClaudeCode
from receiver.dialects.codex import Codex
from receiver.dialects.copilot_cli import CopilotCli
from receiver.dialects.dialect import Dialect
from receiver.dialects.gemini_cli import GeminiCli
from receiver.dialects.gen_ai import GenAi
from receiver.dialects.opencode import OpenCode
from receiver.dialects.qwen_code import QwenCode
from receiver.dialects.values import text
from store.changes import Facts, Identity
from store.domain import Agent
from store.facts import RECORD_TIME_LIMIT, Placement
from store.signals import LogRecord, Record, Span

_IDENTITY = (
    "user.id",
    "user.email",
    "user.account_uuid",
    "user.account_id",
    "organization.id",
    "terminal.type",
    "app.version",
    "app.entrypoint",
    "vcs.repository.url.full",
    "vcs.owner.name",
    "vcs.repository.name",
    "vcs.provider.name",
    "anthropic.provider",
)
"""Attributes that agents repeat on every record and that describe the session."""

DIALECTS: tuple[Dialect, ...] = (
    ClaudeCode(),
    Codex(),
    GeminiCli(),
    QwenCode(),
    CopilotCli(),
    OpenCode(),
    GenAi(),
)
"""In the order in which they are asked whether a record is theirs; the conventions' own comes last,
as agents with a dialect of their own follow them too."""

_BY_AGENT = {dialect.agent: dialect for dialect in DIALECTS}


class Dialects:
    """Interprets records of all agents (``store.ingest.Interpreter``)."""

    def place(self, record: Record, received_unix_nano: int) -> Placement:
        """Say which session and which fact a record belongs to."""
        time_unix_nano = _time_of(record)
        for dialect in DIALECTS:
            if dialect.recognises(record):
                session_id, name, subject, sequence, told = dialect.place(record)
                session_id = session_id or _session_without_id(record)
                at = min(time_unix_nano or told or received_unix_nano, RECORD_TIME_LIMIT)
                return Placement(dialect.agent, session_id, name, subject, at, sequence)
        at = min(time_unix_nano or received_unix_nano, RECORD_TIME_LIMIT)
        return Placement(Agent.UNKNOWN, None, _name_of(record), None, at)

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to ``facts``."""
        session_id = placement.session_id
        if session_id is None:
            return
        dialect = _BY_AGENT[placement.agent]
        change = facts.session(session_id, placement.agent, placement.time_unix_nano)
        if dialect.opens_session(placement.name):
            change.opened = True
        _identify(record, session_id, facts)
        if isinstance(record, LogRecord):
            change.log_records += 1
        elif isinstance(record, Span):
            change.spans += 1
            change.saw(min(record.end_time_unix_nano, RECORD_TIME_LIMIT))
        else:
            change.metric_points += 1
        dialect.interpret(record, placement, facts)


def _identify(record: Record, session_id: str, facts: Facts) -> None:
    """Note who and where a session is, once for each combination of values."""
    identity = tuple(map(record.attributes.get, _IDENTITY))
    key: Identity = (session_id, record.resource.digest, identity)
    try:
        is_known = key in facts.identified
    except TypeError:
        key = (session_id, record.resource.digest, repr(identity))
        is_known = key in facts.identified
    if is_known:
        return
    facts.identified.add(key)
    known = {**record.resource.attributes, **dict(zip(_IDENTITY, identity, strict=True))}
    facts.identify(
        session_id,
        {name: value for name, item in known.items() if name and (value := text(item)) is not None},
    )


def _time_of(record: Record) -> int:
    if isinstance(record, LogRecord):
        return record.time_unix_nano or record.observed_time_unix_nano
    if isinstance(record, Span):
        return record.start_time_unix_nano or record.end_time_unix_nano
    return record.time_unix_nano


def _name_of(record: Record) -> str | None:
    if isinstance(record, LogRecord):
        return record.event_name or text(record.attributes.get("event.name"))
    return record.name


def _session_without_id(record: Record) -> str:
    """Name a stand-in session for records whose sender leaves ``session.id`` out.

    Told apart by resource and user, the only things such records have that differ between senders.
    """
    user = text(record.attributes.get("user.id")) or ""
    told_apart = hashlib.blake2b(user.encode() + record.resource.digest, digest_size=8)
    return f"no-session-id:{told_apart.hexdigest()}"

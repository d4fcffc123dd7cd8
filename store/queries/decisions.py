"""Decisions on tool calls: what is known of them beyond their own words, and what is to be doubted.

What Claude Code's words mean has changed with its version (its documentation, "Monitoring", and
change log). A decision is corrected only where other facts prove it, else it has a note.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from store.domain import Agent, Decider, DecisionScope, Verdict
from store.facts import DECISION_APART
from store.queries.state import OPEN_FOR_NS

FILE_TOOLS = ("Edit", "MultiEdit", "NotebookEdit", "Write")

_MODE = "acceptEdits"
_NEXT = """(select n.tool_call_id from tool_calls n
    where n.session_id = c.session_id and n.agent_id is c.agent_id
        and n.decided_unix_nano > c.decided_unix_nano
    order by n.decided_unix_nano, n.sequence limit 1)"""

_NEXT_TURN = """(select 1 from turns t
    where t.session_id = c.session_id and t.started_unix_nano > c.started_unix_nano
        and t.turn_id is not c.turn_id and t.prompt_origin = 'person')"""
"""Other prompts may come while a turn runs: withheld ones, too, as they do not tell."""

_AWAITED = f"""case when c.verdict = 'accepted' and c.finished_rank is null then
        s.last_event_unix_nano > cast(strftime('%s', 'now') as integer) * 1000000000 - {OPEN_FOR_NS}
        and ifnull(s.exited_unix_nano, 0) < c.started_unix_nano
        and (c.agent_id is not null
            or ifnull(s.turn_ended_unix_nano, 0) < c.started_unix_nano and not exists {_NEXT_TURN})
        else 1 end"""
"""A session that long unheard of is idle. What a sub-agent called may outlast the turn."""

COLUMNS = f"""
    {_AWAITED} as is_awaited,
    case when c.source_raw = 'user_temporary' and c.tool in {FILE_TOOLS} and c.mode <> '{_MODE}'
        then exists (select 1 from tool_calls n
            where n.session_id = c.session_id and n.tool_call_id = {_NEXT} and n.mode = '{_MODE}'
                and n.sequence > c.sequence
                and n.sequence - c.sequence - 1 = (select count(distinct b.sequence) from records b
                    where b.session_id = c.session_id
                        and b.time_unix_nano between c.decided_unix_nano and n.decided_unix_nano
                        and b.sequence > c.sequence and b.sequence < n.sequence
                        and b.name <> 'permission_mode_changed'))
        end as is_session_grant,
    case when c.source_raw = 'user_reject' or c.verdict = 'unknown' then exists (
        select 1 from requests q where q.session_id = c.session_id
            and coalesce(q.source_raw, q.traced_source_raw) = 'sdk') end as is_headless,
    (select min(a.value) from session_attributes a where a.session_id = c.session_id
        and a.name = 'service.version' having count(*) = 1) as only_version
"""
"""Of ``tool_calls c``. A grant for the session is proved by the mode of the next decision, if every
event between the two arrived and none of them changed the mode."""

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})")


class Decision(NamedTuple):
    """Who decided what for how long, in the agent's own word too."""

    verdict: Verdict
    decider: Decider
    scope: DecisionScope
    source_raw: str | None


def decision_of(row: Mapping[str, Any]) -> Decision:
    """Return the decision as its event tells it, else as the result does, else as its span.

    A result that takes another to have decided gives way to the span of the question.
    """
    if row["decided_verdict"] is not None:
        scope = DecisionScope.SESSION if row["is_session_grant"] else DecisionScope(row["scope"])
        return Decision(
            Verdict(row["decided_verdict"]), Decider(row["decider"]), scope, row["source_raw"]
        )
    was_asked = row["waited_verdict"] is not None and (
        row["reported_decider"] == Decider.UNKNOWN
        or row["waited_decider"] not in {Decider.UNKNOWN, row["reported_decider"]}
    )
    is_told = row["reported_verdict"] is not None and not was_asked
    prefix = "reported" if is_told else "waited"
    return Decision(
        Verdict(row[f"{prefix}_verdict"] or Verdict.UNKNOWN),
        Decider(row[f"{prefix}_decider"] or Decider.UNKNOWN),
        DecisionScope(row[f"{prefix}_scope"] or DecisionScope.UNKNOWN),
        row[f"{prefix}_source_raw"],
    )


def notes_of(row: Mapping[str, Any], decision: Decision) -> tuple[str, ...]:
    """Return what there is to say of a decision and its call, a sentence each."""
    return tuple(_notes(row, decision))


def _notes(row: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    version = row["decided_version"] or row["only_version"]
    has_ended = row["finished_rank"] is not None or row["executed_rank"] is not None
    if decision.source_raw == "user_reject":
        if _is_before(version, (2, 1, 216)):
            yield "before 2.1.216 an abort or a failed permission request was told as a rejection"
        if row["is_headless"]:
            yield "in a headless session a rejection may be a deny rule of the person's settings"
    if row["review"] is not None:
        yield f"the safety check of auto mode said {row['review']}"
    if row["is_session_grant"]:
        yield "it was granted for the session: the next decision was in acceptEdits"
    if row["ran_command"] and row["asked_command"] and row["ran_command"] != row["asked_command"]:
        yield f"decided on was another command: {row['asked_command']}"
    if decision.verdict is Verdict.UNKNOWN:
        yield from _undecided(row, version, has_ended=has_ended)
    elif decision.verdict is Verdict.ACCEPTED and not has_ended and not _is_apart(row):
        runs = "came: it runs, was" if row["is_awaited"] else "arrived: it was"
        yield f"no result {runs} interrupted, or its result was lost"
    if str(row["tool_call_id"]).startswith("~"):
        yield "it came without an id, so that decision and result are rows of their own"


def _is_apart(row: Mapping[str, Any]) -> bool:
    """Tell whether the result of a decision would be a row of its own."""
    return str(row["tool_call_id"]).startswith(DECISION_APART)


def _undecided(row: Mapping[str, Any], version: str | None, *, has_ended: bool) -> Iterator[str]:
    if row["agent"] == Agent.CLAUDE_CODE and row["decided_rank"] is not None:
        yield "a decision came, in a word that this version of sessionscope does not know"
    elif not has_ended:
        yield "no decision came: it waits for one, was found invalid, or the decision was lost"
    elif _is_before(version, (2, 1, 47)) and row["is_headless"]:
        yield "before 2.1.47 headless sessions sent no decisions"
    else:
        yield "no decision came"


def _is_before(version: str | None, since: tuple[int, int, int]) -> bool:
    found = _VERSION.match(version or "")
    return found is not None and tuple(map(int, found.groups())) < since

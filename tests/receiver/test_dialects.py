"""What Claude Code's records mean, field by field, however a sender spells its values."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receiver.decode import Decoder, Encoding
from receiver.dialects import Dialects
from receiver.dialects.values import LARGEST_FIGURE, boolean, integer, parsed_object, text
from receiver.stored import StoredDecoder, explain
from store.changes import Facts
from store.domain import Agent, Decider, DecisionScope, RawRecord, Verdict
from store.facts import RequestMade, ToolDecided, ToolFinished
from store.signals import LogRecord, Signal

SCOPE = "com.anthropic.claude_code.events"
TIME = 1_795_360_485_907_000_000


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    return {} if value is None else {"stringValue": str(value)}


def _record(attributes: dict[str, Any], *, scope: str = SCOPE, time: int = TIME) -> LogRecord:
    told = [{"key": key, "value": _value(value)} for key, value in attributes.items()]
    log = {"timeUnixNano": str(time), "body": {"stringValue": "told"}, "attributes": told}
    request = {"resourceLogs": [{"scopeLogs": [{"scope": {"name": scope}, "logRecords": [log]}]}]}
    batch = Decoder().decode(
        Signal.LOGS, Encoding.JSON, json.dumps(request).encode(), received_unix_nano=1
    )
    (record,) = batch.records
    assert isinstance(record, LogRecord)
    return record


def _facts(attributes: dict[str, Any]) -> Facts:
    """Interpret one event of session ``s`` and turn ``p``."""
    record = _record({"session.id": "s", "prompt.id": "p"} | attributes)
    dialects, facts = Dialects(), Facts()
    dialects.interpret(record, dialects.place(record, 1), facts)
    return facts


def _decided(**told: str) -> ToolDecided:
    names = {"event.name": "tool_decision", "tool_use_id": "t", "tool_name": "Bash"}
    ((fact,),) = _facts(names | told).tool_calls.values()
    assert isinstance(fact, ToolDecided)
    return fact


def _request(**told: object) -> RequestMade:
    names = {"event.name": "api_request", "request_id": "r"}
    ((fact,),) = _facts(names | told).requests.values()
    assert isinstance(fact, RequestMade)
    return fact


ACCEPTED, REJECTED, ABORTED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ABORTED


@pytest.mark.parametrize(
    ("decision", "source", "expected"),
    [
        ("accept", "config", (ACCEPTED, Decider.CONFIG, DecisionScope.UNKNOWN)),
        ("reject", "config", (REJECTED, Decider.CONFIG, DecisionScope.UNKNOWN)),
        ("accept", "hook", (ACCEPTED, Decider.HOOK, DecisionScope.ONCE)),
        ("reject", "hook", (REJECTED, Decider.HOOK, DecisionScope.ONCE)),
        ("accept", "user_permanent", (ACCEPTED, Decider.USER, DecisionScope.PERMANENT)),
        ("accept", "user_temporary", (ACCEPTED, Decider.USER, DecisionScope.ONCE)),
        ("reject", "user_reject", (REJECTED, Decider.USER, DecisionScope.ONCE)),
        ("reject", "user_abort", (ABORTED, Decider.USER, DecisionScope.ONCE)),
        ("accept", "classifier", (ACCEPTED, Decider.REVIEWER, DecisionScope.UNKNOWN)),
        ("accept", "brand_new", (ACCEPTED, Decider.UNKNOWN, DecisionScope.UNKNOWN)),
        ("maybe", "config", (Verdict.UNKNOWN, Decider.CONFIG, DecisionScope.UNKNOWN)),
    ],
)
def test_a_decision_is_verdict_decider_and_scope(
    decision: str, source: str, expected: tuple[Verdict, Decider, DecisionScope]
) -> None:
    """Each source of a decision is told apart; a new one is unknown, not the nearest."""
    fact = _decided(decision=decision, source=source)
    assert (fact.decided_verdict, fact.decider, fact.scope) == expected
    assert fact.source_raw == source


@pytest.mark.parametrize("tool", ["Edit", "Write", "NotebookEdit", "Read", "ExitPlanMode"])
def test_a_temporary_grant_for_a_file_has_no_known_scope(tool: str) -> None:
    """It may hold once or for the session; the event does not say, so neither does the ledger."""
    fact = _decided(decision="accept", source="user_temporary", tool_name=tool)
    assert fact.scope == DecisionScope.UNKNOWN


@pytest.mark.parametrize(
    ("decision", "verdict", "decider"),
    [
        ("accept", "allow", Decider.REVIEWER),
        ("reject", "block", Decider.REVIEWER),
        ("accept", "block", Decider.CONFIG),
    ],
)
def test_the_safety_check_is_the_reviewer_where_it_decided(
    decision: str, verdict: str, decider: Decider
) -> None:
    """``config`` with an agreeing safety check is the reviewer's; against it, it is not."""
    fact = _decided(decision=decision, source="config", classifier_verdict=verdict)
    assert fact.decider == decider


@pytest.mark.parametrize("spell", [int, str, float])
def test_numbers_are_read_however_they_are_spelled(spell: type) -> None:
    """Ints, digits and whole floats give the same request."""
    figures = {"input_tokens": 12, "output_tokens": 85, "cache_read_tokens": 7, "ttft_ms": 48}
    fact = _request(
        **{name: spell(value) for name, value in figures.items()}, cost_usd_micros=spell(2040)
    )
    told = (fact.input_tokens, fact.output_tokens, fact.cache_read_tokens, fact.ttft_ms)
    assert told == (12, 85, 7, 48)
    assert fact.reported_micros == 2040
    assert fact.cache_write_5m_tokens is None


def test_a_request_begins_before_its_event() -> None:
    """The event is sent at the end; the start is its time less the duration."""
    assert _request(duration_ms=152).started_unix_nano == TIME - 152_000_000
    assert _request(duration_ms=2**52).started_unix_nano == 0
    assert _request().started_unix_nano == TIME


@pytest.mark.parametrize(
    ("told", "micros"),
    [
        ({"cost_usd": 0.0050420000000000005}, 5042),
        ({"cost_usd": "0.002"}, 2000),
        ({"cost_usd": 0.9, "cost_usd_micros": 2040}, 2040),
        ({"cost_usd": -1.0}, None),
        ({"cost_usd": "much"}, None),
        ({"cost_usd": True}, None),
        ({}, None),
    ],
)
def test_a_cost_is_kept_as_reported(told: dict[str, object], micros: int | None) -> None:
    """Micro-dollars where sent, else the rounded dollars, else unknown; never 0 for unknown."""
    assert _request(**told).reported_micros == micros


@pytest.mark.parametrize(
    ("query_source", "agent_id", "source"),
    [
        ("sdk", None, "main"),
        ("repl_main_thread", None, "main"),
        ("agent:builtin:Explore", "a", "subagent"),
        ("compact", None, "compaction"),
        ("rename_generate_name", None, "title"),
        ("something_new", None, "other"),
        (None, "a", "subagent"),
        (None, None, None),
    ],
)
def test_the_source_of_a_request(
    query_source: str | None, agent_id: str | None, source: str | None
) -> None:
    """The agent's own word is kept beside the class it falls into."""
    fact = _request(query_source=query_source, agent_id=agent_id)
    assert (fact.source, fact.source_raw) == (source, query_source)


def test_a_result_tells_its_command_and_file() -> None:
    """Command, file and MCP names come from the JSON texts; one that was cut gives none."""
    parameters = json.dumps({"bash_command": "rm", "full_command": "rm -r src"})
    told = {"event.name": "tool_result", "tool_use_id": "t", "success": "false"}
    told |= {"tool_parameters": parameters, "tool_input": '{"file_path":"/a/b","content":"x…'}
    ((fact,),) = _facts(told).tool_calls.values()
    assert isinstance(fact, ToolFinished)
    assert (fact.ran_command, fact.file_path, fact.success) == ("rm -r src", None, False)
    assert fact.input == told["tool_input"]


@pytest.mark.parametrize("name", ["api_request", "api_error", "tool_decision", "tool_result"])
def test_a_thing_without_an_id_gets_one_of_its_own(name: str) -> None:
    """Without the agent's key the record's digest is the key, and says so by its first sign."""
    facts = _facts({"event.name": name})
    ((_, key),) = [*facts.requests, *facts.tool_calls]
    assert key.startswith("~")


def test_an_event_never_seen_before_is_kept() -> None:
    """An unknown event is an event with all its own attributes, long ones cut and marked."""
    facts = _facts({"event.name": "quantum_leap", "width": 3, "long": "x" * 5000})
    (event,) = facts.events
    own = json.loads(event.attributes)
    assert (event.name, event.kind, own["width"]) == ("quantum_leap", "unknown", 3)
    assert own["long"].endswith("… [5000 characters]")
    assert "session.id" not in own
    assert facts.sessions["s"].opened


def test_sessions_without_an_id_are_told_apart_by_user() -> None:
    """Records whose sender leaves the session id out are not merged across users."""
    dialects = Dialects()
    ids = [
        dialects.place(_record({"event.name": "x", "user.id": user}), 1).session_id
        for user in ("ana", "ana", "raj")
    ]
    assert ids[0] == ids[1] != ids[2]
    assert all(session_id and session_id.startswith("no-session-id:") for session_id in ids)


def test_other_scopes_are_left_alone() -> None:
    """A record of no known dialect has a name and a time, and belongs to nobody."""
    record = _record({"event.name": "x", "session.id": "s"}, scope="my.app")
    placement = Dialects().place(record, 7)
    facts = Facts()
    Dialects().interpret(record, placement, facts)
    assert (placement.agent, placement.session_id) == (Agent.UNKNOWN, None)
    assert facts == Facts()


@pytest.mark.parametrize(
    ("time", "received", "placed"),
    [(5, 9, 5), (0, 9, 9), (2**64 - 1, 9, 2**63 - 1)],
)
def test_a_record_without_a_time_has_the_time_it_came(
    time: int, received: int, placed: int
) -> None:
    """A time of 0 is not set; one that SQLite cannot hold is the latest it can (OTLP 1.11)."""
    record = _record({"event.name": "x", "session.id": "s"}, time=time)
    assert Dialects().place(record, received).time_unix_nano == placed


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@example(b"")
@given(_ANYTHING)
def test_any_value_can_be_read(value: Any) -> None:  # noqa: ANN401 - any it is
    """Whatever a sender puts into an attribute, reading it gives a value or unknown."""
    assert text(value) != ""
    number = integer(value)
    assert number is None or 0 <= number <= LARGEST_FIGURE
    assert boolean(value) in {None, True, False}
    assert isinstance(parsed_object(value), dict)


_KEYS = (
    "agent_id",
    "cost_usd",
    "duration_ms",
    "event.sequence",
    "model",
    "prompt",
    "prompt.id",
    "request_id",
    "session.id",
    "tool_input",
    "tool_parameters",
    "tool_use_id",
)


@given(
    st.sampled_from(["api_request", "assistant_response", "tool_result", "user_prompt", "new"]),
    st.dictionaries(
        st.sampled_from(_KEYS),
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text()
        | st.lists(st.text()),
    ),
)
def test_no_combination_of_odd_values_stops_a_record(name: str, told: dict[str, Any]) -> None:
    """Odd types in every key give facts that the store can hold, or none."""
    record = _record({"event.name": name} | told)
    dialects, facts = Dialects(), Facts()
    placement = dialects.place(record, 1)
    dialects.interpret(record, placement, facts)
    listed: list[tuple[object, ...]] = [
        *(fact for news in facts.requests.values() for fact in news),
        *(fact for news in facts.tool_calls.values() for fact in news),
        *facts.events,
    ]
    assert listed
    for fact in listed:
        assert all(value is None or isinstance(value, str | int | bytes) for value in fact)
        assert all(abs(value) < 2**63 for value in fact if isinstance(value, int))


def test_a_stored_record_is_explained_in_words() -> None:
    """The raw view names signal, fields, attributes, scope and resource, bytes as hex."""
    record = _record({"event.name": "x", "list": [1, "b"]})
    raw = RawRecord(
        record_id=12,
        signal="logs",
        name="x",
        time_unix_nano=TIME,
        received_unix_nano=TIME,
        resource_wire=record.resource.wire,
        scope_wire=record.scope.wire,
        wire=record.wire,
    )
    assert StoredDecoder().decode(raw) == record
    lines = explain(raw).splitlines()
    assert lines[0] == "logs #12  received 2026-11-22T15:14:45.907000000Z"
    assert "  event.name: x" in lines
    assert '  list: [1,"b"]' in lines
    assert f"  name: {SCOPE}" in lines

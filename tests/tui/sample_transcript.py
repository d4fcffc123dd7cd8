"""The transcript of the first sample session: everything a transcript can hold, once."""

from dataclasses import replace

from store.domain import (
    CacheCause,
    Content,
    Cost,
    CostByClass,
    Decider,
    DecisionScope,
    Outcome,
    Provenance,
    RequestCache,
    RequestStatus,
    TokenUsage,
    Turn,
    Verdict,
)
from store.queries.subagents import Link
from store.queries.transcript import Node, SubagentNode
from tests.tui.factories import (
    NOW,
    SECOND,
    make_event,
    make_request,
    make_tool_call,
    make_turn,
)

_BEGIN = NOW - 20 * 60 * SECOND
_SPLIT = Cost(
    15_600,
    computed_micros=15_600,
    by_class=CostByClass(40, 3_380, 7_520, 7_520, 0, 4_660, 0),
    split_provenance=Provenance.INFERRED,
    price_table="genai-prices 0.2.3",
    price_date="2026-11-10",
)
_LOST = RequestCache(0.65, 8_900, 42_720, CacheCause.IDLE, idle_ms=440_000)


def sample_turns() -> list[Turn]:
    """Return the turns: one with all, one with troubles, a command, one withheld."""
    why = "Why is a customer charged twice when a call times out?\nStart with retry.py"
    return [
        _turn(0, -900, 0, requests=0, tool_calls=0, cost=Cost()),
        _turn(1, 0, 50, prompt=why),
        _turn(2, 60, 45, rejected=1, failed_tool_calls=1, errors=1),
        _turn(3, 200, 0, prompt=None, command="compact", requests=0, tool_calls=0, cost=Cost()),
        _turn(4, 900, 210, prompt=None, prompt_content=Content.WITHHELD, prompt_length=61),
    ]


def _turn(number: int, begin_s: int, took_s: int, **changes: object) -> Turn:
    started = _BEGIN + begin_s * SECOND
    times = {"started_at": started, "last_event_at": started + took_s * SECOND}
    return make_turn(number, **times, **changes)


def sample_nodes() -> dict[str | None, list[Node]]:
    """Return what happened, by turn."""
    return {
        None: _outside(),
        "turn-1": _everything(_BEGIN),
        "turn-2": _troubles(_BEGIN),
        "turn-3": [],
        "turn-4": _withheld(_BEGIN),
    }


def _outside() -> list[Node]:
    started = make_event(
        "mcp_server_connection",
        kind="mcp_connection",
        turn_id=None,
        at=_BEGIN - 900 * SECOND,
        attributes={
            "status": "connected",
            "server_name": "ledger",
            "transport_type": "stdio",
            "duration_ms": "120",
        },
    )
    failed = replace(
        started,
        subject="event:2",
        at=started.at + SECOND,
        attributes={
            "status": "failed",
            "server_name": "calendar",
            "transport_type": "http",
            "error_code": "ECONNREFUSED",
        },
    )
    return [
        started,
        failed,
        make_event(
            "plugin_loaded",
            kind="event",
            turn_id=None,
            at=started.at,
            subject="event:3",
            attributes={"plugin.name": "agents-md", "enabled_via": "default-enable"},
        ),
    ]


def _everything(at: int) -> list[Node]:
    explore: tuple[Node, ...] = (
        make_request(
            "req_020",
            agent_id="a1",
            agent_name="Explore",
            at=at + 40 * SECOND,
            source="subagent",
            response=None,
            cost=Cost(33_100),
            response_content=Content.NOT_EMITTED,
        ),
        make_tool_call(
            "toolu_7",
            tool="Grep",
            command=None,
            file_path=None,
            input='{"pattern": "charge("}',
            decider=Decider.CONFIG,
            agent_id="a1",
            waited_ms=None,
            at=at + 41 * SECOND,
        ),
    )
    return [
        make_request("req_010", at=at, cost=_SPLIT, cache=_LOST),
        make_tool_call(
            "toolu_0",
            tool="Read",
            command=None,
            file_path="src/retry.py",
            decider=Decider.CONFIG,
            scope=DecisionScope.UNKNOWN,
            at=at + SECOND,
        ),
        make_tool_call(
            "toolu_1",
            tool="Edit",
            command=None,
            file_path="src/retry.py",
            at=at + 12 * SECOND,
            duration_ms=70,
        ),
        make_tool_call(
            "toolu_8",
            tool="Agent",
            command=None,
            subagent_type="Explore",
            input='{"description": "where is charge() called"}',
            decider=Decider.CONFIG,
            waited_ms=None,
            at=at + 40 * SECOND,
        ),
        SubagentNode("a1", "Explore", at + 40 * SECOND, explore, "toolu_8", Link.TRACED),
    ]


def _troubles(at: int) -> list[Node]:
    return [
        make_request(
            at=at + 60 * SECOND,
            tokens=TokenUsage(
                input=10, cache_read=16_900, cache_write=8_900, cache_write_5m=8_900, output=233
            ),
        ),
        make_tool_call(
            "toolu_2",
            tool=None,
            command=None,
            mcp_server="ledger",
            mcp_tool="balance",
            scope=DecisionScope.PERMANENT,
            at=at + 70 * SECOND,
            input='{"account": 4711}',
            duration_ms=48,
        ),
        make_tool_call(
            "toolu_3",
            verdict=Verdict.REJECTED,
            outcome=Outcome.NOT_RUN,
            duration_ms=None,
            at=at + 80 * SECOND,
            result_bytes=None,
        ),
        make_tool_call(
            "toolu_4",
            command="pytest -x tests/test_retry.py",
            outcome=Outcome.FAILED,
            error_type="ShellError",
            error="Shell command failed",
            duration_ms=4_100,
            at=at + 90 * SECOND,
        ),
        make_event(at=at + 95 * SECOND),
        make_request(
            "req_012",
            status=RequestStatus.ERROR,
            http_status=529,
            error="overloaded_error",
            cost=Cost(),
            tokens=TokenUsage(),
            response=None,
            response_content=Content.NOT_EMITTED,
            at=at + 100 * SECOND,
            ttft_ms=None,
        ),
    ]


def _withheld(at: int) -> list[Node]:
    return [
        make_request(
            "req_013",
            at=at + 900 * SECOND,
            response=None,
            response_content=Content.WITHHELD,
            response_length=233,
        ),
        make_tool_call(
            "toolu_5",
            verdict=Verdict.UNKNOWN,
            decider=Decider.UNKNOWN,
            scope=DecisionScope.UNKNOWN,
            command=None,
            parameters=None,
            input=None,
            outcome=Outcome.SUCCEEDED,
            at=at + 905 * SECOND,
        ),
        make_tool_call(
            "toolu_6",
            command="psql -h prod-ledger -c 'update accounts set balance = 0'",
            outcome=Outcome.UNKNOWN,
            duration_ms=None,
            finished_at=None,
            at=at + 910 * SECOND,
        ),
    ]

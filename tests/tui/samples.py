"""A small invented history for screens: sessions of several states, one with everything in it."""

from dataclasses import replace

from store.domain import (
    Agent,
    Content,
    Cost,
    Decider,
    DecisionCounts,
    DecisionScope,
    Outcome,
    RequestStatus,
    Session,
    SessionState,
    TokenUsage,
    Turn,
    Verdict,
)
from store.queries.transcript import Node, SubagentNode
from tests.tui.factories import (
    NOW,
    SECOND,
    make_event,
    make_request,
    make_session,
    make_tool_call,
    make_turn,
)
from tests.tui.fakes import FakeSource

_MINUTE = 60 * SECOND


def sample_source() -> FakeSource:
    """Return the history."""
    return FakeSource(sessions=_sessions(), turns={"s1": _turns()}, nodes=_nodes())


def _sessions() -> list[Session]:
    return [
        make_session(
            turns=4,
            requests=5,
            state=SessionState.WAITING,
            state_reason="a permission hook runs",
            last_event_at=NOW - 42 * SECOND,
            attributes={"service.version": ("2.1.330",), "user.email": ("ana@example.com",)},
        ),
        make_session(
            "s2",
            agent=Agent.CODEX,
            title="Add pagination to /orders",
            models=("gpt-5.5",),
            turns=4,
            tool_calls=14,
            decisions=DecisionCounts(accepted=14),
            cost=Cost(),
            tokens=TokenUsage(input=40_000, cache_read=262_000, cache_write=0, output=8_000),
            attributes={"user.email": ("ana@example.com",)},
        ),
        make_session(
            "s3",
            title="Migrate ledger to v2",
            turns=19,
            tool_calls=203,
            permission_mode="bypassPermissions",
            decisions=DecisionCounts(accepted=197),
            cost=Cost(reported_micros=9_020_000, unreported_requests=1),
            attributes={"user.email": ("raj@example.com",)},
            models=("claude-opus-5-5", "claude-haiku-5-5"),
        ),
        make_session(
            "s4",
            agent=Agent.GEMINI_CLI,
            title=None,
            title_content=Content.WITHHELD,
            models=("gemini-2.5-pro",),
            state=SessionState.IDLE,
            last_event_at=NOW - 18 * _MINUTE,
            attributes={"vcs.repository.name": ("payments-api",)},
            turns=4,
            tool_calls=22,
            decisions=DecisionCounts(accepted=22),
            cost=Cost(reported_micros=110_000),
        ),
        make_session(
            "s5",
            title="Upgrade grpc",
            models=("claude-haiku-4-5-20251001",),
            state=SessionState.FAILED,
            last_event_at=NOW - 26 * _MINUTE,
            errors=1,
            turns=1,
            tool_calls=3,
            decisions=DecisionCounts(accepted=3),
            cost=Cost(reported_micros=8_000),
            tokens=TokenUsage(input=12_000, cache_read=0, cache_write=0, output=412),
        ),
        make_session(
            "s6",
            agent=Agent.QWEN_CODE,
            title=None,
            title_content=Content.NOT_EMITTED,
            models=(),
            state=SessionState.ENDED,
            started_at=NOW - 50 * 3600 * SECOND,
            last_event_at=NOW - 48 * 3600 * SECOND,
            attributes={},
            tokens=TokenUsage(),
            cost=Cost(),
            turns=6,
            tool_calls=31,
            decisions=DecisionCounts(accepted=30, rejected=1),
        ),
    ]


def _turns() -> list[Turn]:
    return [
        make_turn(0, requests=0, tool_calls=0, cost=Cost()),
        make_turn(
            1,
            prompt="Why is a customer charged twice when a call times out?\nStart with retry.py",
        ),
        make_turn(2, rejected=1, failed_tool_calls=1, errors=1),
        make_turn(3, prompt=None, command="compact", requests=0, tool_calls=0, cost=Cost()),
        make_turn(4, prompt=None, prompt_content=Content.WITHHELD, prompt_length=61),
    ]


def _nodes() -> dict[tuple[str, str | None], list[Node]]:
    at = NOW - 20 * _MINUTE
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
    started = make_event(
        "mcp_server_connection",
        kind="mcp_connection",
        turn_id=None,
        at=at - 900 * SECOND,
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
    return {
        ("s1", None): [
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
        ],
        ("s1", "turn-1"): [
            make_request("req_010", at=at, cost=Cost(15_600)),
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
            SubagentNode("a1", "Explore", at + 40 * SECOND, explore),
        ],
        ("s1", "turn-2"): [
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
        ],
        ("s1", "turn-3"): [],
        ("s1", "turn-4"): [
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
        ],
    }

"""A small invented history for screens: sessions of several states, one with everything in it."""

from store.domain import (
    Agent,
    Content,
    Cost,
    DecisionCounts,
    Session,
    SessionState,
    TokenUsage,
)
from tests.tui.factories import (
    NOW,
    SECOND,
    make_session,
)
from tests.tui.fakes import FakeSource
from tests.tui.sample_insights import (
    sample_connections,
    sample_coverage,
    sample_events,
    sample_servers,
    sample_signs,
    sample_troubles,
)
from tests.tui.sample_transcript import sample_nodes, sample_turns

_MINUTE = 60 * SECOND


def sample_source() -> FakeSource:
    """Return the history."""
    return FakeSource(
        sessions=[*_live_sessions(), *_past_sessions()],
        turns={"s1": sample_turns()},
        nodes={("s1", turn_id): nodes for turn_id, nodes in sample_nodes().items()},
        servers=sample_servers(),
        connections=sample_connections(),
        troubles=sample_troubles(),
        events={"s1": sample_events()},
        coverages={"s1": sample_coverage()},
        signs={"s1": sample_signs()},
    )


def _live_sessions() -> list[Session]:
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
            cost=Cost(reported_micros=9_020_000, unreported_requests=1, unpriced_requests=1),
            attributes={"user.email": ("raj@example.com",)},
            models=("claude-opus-5-5", "claude-haiku-5-5"),
        ),
    ]


def _past_sessions() -> list[Session]:
    return [
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

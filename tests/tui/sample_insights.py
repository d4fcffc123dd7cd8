"""What is found out about the first sample session: servers, troubles, records, coverage."""

from dataclasses import replace

from store.domain import Content, Metered, TokenUsage
from store.insights import (
    Coverage,
    Gap,
    McpConnection,
    McpServer,
    McpTool,
    QualitySign,
    SessionEvent,
    SignKind,
    Trouble,
    TroubleKind,
    UnknownName,
)
from tests.tui.factories import NOW, SECOND


def sample_servers() -> list[McpServer]:
    """Return a server that works, and one whose name is withheld and that fails."""
    ledger = McpServer(
        key="ledger",
        name="ledger",
        scope="project",
        transport="stdio",
        plugin=None,
        sessions=2,
        users=1,
        first_seen=NOW - 3_600 * SECOND,
        last_seen=NOW - 60 * SECOND,
        connected=2,
        failed=0,
        disconnected=1,
        last_error=None,
        last_error_at=None,
        calls=12,
        accepted=11,
        rejected=1,
        failures=0,
        p50_ms=48,
        p95_ms=210,
        bytes_in=1_200,
        bytes_out=48_000,
        tools=(McpTool("balance", 11, 0), McpTool(None, 1, 1)),
    )
    withheld = replace(
        ledger,
        key="~plugin:dynamic:http",
        name=None,
        connected=0,
        failed=3,
        disconnected=0,
        calls=0,
        accepted=0,
        rejected=0,
        last_error="ECONNREFUSED",
        last_error_at=NOW - 90 * SECOND,
        p50_ms=None,
        p95_ms=None,
        bytes_in=None,
        bytes_out=None,
        tools=(),
    )
    return [ledger, withheld]


def sample_connections() -> list[McpConnection]:
    """Return what happened to the connections with the two."""
    connected = McpConnection(
        at=NOW - 3_600 * SECOND,
        session_id="s1",
        server="ledger",
        name="ledger",
        status="connected",
        scope="project",
        transport="stdio",
        duration_ms=152,
        error=None,
        key="event:1",
    )
    failed = replace(
        connected,
        at=NOW - 90 * SECOND,
        server="~plugin:dynamic:http",
        name=None,
        status="failed",
        error="ECONNREFUSED",
        key="event:2",
    )
    return [connected, failed]


def sample_troubles() -> list[Trouble]:
    """Return one trouble of each kind, the newest first; the first is a call of a sub-agent."""
    return [
        Trouble(
            at=NOW - (90 + 60 * number) * SECOND,
            session_id="s1",
            session_title="Fix double charge on retry",
            turn_id="turn-1" if number == 0 else "turn-2",
            kind=kind,
            subject="Grep" if number == 0 else "Bash pytest",
            message=f"{kind.value} it was",
            status="529" if number == 0 else None,
            key="tool:toolu_7" if number == 0 else "tool:toolu_4",
            record_id=number,
        )
        for number, kind in enumerate(TroubleKind)
    ]


def sample_events() -> list[SessionEvent]:
    """Return two raw records, one of them behind no fact."""
    told = SessionEvent(
        record_id=7,
        at=NOW - 70 * SECOND,
        sequence=12,
        signal="logs",
        name="tool_decision",
        kind="tool",
        turn_id="turn-1",
        agent_id=None,
        key="tool:toolu_6",
        summary="Bash psql",
    )
    point = replace(
        told, record_id=8, sequence=None, signal="metrics", name="cost", key=None, summary=None
    )
    return [told, point]


def sample_coverage() -> Coverage:
    """Return a coverage with something of everything that can be missing."""
    return Coverage(
        log_records=300,
        metric_points=112,
        spans=0,
        sequence_gaps=4,
        gaps=(Gap(NOW - 600 * SECOND, 4),),
        duplicates=2,
        content={"prompts": Content.PRESENT, "tool_content": Content.WITHHELD},
        itemised_micros=3_800_000,
        metered=Metered(None, TokenUsage(output=1_200), 3_840_000),
        cost_difference_micros=40_000,
        not_itemised=(Metered("claude-opus-5-5", TokenUsage(output=1_200), 40_000),),
        unknowns=(UnknownName("event", "time_travel", "time_travel", 1),),
        versions=("2.1.330",),
        capabilities=(),
        blanks=(),
        notes=("No spans arrived: only they tell how long a decision took.",),
    )


def sample_signs() -> list[QualitySign]:
    """Return two signs of how it went."""
    return [
        QualitySign(SignKind.LOOP, 3, None, "The same call three times in a row.", ()),
        QualitySign(SignKind.TOOLS_FAILED, 1, 61, "Tool calls that failed: 1 of 61.", ()),
    ]

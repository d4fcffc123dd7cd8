"""The invented sessions: who asked for what, what it cost, what was allowed and what went wrong."""

from collections.abc import Callable, Iterator

from sessionscope.demo.release import ship_release
from sessionscope.demo.telling import Identity, Teller, Usage

_ANA = Identity("ana", "payments", "payments-api")
_RAJ = Identity("raj", "ledger", "ledger")
_LI = Identity("li", "storefront", "checkout-web")
_MINUTE_NS = 60 * 1_000_000_000


def history(now_ns: int) -> list[Teller]:
    """Return the sessions of the past hours as seen at ``now_ns``, the oldest first.

    The newest was heard of four seconds ago.
    """
    chapters: tuple[tuple[str, Identity, float, Callable[[Teller], None]], ...] = (
        ("flaky-test", _LI, 610, _flaky_test),
        ("release-notes", _ANA, 415, _release_notes),
        ("upgrade-grpc", _RAJ, 260, _upgrade_grpc),
        ("withheld", _LI, 175, _withheld),
        ("slow-query", _RAJ, 96, _slow_query),
        ("release", _LI, 31, ship_release),
        ("ledger-v2", _RAJ, 12, _ledger_v2),
        ("double-charge", _ANA, 4 / 60, _double_charge),
    )
    return [
        _told(name, identity, tell, ended_ns=now_ns - round(minutes * _MINUTE_NS))
        for name, identity, minutes, tell in chapters
    ]


def _told(
    name: str, identity: Identity, tell: Callable[[Teller], None], *, ended_ns: int
) -> Teller:
    """Tell a session so that it ends at ``ended_ns``: once to know how long it takes, once true."""
    rehearsal = Teller(name, identity, 0)
    tell(rehearsal)
    teller = Teller(name, identity, ended_ns - rehearsal.now_ns)
    tell(teller)
    return teller


def live(now_ns: int) -> Iterator[Teller]:
    """Yield one unending session after each of its steps; its clock is ahead of ``now_ns``.

    The caller waits until the step's moment has come before it sends what was told.
    """
    teller = Teller("live", Identity("ana", "payments", "payments-api"), now_ns)
    teller.start("ledger")
    context = 18_000
    while True:
        for prompt, command in _LIVE_TURNS:
            teller.wait(2)
            teller.prompt(prompt)
            yield teller
            for step in range(4):
                written = 700 + 130 * step
                teller.request(
                    Usage(8, context, written, 0, 180 + 60 * step),
                    _LIVE_TEXTS[step % len(_LIVE_TEXTS)] if step % 2 == 0 else "",
                    seconds=1.8,
                )
                context += written
                yield teller
                _live_step(teller, step, command)
                yield teller
            teller.request(Usage(6, context, 300, 0, 90), "Done; the tests pass.", seconds=1.4)
            yield teller


_LIVE_TURNS = (
    ("Add pagination to GET /orders", "pytest -q tests/test_orders.py"),
    ("Cover the last page, and an empty one", "pytest -q tests/test_orders.py -k page"),
    ("Now the same for /refunds", "pytest -q tests/test_refunds.py"),
)
_LIVE_TEXTS = ("I'll look at how the list is built.", "Now the handler takes a cursor.")


def _live_step(teller: Teller, step: int, command: str) -> None:
    match step:
        case 0:
            teller.tool("Read", {"file_path": "src/orders.py"}, seconds=0.02)
        case 1:
            change = {"file_path": "src/orders.py", "old_string": "limit", "new_string": "cursor"}
            teller.tool("Edit", change, decision="user_temporary", seconds=0.07)
        case 2:
            teller.tool("Bash", {"command": command}, seconds=2.1)
        case _:
            teller.tool("balance", {"server": "ledger", "account": "4711"}, seconds=0.05)


def _double_charge(told: Teller) -> None:
    told.start("ledger")
    told.wait(3)
    told.prompt("Fix the double charge on retry")
    told.request(Usage(14, 0, 12_000, 0, 210), "I'll look at the retry path first.")
    told.tool("Read", {"file_path": "src/retry.py"}, seconds=0.021)
    told.tool("Read", {"file_path": "src/charge.py"}, seconds=0.018)
    told.request(Usage(10, 12_000, 1_400, 0, 160))
    told.tool("Agent", {"subagent_type": "Explore", "prompt": "where is charge() called"})
    told.delegate("Explore")
    told.request(Usage(8, 0, 5_200, 0, 310), seconds=4.0)
    told.tool("Grep", {"pattern": "charge("}, seconds=0.04)
    told.request(Usage(6, 5_200, 900, 0, 140), "Three callers: retry, refund, replay.", seconds=2.2)
    told.take_back()
    told.request(Usage(12, 13_400, 2_300, 0, 420), "The retry has no idempotency key.")
    change = {"file_path": "src/retry.py", "old_string": "charge(", "new_string": "charge(key,"}
    told.tool("Edit", change, decision="user_temporary", seconds=0.07)
    told.tool(
        "Bash", {"command": "pytest -q tests/test_retry.py"}, decision="user_permanent", seconds=6.4
    )
    told.request(Usage(6, 15_700, 800, 0, 90), "All 14 tests pass.")
    told.wait(440)
    told.prompt("retry once, then give up")
    told.request(Usage(10, 0, 16_500, 0, 233), "Retrying once, with the same key.", seconds=5.1)
    told.tool("balance", {"server": "ledger", "account": "4711"}, decision="user_permanent")
    told.tool("Edit", change, decision="user_temporary", seconds=0.06)
    told.switch("acceptEdits")
    told.tool("Write", {"file_path": "tests/test_once.py", "content": "..."}, seconds=0.04)
    told.request(Usage(8, 16_500, 1_900, 0, 120))
    told.tool("Bash", {"command": "git push --force origin main"}, decision="user_reject")
    told.request(Usage(6, 18_400, 240, 0, 60), "Then I will not push.")


def _ledger_v2(told: Teller) -> None:
    told.start("ledger", "postgres")
    told.mode = "bypassPermissions"
    told.prompt("Migrate the ledger to v2, table by table")
    read = 0
    tables = ("accounts", "entries", "balances", "holds", "fees", "payouts", "audits", "locks")
    for number, table in enumerate(tables):
        told.request(Usage(9, read, 12_000 + 900 * number, 0, 640), f"Next: {table}.", seconds=7.5)
        read += 12_000 + 900 * number
        told.tool("Bash", {"command": f"psql -f migrations/{table}.sql"}, seconds=9.5)
        told.tool("row_count", {"server": "postgres", "table": table})
    told.tool("Bash", {"command": "rm -rf build && make"}, seconds=14.1)
    told.request(Usage(7, read, 1_100, 0, 210), "Eight tables are on v2.")


def _slow_query(told: Teller) -> None:
    told.start()
    told.connect("postgres", error="ECONNREFUSED")
    told.prompt("Why is the statement report slow?")
    told.request(Usage(11, 0, 8_800, 0, 380), "I'll read the query plan.")
    told.tool("Bash", {"command": "psql -c 'explain analyze …'"}, seconds=3.3, ok=False)
    told.request(Usage(8, 8_800, 620, 0, 140))
    told.tool("Bash", {"command": "psql -h prod-ledger -c 'select 1'"}, decision="hook!")
    told.tool("Read", {"file_path": "reports/statement.sql"}, seconds=0.02)
    told.request(Usage(6, 9_420, 700, 0, 510), "A sequential scan over entries: add an index.")


def _withheld(told: Teller) -> None:
    told.shows_content = False
    told.start()
    for _ in range(4):
        told.prompt("x" * 84)
        told.request(Usage(12, 14_000, 900, 0, 300), "y" * 160, seconds=4.2)
        told.tool("Read", {"file_path": "a"}, seconds=0.03)
        told.tool("Bash", {"command": "a"}, decision="user_temporary", seconds=1.9)
        told.request(Usage(8, 14_900, 400, 0, 90), "y" * 70)


def _upgrade_grpc(told: Teller) -> None:
    told.model = "claude-haiku-5-5"
    told.start()
    told.prompt("Upgrade grpc to the newest release")
    told.request(Usage(10, 0, 9_000, 0, 220), "I'll bump it and run the tests.")
    told.tool("Bash", {"command": "uv add grpcio"}, seconds=4.4)
    told.fail("Repeated 529 Overloaded errors", 529, attempts=3)


def _release_notes(told: Teller) -> None:
    told.model = "claude-haiku-5-5"
    told.start()
    told.prompt("Write the release notes for 4.2")
    told.request(Usage(10, 0, 7_400, 0, 260))
    told.tool("Bash", {"command": "git log --oneline v4.1.."}, seconds=0.1)
    told.request(Usage(9, 7_400, 2_100, 0, 900), "Here are the notes for 4.2.")
    told.prompt("/exit", command="exit")


def _flaky_test(told: Teller) -> None:
    told.start()
    told.prompt("test_checkout fails one time in ten. Find out why.")
    read = 0
    for attempt in range(6):
        told.request(Usage(9, read, 3_100, 0, 240), "Once more, with the seed fixed.")
        read += 3_100
        told.tool("Bash", {"command": "pytest -q -k checkout"}, seconds=11.0, ok=attempt % 3 == 0)
    told.request(Usage(8, read, 900, 0, 480), "The test reads the clock twice.")
    told.prompt("/exit", command="exit")

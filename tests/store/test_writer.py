"""The writer answers after COMMIT, groups what waits, and survives what cannot be written."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store import writer as writer_module
from store.changes import Facts
from store.connection import open_reader, open_writer, sqlite3
from store.errors import StoreBusy, StoreClosed
from store.facts import Placement
from store.reindex import reindex
from store.signals import Batch, Record, Signal
from store.writer import Writer
from tests.captures import batches, exports
from tests.store.stores import fill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a store of the test goes."""
    return tmp_path / "s.db"


@pytest.fixture
def tour() -> list[Batch]:
    """Return the batches of one capture."""
    return batches(exports("tour-full"))


def _count(path: Path) -> int:
    return int(open_reader(path).execute("select count(*) from records").fetchone()[0])


def test_g4_what_is_answered_is_in_the_file(path: Path, tour: list[Batch]) -> None:
    """When an answer arrives another process already reads the records, all of them."""
    writer = Writer(path, Dialects())
    writer.start()
    stored = 0
    for batch in tour:
        writer.submit(batch).result()
        stored += len(batch.records)
        assert _count(path) == stored
    writer.stop()


def test_stop_writes_what_waits(path: Path, tour: list[Batch]) -> None:
    """Batches taken before the stop are stored and answered; later ones are refused."""
    writer = Writer(path, Dialects())
    writer.start()
    answers = [writer.submit(batch) for batch in tour]
    writer.stop()
    assert all(answer.done() and answer.exception() is None for answer in answers)
    assert _count(path) == sum(len(batch.records) for batch in tour)
    with pytest.raises(StoreClosed):
        writer.submit(tour[0])


class _Held(Dialects):
    """Dialects that wait in the middle of a transaction until they are let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()

    def place(self, record: Record, received_unix_nano: int) -> Placement:
        self.entered.set()
        self.release.wait()
        return super().place(record, received_unix_nano)


@pytest.fixture
def held(path: Path) -> Iterator[tuple[Writer, _Held]]:
    """Return a writer whose first transaction stays open until released."""
    dialects = _Held()
    writer = Writer(path, dialects)
    writer.start()
    yield writer, dialects
    dialects.release.set()
    writer.stop()


def test_g4_nothing_is_answered_before_the_commit(
    path: Path, held: tuple[Writer, _Held], tour: list[Batch]
) -> None:
    """While the transaction is open there is no answer and nothing to read."""
    writer, dialects = held
    answer = writer.submit(tour[0])
    dialects.entered.wait()
    assert not answer.done()
    assert _count(path) == 0
    dialects.release.set()
    answer.result()
    assert _count(path) == len(tour[0].records)


def test_g12_too_much_waiting_is_refused_and_taken_later(
    held: tuple[Writer, _Held], tour: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the bound a batch is refused at once with a hint when to come back."""
    writer, dialects = held
    monkeypatch.setattr(writer_module, "MAX_QUEUED_BYTES", 1)
    first = writer.submit(tour[0])
    with pytest.raises(StoreBusy) as refused:
        writer.submit(tour[1])
    assert 0 < refused.value.retry_after_s <= 5
    dialects.release.set()
    first.result()
    writer.submit(tour[1]).result()


def test_an_answer_nobody_waits_for_harms_nobody(
    path: Path, held: tuple[Writer, _Held], tour: list[Batch]
) -> None:
    """A sender that went away has its batch stored, and the next one is served."""
    writer, dialects = held
    abandoned: Future[None] = writer.submit(tour[0])
    abandoned.cancel()
    dialects.release.set()
    writer.submit(tour[1]).result()
    assert _count(path) == len(tour[0].records) + len(tour[1].records)


def test_one_unwritable_batch_does_not_fail_its_group(
    path: Path, held: tuple[Writer, _Held], tour: list[Batch]
) -> None:
    """A batch with a value SQLite cannot hold is refused; those that waited with it are stored."""
    writer, dialects = held
    first = writer.submit(tour[0])
    dialects.entered.wait()
    poisoned = writer.submit(tour[1]._replace(received_unix_nano=2**70))
    good = writer.submit(tour[2])
    dialects.release.set()
    first.result()
    good.result()
    with pytest.raises(StoreBusy):
        poisoned.result()
    assert _count(path) == len(tour[0].records) + len(tour[2].records)


class _Stumbling(Dialects):
    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        if placement.name == "tool_result":
            raise ZeroDivisionError
        super().interpret(record, placement, facts)


def test_a_record_its_dialect_stumbles_over_is_kept_raw(path: Path, tour: list[Batch]) -> None:
    """A fault in a dialect costs the meaning of a record, not the record nor its batch."""
    writer = Writer(path, _Stumbling())
    writer.start()
    for batch in tour:
        writer.submit(batch).result()
    writer.stop()
    assert _count(path) == sum(len(batch.records) for batch in tour)
    calls = open_reader(path).execute("select count(*), count(finished_rank) from tool_calls")
    assert calls.fetchone() == (15, 0)


@pytest.fixture
def ruled(path: Path) -> Iterator[Writer]:
    """Return a writer whose store has a rule that prompts break."""
    writer = Writer(path, Dialects())
    writer._keeper.db.execute(  # noqa: SLF001 - whatever rule a value may break one day
        "create temp trigger rule before insert on events when new.kind = 'prompt'"
        " begin select raise(abort, 'events.secret_column is wrong'); end"
    )
    writer.start()
    yield writer
    writer.stop()


def test_f21_a_value_that_breaks_a_rule_costs_its_meaning_alone(
    path: Path, ruled: Writer, tour: list[Batch]
) -> None:
    """Every record is stored and acknowledged; those at fault belong to no session."""
    for answer in [ruled.submit(batch) for batch in tour]:
        answer.result()
    assert _count(path) == sum(len(batch.records) for batch in tour)
    db = open_reader(path)
    outside = db.execute("select count(*) from records where session_id is null").fetchone()[0]
    assert 0 < outside < _count(path)
    assert db.execute("select count(*) from tool_calls").fetchone()[0] == 15
    assert db.execute("select count(*) from events where kind = 'prompt'").fetchone() == (0,)


def test_f21_a_reindex_leaves_a_value_that_breaks_a_rule_as_it_came(
    path: Path, tour: list[Batch]
) -> None:
    """All else is interpreted anew; the same records are without a meaning as before."""
    fill(path, tour)
    db = open_writer(path)
    db.execute(
        "create temp trigger rule before insert on tool_calls when new.tool = 'Bash'"
        " begin select raise(abort, 'no'); end"
    )
    assert reindex(db, Dialects(), decode=StoredDecoder().decode) == _count(path)
    tools = {tool for (tool,) in db.execute("select tool from tool_calls")}
    assert tools
    assert "Bash" not in tools
    assert db.execute("select count(*) from requests").fetchone()[0] > 0
    db.close()


def test_c15_no_answer_names_a_column(ruled: Writer, tour: list[Batch]) -> None:
    """What a sender is told holds nothing of the store's inside."""
    failed = ruled.submit(tour[1]._replace(received_unix_nano=2**70)).exception()
    assert str(failed) == "the store cannot be written"


def test_a_repeated_record_in_one_batch_counts_once(path: Path, tour: list[Batch]) -> None:
    """Copies within one request are the same record."""
    records = [*tour[0].records, *tour[0].records]
    writer = Writer(path, Dialects())
    writer.start()
    writer.submit(Batch(Signal.LOGS, records, 0, "", 1)).result()
    writer.stop()
    assert _count(path) == len(tour[0].records)


def test_a_file_locked_by_another_program_is_busy(path: Path, tour: list[Batch]) -> None:
    """A lock held elsewhere turns into a refusal that the sender may retry, and then passes."""
    writer = Writer(path, Dialects())
    writer._keeper.db.execute("pragma busy_timeout = 1")  # noqa: SLF001 - no wait for a lock in a test
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    writer.start()
    with pytest.raises(StoreBusy):
        writer.submit(tour[0]).result()
    other.execute("rollback")
    other.close()
    writer.submit(tour[0]).result()
    writer.stop()
    assert _count(path) == len(tour[0].records)


def test_a_failed_transaction_is_forgotten_as_a_whole(path: Path, tour: list[Batch]) -> None:
    """What was learnt in a transaction that did not come about is learnt again in the next."""
    writer = Writer(path, Dialects())
    writer._keeper.db.execute(  # noqa: SLF001 - a fault that comes late, and can be mended
        "create temp trigger fault before insert on sessions begin delete from nowhere; end"
    )
    writer.start()
    with pytest.raises(StoreBusy):
        writer.submit(tour[0]).result()
    writer._keeper.db.execute("drop trigger fault")  # noqa: SLF001
    writer.submit(tour[0]).result()
    writer.stop()
    db = open_reader(path)
    assert db.execute("select count(*) from session_attributes").fetchone()[0] > 0
    assert db.execute("select count(*) from records join resources on resource_id").fetchone()[0]

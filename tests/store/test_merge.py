"""The derived tables depend on the set of records alone."""

import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store.changes import Facts
from store.connection import Database, open_reader, open_writer
from store.domain import Agent, RawRecord
from store.facts import RequestMade
from store.merge import merge
from store.reindex import reindex
from store.signals import Batch, Record
from store.totals import TERMS
from tests.captures import CAPTURES, batches, captures_of, exports
from tests.store.shape import shown, tree
from tests.store.stores import derived, fill, filled

EVERY = (*CAPTURES, *captures_of("codex"), *captures_of("opencode"))
PERMUTED = (
    "codex/exec-subagent",
    "codex/tui-turn-cost",
    "opencode/tui-approvals",
    "bodies-inline",
    "errors",
    "hooks",
    "mcp",
    "skills-plugins",
    "subagents",
    "tour-cumulative",
    "tour-toggles",
    "tour-traces-full",
    "tui-hooks",
    "tui-permissions",
)


@cache
def _in_order(capture: str) -> tuple[dict[str, list[tuple[Any, ...]]], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        db = filled(Path(folder) / "s.db", batches(exports(capture)))
        return derived(db), _read(db)


def _read(db: Database) -> list[Any]:
    """Return what the screens show: every session with its transcript."""
    return [(session, tree(db, session.session_id)) for session in shown(db)]


def _single_records(capture: str) -> list[tuple[Batch, Record]]:
    return [(batch, record) for batch in batches(exports(capture)) for record in batch.records]


@pytest.mark.parametrize("capture", PERMUTED)
@settings(max_examples=5)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40))
def test_f13_f14_any_order_repetition_and_split_gives_the_same_tables(
    capture: str, seed: int, size: int
) -> None:
    """Records shuffled, partly repeated and cut into other requests: the same rows and screens."""
    chance = random.Random(seed)
    records = _single_records(capture)
    records += chance.sample(records, chance.randrange(len(records)))
    chance.shuffle(records)
    by_signal: dict[Any, list[Record]] = {}
    for batch, record in records:
        by_signal.setdefault(batch.signal, []).append(record)
    split = [
        Batch(signal, found[start : start + size], 0, "", 1)
        for signal, found in by_signal.items()
        for start in range(0, len(found), size)
    ]
    chance.shuffle(split)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        fill(path, split, one_by_one=seed % 2 == 0)
        db = open_reader(path)
        rows, read = _in_order(capture)
        assert derived(db) == rows
        assert _read(db) == read


@pytest.mark.parametrize("capture", EVERY)
def test_the_same_requests_twice_change_nothing(capture: str, tmp_path: Path) -> None:
    """A second delivery of every request leaves all tables, raw ones too, as they were."""
    path = tmp_path / "s.db"
    fill(path, batches(exports(capture)))
    db = open_reader(path)
    before = derived(db), db.execute("select * from records").fetchall()
    fill(path, batches(exports(capture)))
    assert (derived(db), db.execute("select * from records").fetchall()) == before
    records = sum(len(batch.records) for batch in batches(exports(capture)))
    assert db.execute("select duplicates from recorder").fetchone()[0] >= records


@pytest.mark.parametrize("capture", EVERY)
def test_reindex_rebuilds_the_same_tables(capture: str, tmp_path: Path) -> None:
    """What is derived again from the raw records is what was derived when they came."""
    path = tmp_path / "s.db"
    fill(path, batches(exports(capture)))
    db = open_writer(path)
    before = derived(db), db.execute("select * from records").fetchall()
    reindex(db, Dialects(), decode=StoredDecoder().decode)
    assert (derived(db), db.execute("select * from records").fetchall()) == before


def test_reindex_that_fails_midway_leaves_the_tables(tmp_path: Path) -> None:
    """An error in the middle of a rebuild rolls all of it back."""
    path = tmp_path / "s.db"
    fill(path, batches(exports("tour-full")))
    db = open_writer(path)
    before = derived(db)
    with pytest.raises(KeyboardInterrupt):
        reindex(db, Dialects(), decode=_interrupted_after(20, StoredDecoder().decode))
    assert derived(db) == before


def _interrupted_after(
    records: int, decode: Callable[[RawRecord], Record | None]
) -> Callable[[RawRecord], Record | None]:
    left = iter(range(records))

    def interrupted(raw: RawRecord) -> Record | None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return decode(raw)

    return interrupted


def _recounted(db: Database, group: str) -> list[tuple[Any, ...]]:
    """Sum the rows of both fact tables anew, by the same terms as the triggers."""
    found: dict[Any, dict[str, int]] = {}
    keys = "session_id" if group == "sessions" else "session_id, turn_id"
    for table, terms in TERMS.items():
        sums = ", ".join(f"sum({term.format(row='f')}) as {name}" for name, term in terms.items())
        where = "" if group == "sessions" else "where turn_id is not null"
        for row in db.query(f"select {keys}, {sums} from {table} f {where} group by {keys}"):
            key = tuple(row.pop(column) for column in keys.split(", "))
            found.setdefault(key, {}).update(row)
    columns = [column for terms in TERMS.values() for column in terms]
    return sorted(
        (key, tuple(row.get(column, 0) for column in columns)) for key, row in found.items()
    )


@pytest.mark.parametrize("group", ["sessions", "turns"])
@pytest.mark.parametrize("capture", PERMUTED)
def test_totals_equal_a_full_recount(capture: str, group: str, tmp_path: Path) -> None:
    """What the triggers kept is what summing all rows gives."""
    db = filled(tmp_path / "s.db", reversed(batches(exports(capture))))
    keys = ["session_id"] if group == "sessions" else ["session_id", "turn_id"]
    columns = [column for terms in TERMS.values() for column in terms]
    kept = sorted(
        (tuple(row[key] for key in keys), tuple(row[column] for column in columns))
        for row in db.query(
            f"select * from {group} where requests or tool_calls or unnamed_requests"
        )
    )
    assert kept == _recounted(db, group)
    assert kept


def _requests_made() -> st.SearchStrategy[RequestMade]:
    number = st.none() | st.integers(0, 1000)
    word = st.none() | st.sampled_from(["a", "b"])
    return st.builds(
        RequestMade,
        session_id=st.just("s"),
        request_id=st.sampled_from(["one", "two"]),
        turn_id=st.none() | st.sampled_from(["t", "u"]),
        agent_id=word,
        started_unix_nano=st.integers(0, 9),
        sequence=number,
        model=word,
        source=word,
        source_raw=word,
        agent_name=word,
        made_rank=st.binary(min_size=16, max_size=16),
        **dict.fromkeys(RequestMade._fields[11:13], word),
        **dict.fromkeys(RequestMade._fields[13:], number),
    )


def _merged(facts: list[RequestMade], sizes: list[int]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        db = open_writer(Path(folder) / "s.db")
        while facts:
            size = sizes.pop() if sizes else len(facts)
            changes = Facts()
            changes.session("s", Agent.CLAUDE_CODE, 1)
            for turn in ("t", "u"):
                changes.turn("s", turn, 1)
            for fact in facts[:size]:
                changes.of_request(fact)
            merge(db, changes)
            facts = facts[size:]
        for group in ("sessions", "turns"):
            kept = db.query(f"select * from {group}")
            columns = [column for terms in TERMS.values() for column in terms]
            key = ["session_id"] if group == "sessions" else ["session_id", "turn_id"]
            rows = {tuple(row[k] for k in key): tuple(row[c] for c in columns) for row in kept}
            assert dict(_recounted(db, group)).items() <= rows.items()
        return derived(db)


@settings(max_examples=40)
@given(
    facts=st.lists(_requests_made(), min_size=2, max_size=8, unique_by=lambda f: f.made_rank),
    sizes=st.lists(st.integers(1, 4), max_size=8),
    seed=st.integers(0, 2**32),
)
def test_contradicting_news_has_one_winner(
    facts: list[RequestMade], sizes: list[int], seed: int
) -> None:
    """Of reports that disagree the same one wins in any order, and totals follow it."""
    shuffled = random.Random(seed).sample(facts, len(facts))
    assert _merged(facts, []) == _merged(shuffled, sizes)

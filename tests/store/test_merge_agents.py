"""The derived tables of every agent depend on the set of its records alone."""

import random
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store.connection import open_reader, open_writer
from store.reindex import reindex
from store.signals import Batch
from tests.captures import batches, captures_of, exports
from tests.made_up_agent import Style, work
from tests.store.stores import derived, fill, filled

CAPTURES = tuple(name for client in ("copilot", "gemini", "qwen") for name in captures_of(client))
MADE_UP = {
    "made-up/agents": Style(content="messages", conversation_on="agents"),
    "made-up/none": Style(content="event", conversation_on="none"),
}
FEEDS = (*CAPTURES, *MADE_UP, "all")


@cache
def _feed(name: str) -> Sequence[Batch]:
    """Return what one client sends, or all at once."""
    if name == "all":
        return [batch for feed in FEEDS[:-1] for batch in _feed(feed)]
    return work(MADE_UP[name]) if name in MADE_UP else batches(exports(name))


@cache
def _in_order(name: str) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        return derived(filled(Path(folder) / "s.db", _feed(name)))


@pytest.mark.parametrize("name", FEEDS)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40))
def test_any_order_repetition_and_split_gives_the_same_tables(
    name: str, seed: int, size: int
) -> None:
    """Records shuffled, partly repeated and cut into other requests derive the same rows."""
    chance = random.Random(seed)
    records = [(batch.signal, record) for batch in _feed(name) for record in batch.records]
    records += chance.sample(records, chance.randrange(len(records)))
    chance.shuffle(records)
    split = [
        Batch(
            signal,
            [found for kind, found in records[start : start + size] if kind == signal],
            0,
            "",
            1,
        )
        for start in range(0, len(records), size)
        for signal in {kind for kind, _ in records[start : start + size]}
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        fill(path, split, one_by_one=seed % 2 == 0)
        assert derived(open_reader(path)) == _in_order(name)


@pytest.mark.parametrize("name", FEEDS)
def test_reindex_rebuilds_the_same_tables(name: str, tmp_path: Path) -> None:
    """What is derived again from the raw records is what was derived when they came."""
    path = tmp_path / "s.db"
    fill(path, _feed(name))
    db = open_writer(path)
    reindex(db, Dialects(), decode=StoredDecoder().decode)
    assert derived(db) == _in_order(name)


def test_all_clients_at_once_are_what_each_is_alone() -> None:
    """A mixed feed gives the union of the single results."""
    together = _in_order("all")
    for table, rows in together.items():
        alone = [row for name in FEEDS[:-1] for row in _in_order(name)[table]]
        if table not in {"sessions", "unknowns"}:
            assert sorted(set(rows), key=repr) == sorted(set(alone), key=repr), table

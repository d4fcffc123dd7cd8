"""Breaks in the count of events and calls repeated in a row depend on the set of records alone."""

import random
import tempfile
from itertools import groupby, pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store.connection import open_writer
from store.reindex import reindex
from store.signals import Batch
from tests.store.stores import derived, fill, filled
from tests.store.telling import batch, event


def _shuffled(events: list[dict[str, object]], seed: int) -> list[Batch]:
    """Return events in another order, some twice, in exports of any size."""
    chance = random.Random(seed)
    told = events + chance.sample(events, chance.randrange(len(events) + 1))
    chance.shuffle(told)
    size = chance.randint(1, 6)
    return [batch(told[start : start + size]) for start in range(0, len(told), size)]


def _breaks(numbers: set[tuple[str, int, int]]) -> set[tuple[str, int, int, int | None]]:
    """Return what breaks the count, by looking at all events in order."""
    found: set[tuple[str, int, int, int | None]] = set()
    for session, of_session in groupby(sorted(numbers), key=lambda item: item[0]):
        places = [(at, number) for _, at, number in of_session]
        found.add((session, *places[0], None))
        for (_, previous), (at, number) in pairwise(places):
            if number != previous + 1:
                found.add((session, at, number, previous))
    return found


@settings(max_examples=40)
@given(
    numbers=st.sets(
        st.tuples(st.sampled_from("ab"), st.integers(1, 12), st.integers(0, 12)), min_size=1
    ),
    seed=st.integers(0, 2**32),
)
def test_breaks_are_those_between_neighbours_in_time(
    numbers: set[tuple[str, int, int]], seed: int
) -> None:
    """Whatever the order, the repetition and the split; reading all anew finds the same."""
    events = [
        event("at_mention", at, session=session, event__sequence=number)
        for session, at, number in sorted(numbers)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        fill(path, _shuffled(events, seed))
        db = open_writer(path)
        kept = derived(db)["sequence_breaks"]
        expected = {
            (session, at * 10**9, number, previous)
            for session, at, number, previous in _breaks(numbers)
        }
        assert set(kept) == expected
        reindex(db, Dialects(), decode=StoredDecoder().decode)
        assert derived(db)["sequence_breaks"] == kept
        db.close()


_CALLS = st.lists(
    st.tuples(
        st.integers(1, 30), st.sampled_from("pq"), st.sampled_from("mx"), st.sampled_from("12?")
    ),
    min_size=1,
    max_size=24,
)
"""When, in which turn, by which agent (``m`` is the main one), and with which input."""


def _third_in_a_row(calls: list[tuple[int, str, str, str]]) -> set[str]:
    """Return the calls that make the same three times in a row; ``?`` is withheld."""
    groups: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for number, (at, turn, agent, told) in enumerate(calls):
        groups.setdefault((turn, agent), []).append((at, f"t{number:02}", told))
    found = set()
    for group in groups.values():
        for run, members in groupby(sorted(group), key=lambda call: call[2]):
            ids = [call_id for _, call_id, _ in members]
            if run != "?" and len(ids) >= 3:
                found.add(ids[2])
    return found


@settings(max_examples=60)
@given(calls=_CALLS, seed=st.integers(0, 2**32))
def test_a_loop_is_the_third_same_call_in_a_row(
    calls: list[tuple[int, str, str, str]], seed: int
) -> None:
    """By one agent in one turn; the decision and the result of a call may come in any order."""
    events = []
    for number, (at, turn, agent, told) in enumerate(calls):
        call = {"tool_name": "Read", "tool_use_id": f"t{number:02}"}
        call |= {} if agent == "m" else {"agent_id": agent}
        result = {} if told == "?" else {"tool_input": f'{{"file_path":"{told}"}}'}
        events.append(event("tool_decision", at, turn=turn, decision="accept", **call))
        events.append(event("tool_result", at + 40, turn=turn, success="true", **call, **result))
    with tempfile.TemporaryDirectory() as folder:
        db = filled(Path(folder) / "s.db", _shuffled(events, seed))
        kept = derived(db)["repeated_calls"]
        assert {call_id for _, call_id, _ in kept} == _third_in_a_row(calls)
        db.close()


def test_shortened_inputs_are_not_known_to_be_the_same(tmp_path: Path) -> None:
    """The client cuts long texts to their beginning: two may differ in the rest."""
    told = '{"file_path":"a","new_string":"begin…[900 chars]"}'
    events = [
        event("tool_result", at, tool_name="Edit", tool_use_id=f"t{at}", tool_input=told)
        for at in range(1, 5)
    ]
    db = filled(tmp_path / "s.db", [batch(events)])
    assert derived(db)["repeated_calls"] == []

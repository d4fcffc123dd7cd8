"""Real sessions sent to a running recorder are what they are when read in order, however sent."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from store.connection import Database, open_reader
from store.lock import Owner
from store.signals import Signal
from tests.acceptance.encodings import encoded
from tests.acceptance.senders import WAYS, Way
from tests.captures import CAPTURES, Export, batches, exports
from tests.sessionscope.command import serving
from tests.store.stores import derived, filled

CLIENTS = 6
EVERYTHING = tuple(export for capture in CAPTURES for export in exports(capture))


class Kept(NamedTuple):
    """What a store holds."""

    tables: dict[str, list[tuple[Any, ...]]]
    digests: list[bytes]
    """Of the raw records, in an order of their own."""
    duplicates: int


def kept(db: Database) -> Kept:
    """Read a store whole."""
    digests = [digest for (digest,) in db.execute("select digest from records order by digest")]
    (duplicates,) = db.execute("select duplicates from recorder").fetchone()
    return Kept(derived(db), digests, duplicates)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """All captures as the writer stores them in order; ``tests.store`` holds it to the truth."""
    return kept(filled(tmp_path_factory.mktemp("in-order") / "sessions.db", batches(EVERYTHING)))


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_f13_f14_all_captures_twice_and_shuffled_are_what_they_are_in_order(
    way: Way, in_order: Kept, tmp_path: Path
) -> None:
    """Nothing is lost, nothing doubled: the same raw records and the same derived rows."""
    requests = [*EVERYTHING, *EVERYTHING]
    random.Random(way.name).shuffle(requests)
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        shares = [requests[start::CLIENTS] for start in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda share: send(way, recorder.owner, share), shares))
        found = kept(open_reader(store))
    assert found.digests == in_order.digests
    assert found.tables == in_order.tables
    assert found.duplicates == len(in_order.digests) + 2 * in_order.duplicates


def send(way: Way, recorder: Owner, requests: Sequence[Export]) -> None:
    """Send requests one after the other; each has to be acknowledged in full."""
    sender = way.connect(recorder)
    try:
        for request in requests:
            sender.send(Signal(request.signal), encoded(request, way.encoding))
    finally:
        sender.close()

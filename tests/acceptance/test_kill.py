"""A recorder that is killed loses nothing it acknowledged."""

import logging
import random
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from threading import Timer

import pytest

from store.connection import open_reader
from store.lock import Owner
from store.signals import Signal
from tests.acceptance.load import Load, numbered
from tests.acceptance.senders import GrpcSender, HttpSender, NotStored, Sender
from tests.guarantees import Figure, Noted
from tests.sessionscope.command import serving

_LATEST_KILL_S = 0.3
_LARGE = 5_000
_log = logging.getLogger(__name__)


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.soak)])
def test_f1_what_was_acknowledged_survives_kill_9(
    rounds: int, tmp_path: Path, *, record_property: Noted
) -> None:
    """Killed in the middle of a load, started again on the same store, sent the same again.

    Every acknowledged record is there once before it is sent again, every record once after.
    """
    store = tmp_path / "sessions.db"
    expected: set[str] = set()
    acknowledged = 0
    first = 0
    for _ in range(rounds):
        load = _load_until_killed(store, first=first)
        assert load.acknowledged
        acknowledged += len(load.acknowledged)
        sent = {number for numbers in load.sent for number in numbers}
        first += len(sent)
        with serving(store) as recorder:
            found = _found(store)
            record_property(Figure.ACKNOWLEDGED, len(load.acknowledged))
            record_property(Figure.LOST, len(load.acknowledged - found))
            assert not expected - found
            assert not load.acknowledged - found
            assert found <= expected | sent
            _send_again(recorder.owner, load)
            expected |= sent
            assert _found(store) == expected
            recorder.process.kill()
    _log.info(
        "killed %d times under load: %d records sent, %d acknowledged", rounds, first, acknowledged
    )


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.soak)])
@pytest.mark.parametrize("connect", [GrpcSender, HttpSender])
def test_f1_a_large_export_is_acknowledged_when_all_of_it_is_stored(
    rounds: int,
    tmp_path: Path,
    *,
    connect: Callable[[Owner], Sender],
    record_property: Noted,
) -> None:
    """An export that is stored in parts is not lost in part: killed between two, it is unanswered.

    Sent again it is whole, and nothing of it is there twice.
    """
    store = tmp_path / "sessions.db"
    expected: set[str] = set()
    for number in range(rounds):
        sent = {f"{number}-{place}" for place in range(_LARGE)}
        body = numbered(sorted(sent))
        with serving(store) as recorder:
            timer = Timer(random.uniform(0, _LATEST_KILL_S * 2), recorder.process.kill)
            timer.start()
            is_acknowledged = _is_acknowledged(connect(recorder.owner), body)
            timer.join()
            recorder.process.wait()
        with serving(store) as recorder:
            found = _found(store)
            if is_acknowledged:
                record_property(Figure.ACKNOWLEDGED, len(sent))
                record_property(Figure.LOST, len(sent - found))
            assert expected <= found <= expected | sent
            assert not is_acknowledged or sent <= found
            assert _is_acknowledged(connect(recorder.owner), body)
            expected |= sent
            assert _found(store) == expected


def _is_acknowledged(sender: Sender, body: bytes) -> bool:
    try:
        sender.send(Signal.LOGS, body)
    except (NotStored, OSError, HTTPException):
        return False
    finally:
        sender.close()
    return True


def _load_until_killed(store: Path, *, first: int) -> Load:
    with serving(store) as recorder, Load(recorder.owner, first=first) as load:
        assert load.under_way.wait(30)
        Timer(random.uniform(0, _LATEST_KILL_S), recorder.process.kill).start()
    return load


def _send_again(recorder: Owner, load: Load) -> None:
    sender = HttpSender(recorder)
    for numbers in load.sent:
        sender.send(Signal.LOGS, numbered(numbers))
    sender.close()


def _found(store: Path) -> set[str]:
    """Return the numbers in a store that is whole and holds each once, raw and derived."""
    db = open_reader(store)
    assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    raw = Counter(number for (number,) in db.execute("select session_id from records"))
    derived = Counter(dict(db.execute("select session_id, log_records from sessions").fetchall()))
    db.close()
    assert raw == derived
    assert raw.total() == len(raw)
    return set(raw)

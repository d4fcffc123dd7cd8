"""A recorder that is told to stop while both doors are busy ends in good order."""

import signal
from pathlib import Path

import pytest

from store.connection import open_reader
from tests.acceptance.load import Load
from tests.guarantees import Figure, Noted
from tests.sessionscope.command import serving

_STOPPED_WITHIN_S = 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_f3_a_signal_under_load_loses_nothing(
    tmp_path: Path, number: signal.Signals, *, record_property: Noted
) -> None:
    """The exit code is 0, all that was acknowledged is stored, nothing is stored twice."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder, Load(recorder.owner) as load:
        assert load.under_way.wait(30)
        recorder.process.send_signal(number)
        assert recorder.process.wait(_STOPPED_WITHIN_S) == 0
    found = [number for (number,) in open_reader(store).execute("select session_id from records")]
    assert len(found) == len(set(found))
    record_property(Figure.ACKNOWLEDGED, len(load.acknowledged))
    record_property(Figure.LOST, len(load.acknowledged - set(found)))
    assert load.acknowledged <= set(found)
    assert set(found) <= {number for numbers in load.sent for number in numbers}

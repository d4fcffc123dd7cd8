"""The feed: what it posts, and when it stays silent."""

import queue
from collections.abc import Iterator

import pytest
from textual.message import Message

from store.errors import StoreUnusable
from store.queries.burn import Budgets
from tests.tui.factories import NOW, SECOND
from tests.tui.fakes import LISTENING, FakeReader, FakeSource
from tui.feed import Feed, RecorderChanged, StoreChanged
from tui.source import RecorderState
from tui.spending import Spending

PATIENCE_S = 10


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_ns = NOW

    def __call__(self) -> int:  # noqa: D102 - it is called as the clock is
        return self.now_ns


class Harness:
    """A feed with its source, its clock, and what it has posted."""

    def __init__(self) -> None:
        self.source = FakeSource()
        self.clock = Clock()
        self.posted: queue.Queue[Message] = queue.Queue()
        self.feed = Feed(
            self.source,
            self.posted.put,
            clock=self.clock,
            interval_s=0.001,
            spending=Spending(Budgets(), list),
        )

    def poll(self) -> list[Message]:
        """Poll once and return what was posted."""
        self.feed.poll(FakeReader(self.source))
        posted: list[Message] = []
        while not self.posted.empty():
            posted.append(self.posted.get())
        return posted


@pytest.fixture
def harness() -> Iterator[Harness]:
    """Return a feed that is stopped afterwards."""
    made = Harness()
    yield made
    made.feed.stop()


def test_the_first_poll_tells_of_the_store_and_its_recorder(harness: Harness) -> None:
    """A screen learns at once what there is and who fills it."""
    changed, recorder = harness.poll()
    assert isinstance(changed, StoreChanged)
    assert isinstance(recorder, RecorderChanged)
    assert recorder.reception.state == LISTENING
    assert recorder.reception.is_known


def test_an_unchanged_store_is_not_spoken_of(harness: Harness) -> None:
    """While nothing is committed nothing is posted, so nothing is painted."""
    harness.poll()
    harness.clock.now_ns += 60 * SECOND
    assert harness.poll() == []


def test_a_commit_is_told_once(harness: Harness) -> None:
    """Another token is one message."""
    harness.poll()
    harness.source.version += 1
    assert [type(message) for message in harness.poll()] == [StoreChanged]
    assert harness.poll() == []


def test_a_recorder_that_stops_is_told_without_a_commit(harness: Harness) -> None:
    """A dead recorder commits nothing, and is noticed within a second all the same."""
    harness.poll()
    harness.source.recorder = RecorderState(reason="no recorder is running")
    harness.clock.now_ns += SECOND
    (message,) = harness.poll()
    assert isinstance(message, RecorderChanged)
    assert message.reception.state.reason == "no recorder is running"


def test_the_rate_is_taken_over_the_last_seconds(harness: Harness) -> None:
    """Records a second, over a window that forgets what is older."""
    rates = []
    for records in (0, 20, 40, 40, 40, 40, 40, 40):
        harness.source.recorder = RecorderState(doors=LISTENING.doors, records=records)
        harness.source.version += 1
        rates += [m.reception.per_second for m in harness.poll() if isinstance(m, RecorderChanged)]
        harness.clock.now_ns += SECOND
    assert rates[:3] == [None, 20.0, 20.0]
    assert rates[-1] == 0.0


def test_a_recorder_that_begins_anew_has_no_rate(harness: Harness) -> None:
    """A count that went back is not a negative rate."""
    for records in (100, 5):
        harness.source.recorder = RecorderState(doors=LISTENING.doors, records=records)
        harness.source.version += 1
        *_, last = harness.poll()
        harness.clock.now_ns += SECOND
    assert isinstance(last, RecorderChanged)
    assert last.reception.per_second is None


def test_the_thread_posts_and_stops(harness: Harness) -> None:
    """Started, the feed posts from its own thread; stopped, the thread is gone."""
    harness.feed.start()
    assert isinstance(harness.posted.get(timeout=PATIENCE_S), StoreChanged)
    assert isinstance(harness.posted.get(timeout=PATIENCE_S), RecorderChanged)
    harness.source.version += 1
    assert isinstance(harness.posted.get(timeout=PATIENCE_S), StoreChanged)
    harness.feed.stop()


def test_a_store_that_cannot_be_opened_is_told_and_tried_again(harness: Harness) -> None:
    """A failure is a reason not to receive, and passes when it has passed."""
    harness.source.failure = StoreUnusable("there is no store")
    harness.feed.start()
    message = harness.posted.get(timeout=PATIENCE_S)
    assert isinstance(message, RecorderChanged)
    assert message.reception.state.reason == "there is no store"
    harness.source.failure = None
    assert isinstance(harness.posted.get(timeout=PATIENCE_S), StoreChanged)

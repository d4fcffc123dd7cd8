"""Tells the screens that the store has changed, how its recorder is, and what is spent.

One thread with its own connection asks for the store's change token a few times a second. Nothing
is posted, and so nothing painted, while the answer stays the same.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack

from textual.message import Message

from tui.source import Reader, Reception, RecorderState, Source
from tui.spending import Spending

LOCAL_INTERVAL_S = 0.2
REMOTE_INTERVAL_S = 0.25
"""Between two questions over SSH, so that a screen changes four times a second at most."""

_RATE_WINDOW_NS = 5_000_000_000
_RECORDER_INTERVAL_NS = 1_000_000_000


class StoreChanged(Message):
    """Something was committed to the store."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StoreChanged)


class RecorderChanged(Message):
    """The recorder's state or rate is another than before."""

    def __init__(self, reception: Reception) -> None:
        super().__init__()
        self.reception = reception


class Feed:
    """Polls a source from a thread of its own and posts what changed."""

    def __init__(
        self,
        source: Source,
        post: Callable[[Message], object],
        *,
        clock: Callable[[], int],
        interval_s: float,
        spending: Spending,
    ) -> None:
        """``post`` must be safe to call from another thread, as ``App.post_message`` is."""
        self._source = source
        self._post = post
        self._clock = clock
        self._interval_s = interval_s
        self._spending = spending
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._token: object = None
        self._reception = Reception(is_known=False)
        self._asked_recorder_at = 0
        self._samples: deque[tuple[int, int]] = deque()

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Stop polling and wait until the thread has closed its connection."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with ExitStack() as stack:
                try:
                    reader = stack.enter_context(self._source.open())
                    self._poll_until_it_fails(reader)
                except Exception as error:  # noqa: BLE001 - shown, and tried again
                    reason = str(error) or type(error).__name__
                    self._tell(Reception(RecorderState(reason=reason)))
            self._stop.wait(1)

    def _poll_until_it_fails(self, reader: Reader) -> None:
        while not self._stop.is_set():
            self.poll(reader)
            self._stop.wait(self._interval_s)

    def poll(self, reader: Reader) -> None:
        """Ask once, and post what is new."""
        token = reader.change_token()
        has_changed = token != self._token
        if has_changed:
            self._token = token
            self._post(StoreChanged())
        now_ns = self._clock()
        if has_changed or now_ns - self._asked_recorder_at >= _RECORDER_INTERVAL_NS:
            self._asked_recorder_at = now_ns
            for crossed in self._spending.look(reader, now_ns):
                self._post(crossed)
            state = reader.recorder()
            rate = self._rate(state.records, now_ns)
            self._tell(Reception(state, rate, burn=self._spending.burn))

    def _rate(self, records: int, now_ns: int) -> float | None:
        """Return records a second over the window that ends now."""
        samples = self._samples
        samples.append((now_ns, records))
        while now_ns - samples[0][0] > _RATE_WINDOW_NS:
            samples.popleft()
        (first_ns, first), (last_ns, last) = samples[0], samples[-1]
        if last_ns == first_ns or last < first:
            return None
        return (last - first) * 1e9 / (last_ns - first_ns)

    def _tell(self, reception: Reception) -> None:
        if reception != self._reception:
            self._reception = reception
            self._post(RecorderChanged(reception))

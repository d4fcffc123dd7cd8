"""The application in a process of its own, for tests that own the other end of its terminal."""

import signal
import sys

from tests.tui.driving import make_app
from tests.tui.hostile import HOSTILE, hostile_source
from tests.tui.samples import sample_source


def _break() -> None:
    quoted = HOSTILE
    raise ValueError(quoted)


if __name__ == "__main__":
    if "nohup" in sys.argv:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    source = hostile_source() if "hostile" in sys.argv else sample_source()
    app = make_app(source)
    if "broken" in sys.argv:
        app.action_help = _break  # type: ignore[method-assign]
    sys.exit(app.show())

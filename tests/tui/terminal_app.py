"""The application in a process of its own, for tests that own the other end of its terminal."""

import signal
import sys

from tests.tui.driving import make_app
from tests.tui.hostile import hostile_source
from tests.tui.samples import sample_source

if __name__ == "__main__":
    if "nohup" in sys.argv:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    source = hostile_source() if "hostile" in sys.argv else sample_source()
    sys.exit(make_app(source).show())

"""What standard input and output are connected to."""

import locale
import os
import shutil
import sys
import time

from sessionscope.tables.people import Sheet
from tui.marks import choose_marks


def can_show_screens() -> bool:
    """Tell whether a person sits at both ends, at a terminal that understands more than lines."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") not in {"", "dumb"}
    )


def sheet(*, width_of_pipe: int) -> Sheet:
    """Return what lines for people are drawn on, as wide as the terminal if there is one."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else width_of_pipe
    marks = choose_marks(
        os.environ, encoding=sys.stdout.encoding or locale.getencoding(), ascii_only=False
    )
    return Sheet(width=width, marks=marks, now_ns=time.time_ns())

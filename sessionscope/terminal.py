"""What standard input and output are connected to."""

import os
import shutil
import sys


def can_show_screens() -> bool:
    """Tell whether a person sits at both ends, at a terminal that understands more than lines."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") not in {"", "dumb"}
    )


def width(*, of_pipe: int) -> int:
    """Return how many cells a line on standard output may have."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else of_pipe

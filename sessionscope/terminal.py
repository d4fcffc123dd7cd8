"""What the standard streams are connected to."""

import os
import shutil
import sys


def can_show_screens() -> bool:
    """Tell whether a person sits at both ends, at a terminal that understands more than lines.

    Standard error counts too: that is where Textual draws.
    """
    return all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ) and os.environ.get("TERM", "dumb") not in {"", "dumb"}


def width(*, of_pipe: int) -> int:
    """Return how many cells a line on standard output may have."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else of_pipe

"""What went wrong, in words for the person at the command line, and as an exit code.

Exit code 2 is for what was asked in a way that cannot be done, 1 for all other failures.
"""

import traceback

import click

from receiver.errors import ReceiverError
from sessionscope.config import ConfigError
from store.errors import StoreError
from tui.safe_text import safe_text


def in_words(error: Exception) -> click.ClickException:
    """Return what click shows in place of ``error``."""
    match error:
        case ConfigError():
            return click.UsageError(safe_text(str(error)))
        case StoreError() | ReceiverError() | OSError():
            return click.ClickException(safe_text(str(error)))
        case _:
            return click.ClickException(
                "this is a fault of sessionscope itself\n"
                + safe_text("".join(traceback.format_exception(error)))
            )

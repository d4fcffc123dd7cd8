"""Where ``sessionscope`` and ``python -m sessionscope`` begin."""

import sys
from pathlib import Path


def main() -> None:
    """Run the command with the rooms that were installed beside it.

    Their directory goes first on the path: ``store``, ``receiver`` and ``tui`` are common names,
    and a package of such a name in ``PYTHONPATH`` would be imported in place of ours.
    """
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from sessionscope.cli import cli

    cli(prog_name="sessionscope")


if __name__ == "__main__":
    main()

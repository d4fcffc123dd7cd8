"""What each room drags in when it is imported, seen in a fresh interpreter."""

import json
import subprocess
import sys

import pytest

PRICES = {"genai_prices", "httpx2", "pydantic"}
SQLITE = {"pysqlite3", "sqlite_utils"}
TERMINAL = {"rich", "textual"}
WIRE = {"aiohttp", "google", "grpc", "opentelemetry"}

IMPORT_ALL_OF = """
import importlib, json, pkgutil, sys
room = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

ASK_FOR_HELP = """
import json, sys
before = set(sys.modules)
from sessionscope.__main__ import main
sys.argv[1:] = ["--help"]
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("store", {"sessionscope", "receiver", "tui"} | PRICES | TERMINAL | WIRE),
        ("receiver", {"sessionscope", "tui"} | PRICES | TERMINAL | SQLITE),
        ("receiver.dialects", {"sessionscope", "tui"} | TERMINAL | SQLITE | WIRE),
        ("tui", {"sessionscope", "receiver"} | PRICES | WIRE),
    ],
)
def test_room_loads_only_what_it_may(room: str, strangers: set[str]) -> None:
    """All modules of a room together load no room above or beside it and no library of those.

    The store is not asked about click: sqlite-utils loads it by itself.
    """
    assert loaded_by(IMPORT_ALL_OF, room) & strangers == set()


def test_help_loads_click_and_nothing_else() -> None:
    """``--help`` answers at once: no room but the command's own, no library but click."""
    third_party = loaded_by(ASK_FOR_HELP) - set(sys.stdlib_module_names)
    assert third_party == {"click", "sessionscope"}


def loaded_by(program: str, *arguments: str) -> set[str]:
    """Return the top-level names of the modules that a program has loaded when it ends."""
    finished = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, check=False, text=True
    )
    assert finished.returncode == 0, finished.stderr
    names: list[str] = json.loads(finished.stdout.splitlines()[-1])
    return set(names)

"""What may be written where: SQL in the store, standard output in the command."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOMS, ROOT, parsed, relative, sources

_SQL = re.compile(
    r"""\s*\(?\s*(
        select\s.*\bfrom\s | insert\s+(or\s+\w+\s+)?into\s | update\s+\w+\s+set\s
        | delete\s+from\s | create\s+(unique\s+)?(table|index|view|trigger|virtual)\s
        | drop\s+(table|index|view|trigger)\s | alter\s+table\s | with\s+\w+\s+as\s | pragma\s+\w
        | begin\s+(immediate|deferred|exclusive) | vacuum\b | attach\s
    )""",
    re.VERBOSE | re.DOTALL,
)


@pytest.mark.parametrize("path", sources("sessionscope", "receiver", "tui"), ids=relative)
def test_sql_is_written_in_the_store_only(path: Path) -> None:
    """No other room holds a statement, not even a pragma."""
    assert [line for line, text in texts(parsed(path)) if is_sql(text)] == []


@pytest.mark.parametrize("path", sources("receiver", "store", "tui"), ids=relative)
def test_standard_output_belongs_to_the_command(path: Path) -> None:
    """No other room prints or writes to it: standard output is data that somebody asked for."""
    assert writes_to_stdout(parsed(path)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select id from session where id = :id", True),
        ("\n    SELECT count(*)\n    FROM log_record\n", True),
        ("pragma data_version", True),
        ("begin immediate", True),
        ("insert or ignore into scope values (?)", True),
        ("update session set title = :title", True),
        ("Select a session from the list", False),
        ("begin again", False),
        ("with a store in use", False),
        ("update the price table", False),
    ],
)
def test_statements_are_told_from_sentences(text: str, *, expected: bool) -> None:
    """SQL is recognised in either case, a sentence for a person is not taken for it."""
    assert is_sql(text) is expected


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("print('x')", [1]),
        ("import sys\nsys.stdout.write('x')", [2]),
        ("import sys\nprint('x', file=sys.stderr)", []),
        ("app.print('x')", []),
    ],
)
def test_writing_to_standard_output_is_recognised(source: str, lines: list[int]) -> None:
    """A bare print and the stream itself are seen, standard error is left alone."""
    assert writes_to_stdout(ast.parse(source)) == lines


def test_every_test_folder_is_a_package() -> None:
    """Without ``__init__.py`` pytest imports ``tests/tui`` as ``tui``, in place of the room."""
    folders = {path.parent for path in sources("tests")} - {ROOT / "tests" / "data"}
    assert [relative(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_room_says_what_it_promises() -> None:
    """A room's ``__init__`` opens with a paragraph about it."""
    assert all(ast.get_docstring(parsed(ROOT / room / "__init__.py")) for room in ROOMS)


def is_sql(text: str) -> bool:
    """Tell whether a text begins like a statement, its first word in one case."""
    first_word, _, _ = text.strip().partition(" ")
    return not first_word.istitle() and bool(_SQL.match(text.lower()))


def texts(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and value of every string of a module but its docstrings."""
    sentences = {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value for part in node.values if isinstance(part, ast.Constant))
            yield node.lineno, "x".join(str(part) for part in parts)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in sentences
        ):
            yield node.lineno, node.value


def writes_to_stdout(module: ast.Module) -> list[int]:
    """Return the lines on which a module prints, or takes hold of standard output."""
    return [
        node.lineno
        for node in ast.walk(module)
        if (isinstance(node, ast.Call) and _is_bare_print(node))
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.stdout")
    ]


def _is_bare_print(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "print" and "file" not in {
        keyword.arg for keyword in call.keywords
    }

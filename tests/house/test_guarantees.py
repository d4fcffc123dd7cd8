"""``docs/guarantees.md`` speaks of every number of the list, and of tests that exist."""

import ast

import pytest

from tests.conformance.statements import statements
from tests.guarantees import TESTS, Row, rows
from tests.house.tree import parsed

_NUMBERS = {
    "G": range(1, 25),
    "C": [*range(1, 18), *range(20, 28)],
    "J": range(1, 15),
    "D": range(1, 10),
    "L": range(1, 8),
    "R": range(1, 4),
    "F": range(1, 31),
    "S": [*range(1, 12), *range(20, 26), *range(30, 34), 40, 41, 42, *range(50, 54), 60],
    "T": range(1, 17),
}
"""The list: gates, conformance, faults, security, terminal."""

NUMBERS = [f"{letter}{number}" for letter, found in _NUMBERS.items() for number in found]
ROWS = rows()
NAMED = sorted({test for row in ROWS for test in row.tests})


def test_every_number_has_its_row() -> None:
    """In the list's order, each once."""
    assert [row.number for row in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_says_how_it_stands(row: Row) -> None:
    """What holds is shown by something; what does not has a reason."""
    assert row.state.startswith(("holds", "does not apply", "not yet: "))
    assert row.shown_by or not row.state.startswith("holds")
    assert row.state != "does not apply"


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    """By file and name."""
    file, _, test = name.partition("::")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in parsed(TESTS / file).body if isinstance(node, functions)}
    assert test in {"", *found}


def test_statements_that_are_named_exist() -> None:
    """By their ids."""
    named = {statement for row in ROWS for statement in row.statements}
    assert named <= {statement.id for statement in statements()}

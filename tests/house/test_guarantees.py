"""``docs/guarantees.md`` speaks of every number of the list, and of tests that exist."""

import ast
import re

import pytest

from tests.house.tree import ROOT, parsed

PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"

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
ROWS = re.findall(r"^\| ([A-Z]\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", PAGE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))
FILES = sorted(set(re.findall(r"`([\w/]+\.py)`", PAGE)))
STATEMENTS = sorted(
    statement.strip()
    for group in re.findall(r"`statements\.toml: ([^`]+)`", PAGE)
    for statement in group.split(",")
    if statement.strip() != "X"
)


def test_every_number_has_its_row() -> None:
    """In the list's order, each once."""
    assert [number for number, *_ in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_how_it_stands(row: tuple[str, str, str, str]) -> None:
    """What holds is shown by something; what does not has a reason."""
    _, _, state, shown = row
    assert state.startswith(("holds", "does not apply", "not yet: "))
    assert shown or not state.startswith("holds")
    assert state.removeprefix("does not apply") or shown


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    """By file and name."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in parsed(TESTS / file).body if isinstance(node, functions)}
    assert test in found


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_named_exists(file: str) -> None:
    """Below the folder of tests."""
    assert (TESTS / file).is_file()


def test_statements_that_are_named_exist() -> None:
    """By their ids."""
    path = TESTS / "conformance" / "statements.toml"
    ids = set(re.findall(r'^id = "(.+)"', path.read_text("utf-8"), re.MULTILINE))
    assert set(STATEMENTS) <= ids

"""What one can hold in the head: short modules of short functions."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOMS, parsed, relative, sources

MODULE_LINES = 300
FUNCTION_LINES = 40


@pytest.mark.parametrize("path", sources(*ROOMS), ids=relative)
def test_module_and_its_functions_are_short(path: Path) -> None:
    """A module has at most 300 lines, a function at most 40 with its signature and docstring."""
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= MODULE_LINES
    assert long_functions(parsed(path)) == []


def test_a_long_function_is_seen_wherever_it_hides() -> None:
    """One line more than allowed is reported, also in a method and for a coroutine."""
    body = "    pass\n" * (FUNCTION_LINES - 1)
    nested = "        pass\n" * FUNCTION_LINES
    module = ast.parse(
        f"def fits():\n{body}\nasync def grows():\n{body}    pass\n"
        f"class Room:\n    def grows_too(self):\n{nested}"
    )
    assert long_functions(module) == ["grows", "grows_too"]


def long_functions(module: ast.Module) -> list[str]:
    """Return the names of the functions that are longer than allowed."""
    return [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]

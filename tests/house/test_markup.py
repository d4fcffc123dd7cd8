"""No telemetry is parsed as markup: what Textual and Rich would parse is not handed to them."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import parsed, relative, sources

_PARSING = {
    "Button",
    "Checkbox",
    "Collapsible",
    "Digits",
    "Footer",
    "Header",
    "Label",
    "Link",
    "ListItem",
    "Log",
    "Markdown",
    "OptionList",
    "RadioButton",
    "RichLog",
    "Select",
    "Static",
    "Tab",
    "TabPane",
    "Tree",
    "add_leaf",
    "add_option",
    "from_markup",
    "notify",
    "print_markup",
}
"""Widgets and calls that read ``[…]`` in a text as markup, unless told not to."""

_TITLES = {"border_title", "border_subtitle", "tooltip"}
"""Attributes of widgets that are read as markup."""


@pytest.mark.parametrize("path", sources("tui", "sessionscope"), ids=relative)
def test_s23_no_text_is_handed_to_what_parses_markup(path: Path) -> None:
    """Only constants are, or calls that say ``markup=False``."""
    assert markup_sinks(parsed(path)) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("Static(title)", [1]),
        ("Static(f'[b]{title}')", [1]),
        ("textual.widgets.Label(title)", [1]),
        ("class A(Static): pass", [1]),
        ("self.notify(str(error))", [1]),
        ("Text.from_markup(title)", [1]),
        ("rich.print(title)", [1]),
        ("from rich import print", [1]),
        ("Console().print(title)", [1]),
        ("widget.border_title = title", [1]),
        ("Static()", []),
        ("Static('the program says')", []),
        ("self.notify(title, markup=False)", []),
        ("Console(markup=False).print(title)", []),
        ("Text(title)", []),
        ("widget.border_title = 'Sessions'", []),
    ],
)
def test_s23_markup_sinks_are_recognised(source: str, lines: list[int]) -> None:
    """Data is told from constants, and parsing from not parsing."""
    assert markup_sinks(ast.parse(source)) == lines


def markup_sinks(module: ast.Module) -> list[int]:
    """Return the lines on which data is handed to what parses markup."""
    return sorted({node.lineno for node in ast.walk(module) if _is_sink(node)})  # type: ignore[attr-defined] # those have one


def _is_sink(node: ast.AST) -> bool:
    match node:
        case ast.Call():
            return _parses(node)
        case ast.ClassDef():
            return any(_last_name(base) in _PARSING for base in node.bases)
        case ast.ImportFrom(module="rich"):
            return any(alias.name == "print" for alias in node.names)
        case ast.Assign():
            return not isinstance(node.value, ast.Constant) and any(
                isinstance(target, ast.Attribute) and target.attr in _TITLES
                for target in node.targets
            )
    return False


def _parses(call: ast.Call) -> bool:
    name = _last_name(call.func)
    if name == "Console":
        return not _says_no(call, "markup")
    if ast.unparse(call.func) == "rich.print":
        return True
    values = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "id")]
    has_data = any(not isinstance(value, ast.Constant) for value in values)
    return name in _PARSING and has_data and not _says_no(call, "markup")


def _says_no(call: ast.Call, name: str) -> bool:
    return any(
        keyword.arg == name
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
        for keyword in call.keywords
    )


def _last_name(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]

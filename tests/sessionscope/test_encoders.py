"""Rows become CSV and JSON without changing what they say."""

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionscope.tables.columns import dollars, timestamp
from sessionscope.tables.encoders import to_json, write_csv, write_json, write_json_lines
from tui.safe_text import safe_text


def sheet(*values: object) -> list[str]:
    """Return the cells of a row as a CSV reader sees them."""
    file = io.StringIO(newline="")
    columns = [f"c{index}" for index in range(len(values))]
    write_csv(columns, [dict(zip(columns, values, strict=True))], file)
    heading, row = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert heading == columns
    return row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_a_text_that_begins_like_a_formula_is_quoted(start: str) -> None:
    """An apostrophe makes it text (OWASP ASVS 1.2.10)."""
    assert sheet(f"{start}1")[0].startswith("'")
    assert sheet([f"{start}1", "b"])[0].startswith("'")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-5, "-5"),
        (-0.5, "-0.5"),
        (Decimal("0.000001"), "0.000001"),
        (None, ""),
        ("a-b", "a-b"),
        ('say "x", y\nz', 'say "x", y\nz'),
        (["a", "b"], "a b"),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_a_cell_is_written_as_what_it_is(value: object, expected: str) -> None:
    """Numbers stay numbers, lists are joined, unknown is empty."""
    assert sheet(value) == [expected]


@given(st.text())
def test_any_text_survives_csv_as_safe_text(text: str) -> None:
    """A reader gets back what a person may see, but for the apostrophe."""
    (cell,) = sheet(text)
    assert cell.removeprefix("'") == safe_text(text).removeprefix("'")


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
)


@given(_VALUES)
def test_any_value_survives_json(value: object) -> None:
    """JSON is ASCII without control characters and reads back the same."""
    text = to_json(value)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == value


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_array_holds_each_row(count: int) -> None:
    """An array of rows is valid JSON whatever their number; dotted names are nested."""
    rows = [{"a": index, "b.c": Decimal("0.5")} for index in range(count)]
    expected = [{"a": index, "b": {"c": "0.5"}} for index in range(count)]
    array, lines = io.StringIO(), io.StringIO()
    write_json(rows, array)
    write_json_lines(rows, lines)
    assert json.loads(array.getvalue()) == expected
    assert [json.loads(line) for line in lines.getvalue().splitlines()] == expected


@pytest.mark.parametrize(
    ("micros", "expected"),
    [(None, "null"), (0, '"0"'), (2_040, '"0.00204"'), (1, '"0.000001"'), (30_000_000, '"30"')],
)
def test_money_is_the_shortest_exact_decimal(micros: int | None, expected: str) -> None:
    """No exponent, no trailing zero, no float."""
    assert to_json(dollars(micros)) == expected


@given(st.integers(0, 2**63 - 1))
def test_money_reads_back_exactly(micros: int) -> None:
    """Every amount of micro-dollars is kept."""
    text = json.loads(to_json(dollars(micros)))
    assert Decimal(text) * 10**6 == micros


@pytest.mark.parametrize(
    ("time_ns", "expected"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1_795_360_453_718_000_001, "2026-11-22T15:14:13.718000001Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_a_time_keeps_its_nanoseconds(time_ns: int | None, expected: str | None) -> None:
    """RFC 3339 in UTC."""
    assert timestamp(time_ns) == expected

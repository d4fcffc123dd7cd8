"""``make guarantees``: run the tests that ``docs/guarantees.md`` names, and print what they found.

A number counts as shown when every test its row names has passed. The sums are what the tests
themselves note by pytest's ``record_property`` under the names of ``Figure``.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "guarantees.md"
_CONFORMANCE = "conformance/test_conformance.py"


_SUBJECTS = {
    "G": "gates",
    "CJDLR": "conformance",
    "F": "faults survived",
    "S": "security",
    "T": "terminal",
}


class Figure(StrEnum):
    """What tests count."""

    HOSTILE_INPUTS = "hostile inputs tried"
    ACKNOWLEDGED = "records acknowledged under fire"
    LOST = "acknowledged records lost"
    LEAKED = "bytes leaked to a terminal"


Noted: TypeAlias = Callable[[str, object], None]
"""Pytest's ``record_property``."""


class Row(NamedTuple):
    """A promise of the page."""

    number: str
    promise: str
    state: str
    shown_by: str

    @property
    def tests(self) -> list[str]:
        """The tests it names, by file and name, and files by their name."""
        return re.findall(r"`([\w/]+\.py(?:::test_\w+)?)`", self.shown_by)

    @property
    def statements(self) -> list[str]:
        """The conformance statements it names."""
        groups = re.findall(r"`statements\.toml: ([^`]+)`", self.shown_by)
        return [statement.strip() for group in groups for statement in group.split(",")]


def rows() -> list[Row]:
    """Return the promises of the page, in its order."""
    page = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"^\| ([A-Z]\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", page, re.MULTILINE)
    return [Row(*row) for row in found]


class Results:
    """A pytest plugin that keeps how each test ended, and what tests count."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = {}
        self.figures: Counter[str] = Counter(dict.fromkeys(Figure, 0))
        self._statements: dict[str, Counter[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a test's end, or the trouble before or after it."""
        if report.when != "call" and report.outcome == "passed":
            return
        name = report.nodeid.removeprefix("tests/")
        test, _, case = name.partition("[")
        for key in (test, test.partition("::")[0]):
            self.outcomes.setdefault(key, Counter())[report.outcome] += 1
        if test.startswith(_CONFORMANCE):
            statement = case.rpartition("-")[0]
            self._statements.setdefault(statement, Counter())[report.outcome] += 1
        for key, count in report.user_properties:
            if key in self.figures:
                self.figures[key] += int(str(count))

    @property
    def passed(self) -> int:
        """How many tests have passed."""
        return sum(found["passed"] for name, found in self.outcomes.items() if "::" in name)

    @property
    def statements(self) -> Counter[str]:
        """How the trials of conformance statements ended."""
        return sum(self._statements.values(), Counter())

    def shows(self, row: Row) -> bool:
        """Tell whether all that a row names has passed, and something has."""
        found = [self.outcomes.get(test, Counter()) for test in row.tests]
        found += [self._statements.get(statement, Counter()) for statement in row.statements]
        return bool(found) and all(set(counts) == {"passed"} for counts in found)


def _summary(results: Results) -> Iterator[str]:
    for letters, subject in _SUBJECTS.items():
        found = [row for row in rows() if row.number[0] in letters]
        shown = sum(results.shows(row) for row in found)
        yield f"{subject}: {shown} of {len(found)} shown by tests that passed"
    yield f"conformance statements tried, each at its doors: {results.statements.total()}"
    yield f"tests passed: {results.passed}"
    yield from (f"{name}: {count}" for name, count in results.figures.items())


def main() -> int:
    """Run and print; return pytest's exit code."""
    results = Results()
    named = sorted({test for row in rows() for test in row.tests} | {_CONFORMANCE})
    code = pytest.main(["-q", *(str(TESTS / name) for name in named)], plugins=[results])
    sys.stdout.write("\n" + "\n".join(_summary(results)) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())

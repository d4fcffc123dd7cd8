"""The screens' lists on standard output: ``sessions``, ``requests``, ``permissions`` and so on."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from sessionscope.tables import coverage, mcp, people, permissions, requests, trouble
from sessionscope.tables.columns import Columns, cells
from sessionscope.tables.coverage import Covered
from sessionscope.tables.encoders import write_csv, write_json, write_json_lines
from sessionscope.tables.people import Sheet
from store.connection import Database, open_reader
from store.queries import coverage as coverage_queries
from store.queries import mcp as mcp_queries
from store.queries import mcp_function
from store.queries import permissions as permission_queries
from store.queries import requests as request_queries
from store.queries import sessions as session_queries
from store.queries import trouble as trouble_queries
from store.queries.filter import Filter, FilterError, parse
from store.queries.filter_keys import Rows
from store.queries.snapshot import snapshot
from tui.safe_text import one_line

_PAGE = 1_000
"""Rows read at once; SQLite bounds how many sessions one statement can ask about."""

_ALL_COLUMNS = 240
"""Cells that are wide enough for every column of every table."""


class Format(StrEnum):
    """How a table is written."""

    PEOPLE = "people"
    JSON = "json"
    JSON_LINES = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, as of a moment."""

    limit: int
    offset: int
    now_ns: int
    by_cost: bool = False
    """The most expensive first, in place of the newest; of tables with a cost."""


@dataclass(frozen=True, slots=True)
class Table:
    """One of the lists: where its nouns come from, their columns, and how people see them."""

    rows: Rows
    read: Callable[[Database, Filter, Page], Sequence[Any]]
    columns: Columns
    lines: Callable[[Iterable[Any], Sheet], Iterator[str]]


def _sessions(db: Database, where: Filter, page: Page) -> Sequence[Any]:
    found = session_queries.sessions(
        db,
        where=where,
        now_ns=page.now_ns,
        limit=page.limit,
        offset=page.offset,
        by_cost=page.by_cost,
    )
    known = coverage_queries.coverages(db, [session.session_id for session in found])
    return [Covered(session, known[session.session_id]) for session in found]


def _requests(db: Database, where: Filter, page: Page) -> Sequence[Any]:
    return request_queries.requests(
        db, where=where, limit=page.limit, offset=page.offset, by_cost=page.by_cost
    )


def _tool_calls(db: Database, where: Filter, page: Page) -> Sequence[Any]:
    return permission_queries.tool_calls(db, where=where, limit=page.limit, offset=page.offset)


def _servers(db: Database, where: Filter, page: Page) -> Sequence[Any]:
    return mcp_queries.mcp_servers(db, where=where, limit=page.limit, offset=page.offset)


def _troubles(db: Database, where: Filter, page: Page) -> Sequence[Any]:
    return trouble_queries.troubles(db, where=where, limit=page.limit, offset=page.offset)


TABLES: Mapping[str, Table] = {
    "sessions": Table(Rows.SESSIONS, _sessions, coverage.COLUMNS, people.session_lines),
    "requests": Table(Rows.REQUESTS, _requests, requests.COLUMNS, people.request_lines),
    "permissions": Table(Rows.TOOL_CALLS, _tool_calls, permissions.COLUMNS, people.tool_call_lines),
    "mcp": Table(Rows.MCP, _servers, mcp.COLUMNS, people.server_lines),
    "trouble": Table(Rows.TROUBLES, _troubles, trouble.COLUMNS, people.trouble_lines),
}


def print_table(
    name: str, store: Path, *, where: str, limit: int, form: Format, by_cost: bool = False
) -> None:
    """Print one of ``TABLES``, the newest rows first or the most expensive; ``limit`` 0 is all.

    Raises ``click.UsageError`` for a filter that cannot be read, and ``StoreError``.
    """
    table = TABLES[name]
    now_ns = time.time_ns()
    admitted = parse_filter(where, rows=table.rows, now_ns=now_ns)
    first = Page(_PAGE, 0, now_ns, by_cost=by_cost)
    with closing(open_reader(store)) as db, snapshot(db):
        mcp_function.register(db)
        nouns = list(_read(db, table, admitted, limit=limit, first=first))
    is_cut = bool(limit) and len(nouns) > limit
    _write(table, nouns[:limit] if is_cut else nouns, form)
    if is_cut:
        which = "most expensive" if by_cost else "newest"
        click.echo(f"Only the {which} {limit} {name} are shown; --limit 0 shows all.", err=True)


def parse_filter(where: str, *, rows: Rows, now_ns: int) -> Filter:
    """Parse a filter, or point at what is wrong in it."""
    try:
        return parse(where, now_ns=now_ns, rows=rows)
    except FilterError as error:
        before = one_line(where[: error.start])
        wrong = one_line(where[error.start : error.end])
        raise click.UsageError(
            f"{one_line(str(error))}\n\n  {one_line(where)}\n"
            f"  {' ' * len(before)}{'^' * max(1, len(wrong))}"
        ) from error


def _read(
    db: Database, table: Table, where: Filter, *, limit: int, first: Page
) -> Iterator[object]:
    """Yield the nouns, one more than ``limit`` if there are more, in pages like the ``first``."""
    wanted = limit + 1 if limit else sys.maxsize
    offset = 0
    while offset < wanted:
        page = table.read(
            db, where, replace(first, limit=min(_PAGE, wanted - offset), offset=offset)
        )
        yield from page
        if len(page) < _PAGE:
            return
        offset += len(page)


def _write(table: Table, nouns: Sequence[object], form: Format) -> None:
    rows = (cells(table.columns, noun) for noun in nouns)
    match form:
        case Format.JSON:
            write_json(rows, sys.stdout)
        case Format.JSON_LINES:
            write_json_lines(rows, sys.stdout)
        case Format.CSV:
            write_csv(table.columns, rows, sys.stdout)
        case Format.PEOPLE:
            for line in table.lines(nouns, Sheet.of_standard_output(width_of_pipe=_ALL_COLUMNS)):
                sys.stdout.write(f"{line}\n")

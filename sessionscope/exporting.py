"""``export``: sessions in a form that others can read, or this program again."""

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import click

from receiver.otlp_json import lines as otlp_lines
from receiver.redaction import Redactor
from receiver.stored import StoredDecoder
from sessionscope.config import Config
from sessionscope.exports import html, markdown
from sessionscope.exports.blocks import Block, blocks
from sessionscope.exports.rows import COLUMNS, rows
from sessionscope.importing import writing
from sessionscope.listing import parse_filter
from sessionscope.pricing import price_book
from sessionscope.tables.encoders import to_json, write_csv
from sessionscope.tables.people import Sheet
from sessionscope.transcripts import find_session, session_tree, told
from sessionscope.whole_file import whole_file
from store.connection import Database, open_reader
from store.domain import RawRecord, Session
from store.prices.book import PriceBook
from store.queries.filter import Filter
from store.queries.filter_keys import Rows
from store.queries.records import all_records, session_records
from store.queries.sessions import sessions
from store.queries.snapshot import snapshot
from store.signals import Batch, Signal
from tui.marks import choose_marks

_PAGE = 500
_WIDTH = 160
"""Cells of a line of a document, which nothing cuts but what one line can hold of a text."""


class Form(StrEnum):
    """What a session is written as."""

    OTLP = "otlp"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class _Choice:
    """Sessions of a store that is open."""

    db: Database
    sessions: Sequence[Session]
    is_all: bool = False
    """Whether records count too that belong to no session that is shown."""

    def raws(self) -> Iterator[RawRecord]:
        """Yield the raw records, those of a session in order of their time."""
        pages = (
            [all_records(self.db)]
            if self.is_all
            else [session_records(self.db, session.session_id) for session in self.sessions]
        )
        return (raw for of_one in pages for page in of_one for raw in page)


def export(
    config: Config,
    ids: Sequence[str],
    *,
    where: str | None,
    form: Form,
    output: Path | None,
    redact: bool,
) -> None:
    """Write sessions, to a new file or to standard output.

    Raises ``click.ClickException`` where a session is not known or the file exists, and
    ``StoreError``.
    """
    with closing(open_reader(config.store)) as db:
        chosen = list({found.session_id: found for found in _chosen(db, ids, where)}.values())
        if not chosen:
            raise click.ClickException("no session is like that")
        is_all = where is not None and not where.strip()
        choice = _Choice(db, chosen, is_all=is_all)
        with _redacted(choice, price_book(config)) if redact else nullcontext(choice) as wanted:
            if output is None:
                _write(wanted, form, sys.stdout)
            else:
                with whole_file(output.absolute()) as file:
                    _write(wanted, form, file)
    click.echo(f"{len(chosen)} sessions exported.", err=True)


def _chosen(db: Database, ids: Sequence[str], where: str | None) -> Iterator[Session]:
    yield from (find_session(db, id_or_prefix) for id_or_prefix in ids)
    if where is not None:
        now_ns = time.time_ns()
        yield from _all(db, parse_filter(where, rows=Rows.SESSIONS, now_ns=now_ns), now_ns)


def _all(db: Database, where: Filter, now_ns: int) -> Iterator[Session]:
    offset = 0
    while page := sessions(db, where=where, now_ns=now_ns, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


@contextmanager
def _redacted(choice: _Choice, prices: PriceBook) -> Iterator[_Choice]:
    """Make a store of what was chosen as it is when its texts are replaced."""
    decoder = StoredDecoder(Redactor(secrets.token_bytes(32)))
    with tempfile.TemporaryDirectory(prefix="sessionscope-export-") as folder:
        store = Path(folder) / "redacted.db"
        with writing(store, prices) as feeder:
            for raw in choice.raws():
                if record := decoder.decode(raw):
                    signal, received = Signal(raw.signal), raw.received_unix_nano
                    feeder.feed(Batch(signal, [record], 0, "", received))
            feeder.finish()
        with closing(open_reader(store)) as db:
            everything = list(_all(db, Filter("", "1", {}), time.time_ns()))
            yield _Choice(db, everything, is_all=True)


def _write(choice: _Choice, form: Form, file: TextIO) -> None:
    match form:
        case Form.OTLP:
            file.writelines(f"{line}\n" for line in otlp_lines(choice.raws()))
        case Form.JSON:
            _write_json(choice, file)
        case Form.CSV:
            db = choice.db
            table = (
                row
                for session in choice.sessions
                for row in rows(session, told(db, session.session_id))
            )
            write_csv(COLUMNS, table, file)
        case Form.MARKDOWN:
            file.writelines(f"{line}\n" for line in markdown.write(_document(choice)))
        case Form.HTML:
            file.writelines(f"{line}\n" for line in html.write(_document(choice)))


def _write_json(choice: _Choice, file: TextIO) -> None:
    separator = "[\n"
    for session in choice.sessions:
        with snapshot(choice.db):
            tree = session_tree(choice.db, session, told(choice.db, session.session_id))
        file.write(f"{separator}{to_json(tree, indent=1)}")
        separator = ",\n"
    file.write("\n]\n")


def _document(choice: _Choice) -> Iterator[Block]:
    marks = choose_marks(os.environ, encoding="utf-8", ascii_only=False)
    for session in choice.sessions:
        # What came before its last event is all there is to say: a document does not grow old.
        sheet = Sheet(_WIDTH, marks, session.last_event_at)
        with snapshot(choice.db):
            turns = told(choice.db, session.session_id)
        yield from blocks(session, turns, sheet)

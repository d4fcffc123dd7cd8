"""Try any OTLP endpoint.

    python -m tests.conformance --http http://127.0.0.1:4318 --grpc 127.0.0.1:4317

Prints a line for each statement that is broken; the exit code tells whether there was any. With
``--store``, the path of the sessionscope store that the endpoint writes, rows are counted too.
"""

import argparse
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from store.connection import open_reader
from tests.conformance.endpoint import Broken, Endpoint, try_same, try_statement
from tests.conformance.statements import Statement, statements


def rows_in(store: Path) -> int:
    """Return how many records a store holds."""
    with closing(open_reader(store)) as db:
        count: int = db.execute("select count(*) from records").fetchone()[0]
        return count


def check(
    statement: Statement, door: str, endpoint: Endpoint, *, rows: Callable[[], int] | None = None
) -> None:
    """Raise ``Broken`` unless a statement holds at a door; ``rows`` counts what is stored."""
    label = f"{statement.id} {door} {uuid.uuid4()}"
    before = rows() if rows else 0
    try_statement(statement, door, endpoint, label=label)
    if statement.same:
        try_same(statement, endpoint, label=label)
    if rows and (found := rows() - before) != statement.rows:
        raise Broken(f"{found} rows, not {statement.rows}")


def main() -> int:
    """Try all statements; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("--http", default="", help="URL of the HTTP endpoint, without a path")
    parser.add_argument("--grpc", default="", help="host and port of the gRPC endpoint")
    parser.add_argument("--limit", type=int, default=Endpoint().limit, help="bytes of a body")
    parser.add_argument("--store", type=Path, help="the store that the endpoint writes")
    options = parser.parse_args()
    endpoint = Endpoint(options.http, options.grpc, options.limit)
    tried = broken = 0
    for statement in statements():
        for door in statement.answering_doors:
            if not getattr(endpoint, door):
                continue
            tried += 1
            try:
                rows = partial(rows_in, options.store) if options.store else None
                check(statement, door, endpoint, rows=rows)
            except (Broken, OSError, ValueError, KeyError) as error:
                broken += 1
                sys.stdout.write(f"{statement.id} ({door}): {statement.says} {error}\n")
    sys.stdout.write(f"{tried} statements tried, {broken} broken\n")
    return 1 if broken or not tried else 0


if __name__ == "__main__":
    sys.exit(main())

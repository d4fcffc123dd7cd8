"""How long an agent at work waits while another one sends forty thousand records at once.

The large export, as of an agent that was offline for days, goes through one door; exports of ten
records go through the same or the other one, one after the other, until the large one is answered.
"""

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path

from ingest import Send, grpc_sender, http_sender, recorder
from traffic import Agent

from receiver.counters import Door

RECORDS = 40_000
"""Near the limit of 64 MiB."""
SMALL = 10
SMALL_EXPORTS = 2_000
_TRY_AGAIN = re.compile("UNAVAILABLE| 503 ")
"""The large export may take longer than the 8 s within which everything is answered."""

_CONNECT: dict[Door, Callable[[int], Send]] = {Door.GRPC: grpc_sender, Door.HTTP: http_sender}


def waits(flood: Send, send: Send, *, number: int) -> list[float]:
    """Return how long each small export took while the large one was under way, in seconds."""
    large = Agent(2 * number, exports=1, records_an_export=RECORDS)
    small = Agent(2 * number + 1, exports=SMALL_EXPORTS, records_an_export=SMALL)
    found: list[float] = []
    with ThreadPoolExecutor(1) as threads:
        flooding: Future[None] = threads.submit(flood, large.bodies[0])
        for body in small.bodies:
            if flooding.done():
                break
            sent = time.perf_counter()
            send(body)
            found.append(time.perf_counter() - sent)
        error = flooding.exception()
        if error is not None and not _TRY_AGAIN.search(str(error)):
            raise error
    return found


def main() -> None:
    """Print a table of all pairs of doors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--directory", default="/var/tmp", help="where stores are made: on a disk")  # noqa: S108
    options = parser.parse_args()
    print(f"{RECORDS} records in one export, beside it {SMALL} an export; {os.cpu_count()} cores")
    print("large  small  exports  median ms  longest ms")
    for number, (large, small) in enumerate(product(Door, Door)):
        with (
            tempfile.TemporaryDirectory(dir=options.directory) as directory,
            recorder(Path(directory) / "sessions.db") as ports,
        ):
            flood, send = _CONNECT[large](ports[large]), _CONNECT[small](ports[small])
            found = waits(flood, send, number=number)
        print(
            f"{large:<5}  {small:<5}  {len(found):>7}  {statistics.median(found) * 1000:>9.0f}  "
            f"{max(found) * 1000:>10.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

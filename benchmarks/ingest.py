"""How many log records a second become durable and interpreted, through each door.

A recorder in a process of its own receives exports over loopback from agents in another: one
connection each, the next export sent when the last one was answered, as the agents' exporters do.
Only answered records count, and every run ends with a look into the store.

The *floor* is what the database alone allows: the same raw rows inserted into an empty store by one
process that does nothing else, in transactions of the most exports that can wait at once.
"""

import argparse
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import grpc
from traffic import Agent

from receiver.counters import Door
from sessionscope.readiness import Readiness
from store.binding import insert_into, run_many
from store.connection import open_reader, open_writer
from store.lock import owner

HOST = "127.0.0.1"
AGENTS = 8
ANSWER_WITHIN_S = 30
SIZES = (100, 10)
"""Records an export: an agent that was offline, an agent at work."""

_RECORDER = """
import os
from pathlib import Path
from sessionscope.config import Config
from sessionscope.recorder import record_as_child
import sys
config = Config(Path(sys.argv[1]), host=sys.argv[2], grpc_port=0, http_port=0)
raise SystemExit(record_as_child(config, environment=os.environ))
"""
_RECORD_COLUMNS = (
    "digest",
    "signal",
    "resource_id",
    "scope_id",
    "received_unix_nano",
    "time_unix_nano",
    "name",
    "session_id",
    "subject",
    "wire",
)
_HTTP_HEAD = (
    b"POST /v1/logs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n"
)
_GRPC_METHOD = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

Send = Callable[[bytes], None]
"""Sends an export and returns when it was accepted."""


class Load(NamedTuple):
    """What is sent to one door."""

    door: Door
    records_an_export: int
    exports_an_agent: int


class Delivery(NamedTuple):
    """What the agents sent and saw."""

    seconds: float
    waits: list[float]
    """Seconds from the sending of an export to its answer, for every export."""
    requests: int
    tool_calls: int


class Run(NamedTuple):
    """A line of the table; rates are records a second, waits milliseconds."""

    rate: float
    floor: float
    median_wait: float
    longest_waits: float
    """99 of 100 exports were answered in less."""


def http_sender(port: int) -> Send:
    """Connect to the HTTP door; the cheapest client possible, as it shares the machine."""
    connection = socket.create_connection((HOST, port), ANSWER_WITHIN_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answers = connection.makefile("rb")

    def send(body: bytes) -> None:
        connection.sendall(_HTTP_HEAD % len(body) + body)
        status = answers.readline()
        if b" 200 " not in status:
            raise RuntimeError(status.decode())
        length = 0
        while (line := answers.readline().lower()) != b"\r\n":
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        answers.read(length)

    return send


def grpc_sender(port: int) -> Send:
    """Connect to the gRPC door, on a connection of its own."""
    channel = grpc.insecure_channel(f"{HOST}:{port}", (("grpc.use_local_subchannel_pool", 1),))
    grpc.channel_ready_future(channel).result(ANSWER_WITHIN_S)
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(_GRPC_METHOD)

    def send(body: bytes) -> None:
        call(body, timeout=ANSWER_WITHIN_S)

    return send


def deliver(load: Load, port: int) -> Delivery:
    """Send the exports of all agents; raises when one is not accepted."""
    agents = [
        Agent(number, exports=load.exports_an_agent, records_an_export=load.records_an_export)
        for number in range(AGENTS)
    ]
    connect = http_sender if load.door is Door.HTTP else grpc_sender
    senders = [connect(port) for _ in agents]
    with ThreadPoolExecutor(AGENTS) as threads:
        started = time.perf_counter()
        waits = [wait for each in threads.map(_send_all, agents, senders) for wait in each]
        seconds = time.perf_counter() - started
    requests = set().union(*(agent.requests for agent in agents))
    tool_calls = set().union(*(agent.tool_calls for agent in agents))
    return Delivery(seconds, waits, len(requests), len(tool_calls))


def _send_all(agent: Agent, send: Send) -> list[float]:
    waits = []
    for body in agent.bodies:
        sent = time.perf_counter()
        send(body)
        waits.append(time.perf_counter() - sent)
    return waits


@contextmanager
def recorder(store: Path) -> Iterator[dict[Door, int]]:
    """Run a recorder; yields its ports, and returns when it has ended in good order."""
    process = subprocess.Popen(
        [sys.executable, "-c", _RECORDER, str(store), HOST],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            readiness = Readiness.from_line(process.stdout.readline() if process.stdout else "")
            found = owner(store)
            if readiness.error or found is None or not found.grpc_port or not found.http_port:
                raise RuntimeError(readiness.error)
            yield {Door.GRPC: found.grpc_port, Door.HTTP: found.http_port}
        finally:
            process.send_signal(signal.SIGTERM)
    if process.returncode:
        raise RuntimeError(f"the recorder ended with exit code {process.returncode}")


def check(store: Path, load: Load, delivery: Delivery) -> None:
    """Raise when the store holds other than what was delivered."""
    expected = {
        "records": len(delivery.waits) * load.records_an_export,
        "requests": delivery.requests,
        "tool_calls": delivery.tool_calls,
    }
    db = open_reader(store)
    found = {
        table: db.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608 - see above
        for table in expected
    }
    db.close()
    if found != expected:
        raise RuntimeError(f"the store holds {found}, delivered were {expected}")


def floor(store: Path, *, transaction: int) -> float:
    """Return how many of a store's raw rows a second go into an empty one, and do nothing else."""
    columns = ", ".join(_RECORD_COLUMNS)
    source = open_reader(store)
    rows = source.execute(f"select {columns} from records order by id").fetchall()  # noqa: S608
    source.close()
    target = open_writer(store.with_name("floor.db"))
    statement = insert_into("records", _RECORD_COLUMNS)
    started = time.perf_counter()
    for first in range(0, len(rows), transaction):
        target.execute("begin immediate")
        run_many(target, statement, rows[first : first + transaction])
        target.execute("commit")
    seconds = time.perf_counter() - started
    target.close()
    return len(rows) / seconds


def measure(load: Load, directory: Path) -> Run:
    """Make one run in an empty directory."""
    store = directory / "sessions.db"
    spawn = multiprocessing.get_context("spawn")
    with recorder(store) as ports, ProcessPoolExecutor(1, mp_context=spawn) as processes:
        delivery = processes.submit(deliver, load, ports[load.door]).result()
    check(store, load, delivery)
    percentiles = statistics.quantiles(delivery.waits, n=100)
    return Run(
        rate=len(delivery.waits) * load.records_an_export / delivery.seconds,
        floor=floor(store, transaction=AGENTS * load.records_an_export),
        median_wait=percentiles[49] * 1_000,
        longest_waits=percentiles[98] * 1_000,
    )


def main() -> None:
    """Print a table of all doors and sizes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--exports", type=int, default=1_000, help="exports of each run")
    parser.add_argument("--directory", default="/var/tmp", help="where stores are made: on a disk")  # noqa: S108
    options = parser.parse_args()
    print(f"{AGENTS} connections, {os.cpu_count()} cores; records a second, answers in ms")
    print("door  records/export  records/s  floor/s  ratio  p50 ms  p99 ms")
    for size in SIZES:
        for door in Door:
            load = Load(door, size, max(1, options.exports // AGENTS))
            with tempfile.TemporaryDirectory(dir=options.directory) as directory:
                run = measure(load, Path(directory))
            print(
                f"{door:<4}  {size:>14}  {run.rate:>9,.0f}  {run.floor:>7,.0f}  "
                f"{run.rate / run.floor:>5.2f}  {run.median_wait:>6.1f}  {run.longest_waits:>6.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

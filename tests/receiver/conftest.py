"""Doors on free ports, in front of a sink of the test's choice."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from receiver.doors import Doors
from receiver.turns import Sink
from tests.receiver.sinks import ListSink

OpenDoors: TypeAlias = Callable[[Sink], Doors]
BODY_LIMIT = 100_000


@pytest.fixture
def open_doors() -> Iterator[OpenDoors]:
    """Open doors whose body limit is ``BODY_LIMIT``; they close with the test."""
    with ExitStack() as opened:

        def start(sink: Sink) -> Doors:
            doors = Doors(sink, "127.0.0.1", grpc_port=0, http_port=0, body_limit=BODY_LIMIT)
            doors.start()
            opened.callback(doors.stop)
            return doors

        yield start


@pytest.fixture
def sink() -> ListSink:
    """Return a sink that stores everything."""
    return ListSink()


@pytest.fixture
def doors(open_doors: OpenDoors, sink: ListSink) -> Doors:
    """Return open doors in front of ``sink``."""
    return open_doors(sink)

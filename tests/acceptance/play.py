"""Play a real session into a running recorder, as if it happened now: with its gaps, or quicker.

    python -m tests.acceptance.play tour-full --grpc-port 4317 --speed 4

Each export is sent when its last record is due; all times are moved to now.
"""

import argparse
import time
from collections.abc import Iterator
from typing import NamedTuple

from google.protobuf.message import Message

from receiver.decode import Encoding
from store.lock import Owner
from store.signals import Signal
from tests.acceptance.encodings import REQUESTS, encoded
from tests.acceptance.senders import GrpcSender
from tests.captures import CAPTURES, exports

_NS_PER_S = 1_000_000_000


class Due(NamedTuple):
    """An export request and the time of its last record."""

    unix_nano: int
    signal: Signal
    request: Message


def timeline(capture: str) -> list[Due]:
    """Return the exports of a capture that have times, in order of those."""
    found = []
    for export in exports(capture):
        request = REQUESTS[export.signal]()
        request.MergeFromString(encoded(export, Encoding.PROTOBUF))
        if times := [getattr(message, field) for message, field in _times(request)]:
            found.append(Due(max(times), export.signal, request))
    return sorted(found, key=lambda due: due.unix_nano)


def play(capture: str, sender: GrpcSender, *, speed: float) -> None:
    """Send the exports of a capture at a multiple of the pace they were made at."""
    due_requests = timeline(capture)
    begin_ns, started_ns = due_requests[0].unix_nano, time.time_ns()
    for due in due_requests:
        for message, field in _times(due.request):
            past_ns = getattr(message, field) - begin_ns
            setattr(message, field, started_ns + int(past_ns / speed))
        due_ns = started_ns + int((due.unix_nano - begin_ns) / speed)
        time.sleep(max(due_ns - time.time_ns(), 0) / _NS_PER_S)
        sender.send(due.signal, due.request.SerializeToString())


def _times(message: Message) -> Iterator[tuple[Message, str]]:
    """Yield every time that is set, wherever in a message, with the message that holds it."""
    for field, value in message.ListFields():
        if field.name.endswith("time_unix_nano"):
            yield message, field.name
        elif field.message_type:
            for part in value if field.is_repeated else [value]:
                yield from _times(part)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture", choices=CAPTURES)
    parser.add_argument("--grpc-port", type=int, default=4317)
    parser.add_argument("--speed", type=float, default=1)
    chosen = parser.parse_args()
    recorder = Owner(pid=None, started_unix_nano=None, grpc_port=chosen.grpc_port)
    play(chosen.capture, GrpcSender(recorder), speed=chosen.speed)

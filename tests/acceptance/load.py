"""Clients of both doors that send without a pause and note what was acknowledged."""

import threading
from collections.abc import Callable, Sequence
from http.client import HTTPException
from itertools import count
from typing import Self

from store.lock import Owner
from store.signals import Signal
from tests.acceptance.senders import GrpcSender, HttpSender, NotStored, Sender
from tests.receiver.otlp import event, logs_request

_CLIENTS: tuple[Callable[[Owner], Sender], ...] = (GrpcSender, HttpSender) * 3
_UNDER_WAY = 12
"""Acknowledged requests, after which each client is likely to be in the middle of one."""


def numbered(numbers: Sequence[str]) -> bytes:
    """Return an export of one prompt for each number, in a session called so."""
    prompts = [
        event(**{"event.name": "user_prompt", "session.id": number, "prompt.id": number})
        for number in numbers
    ]
    request = logs_request(*prompts)
    request.resource_logs[0].scope_logs[0].scope.name = "com.anthropic.claude_code.events"
    return request.SerializeToString()


class Load:
    """Six clients that send until they are told off; leaving the ``with`` block waits for that.

    The n-th client puts n records into each request. ``sent`` has the numbers of each request
    before it goes out, ``acknowledged`` those of requests answered with success.
    """

    def __init__(self, recorder: Owner, *, first: int = 0) -> None:
        self.sent: list[list[str]] = []
        self.acknowledged: set[str] = set()
        self.under_way = threading.Event()
        self._recorder = recorder
        self._numbers = count(first)
        self._threads = [
            threading.Thread(target=self._run, args=(connect, size))
            for size, connect in enumerate(_CLIENTS, 1)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def _run(self, connect: Callable[[Owner], Sender], size: int) -> None:
        sender = connect(self._recorder)
        try:
            while True:
                numbers = [str(next(self._numbers)) for _ in range(size)]
                self.sent.append(numbers)
                sender.send(Signal.LOGS, numbered(numbers))
                self.acknowledged.update(numbers)
                if len(self.sent) > _UNDER_WAY:
                    self.under_way.set()
        except (NotStored, OSError, HTTPException):
            return
        finally:
            sender.close()

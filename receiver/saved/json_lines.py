"""Lines of OTLP/JSON, as the Collector's file exporter writes them, or one request over many."""

import io
from collections.abc import Iterator

from receiver.errors import ReceiverError
from receiver.json_decode import parse_json
from receiver.saved.piece import LIMIT, Found
from receiver.saved.requests import Requests, attempt
from receiver.saved.stream import Source, Stream


def read_json(stream: Stream, requests: Requests) -> Iterator[Found]:
    """Yield what each line holds that is not blank; of a request that is printed over many, all."""
    begun = stream.readline(LIMIT + 1)
    if not _is_json(begun):
        begun += stream.read(max(LIMIT - len(begun), 0))
        batches, problem = attempt(requests.json, begun)
        if not problem:
            yield Found(1, batches, "")
            return
    whole = io.BufferedReader(Source(stream, read_already=begun))
    for number, line in enumerate(_lines(whole), 1):
        if len(line) > LIMIT:
            yield Found(number, (), f"The line is longer than {LIMIT} bytes.")
        elif line.strip():
            yield Found(number, *attempt(requests.json, line))


def _lines(stream: Stream) -> Iterator[bytes]:
    """Yield lines, of those over the limit only the part that shows it."""
    while line := stream.readline(LIMIT + 1):
        yield line
        while len(line) > LIMIT and not line.endswith(b"\n"):
            line = stream.readline(LIMIT + 1)


def _is_json(line: bytes) -> bool:
    try:
        parse_json(line)
    except ReceiverError:
        return False
    return True

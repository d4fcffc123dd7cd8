"""One saved export request, in either encoding, as batches."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError

from receiver.decode import Decoder, Encoding
from receiver.errors import BadData, ReceiverError
from receiver.json_decode import parse_json, protobuf_from_json
from receiver.saved.signals import signal_of
from receiver.secret_wire import Mask
from store.signals import Batch, Signal

_KEYS = {
    "resourceLogs": Signal.LOGS,
    "resourceMetrics": Signal.METRICS,
    "resourceSpans": Signal.TRACES,
}


class Requests:
    """Decodes saved requests; ``mask`` takes secrets out of them first."""

    def __init__(self, received_unix_nano: int, mask: Mask | None) -> None:
        """Put ``received_unix_nano`` on each batch as the time it came in."""
        self._decoder = Decoder(mask)
        self._received_unix_nano = received_unix_nano

    def json(self, text: bytes) -> tuple[Batch, ...]:
        """Decode an object in OTLP/JSON, of one signal or several; raises ``ReceiverError``."""
        return self.document(parse_json(text))

    def document(self, document: Any) -> tuple[Batch, ...]:
        """Decode parsed JSON; raises ``ReceiverError``."""
        if not isinstance(document, dict) or document.keys().isdisjoint(_KEYS):
            raise BadData("This is not an OTLP export request in JSON.")
        return tuple(
            self._decode(signal, protobuf_from_json(signal, document))
            for key, signal in _KEYS.items()
            if key in document
        )

    def protobuf(self, body: bytes) -> tuple[Batch, ...]:
        """Decode a protobuf message of whichever signal; raises ``ReceiverError``."""
        try:
            signal = signal_of(body)
        except DecodeError:
            signal = None
        if signal is None:
            raise BadData("This is not an OTLP export request in protobuf.")
        return (self._decode(signal, body),)

    def _decode(self, signal: Signal, body: bytes) -> Batch:
        return self._decoder.decode(
            signal, Encoding.PROTOBUF, body, received_unix_nano=self._received_unix_nano
        )


def attempt(
    decode: Callable[[bytes], tuple[Batch, ...]], body: bytes
) -> tuple[tuple[Batch, ...], str]:
    """Return what a decoding method makes of a body, or why it cannot."""
    try:
        return decode(body), ""
    except ReceiverError as error:
        return (), str(error)

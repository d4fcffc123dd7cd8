"""What senders are told: codes that their retry logic understands, whatever happened."""

import json

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from receiver import errors
from receiver.decode import Encoding
from receiver.errors import ReceiverError
from receiver.status import grpc_trailers, http_body, http_headers, refusal
from store.errors import StoreBusy, StoreClosed, StoreUnusable

RETRYABLE_GRPC = {"UNAVAILABLE"}
RETRYABLE_HTTP = {502, 503, 504}
PASSING: list[Exception] = [
    errors.Overloaded("Not now."),
    StoreBusy("The disk is full."),
    StoreClosed("The receiver is stopping."),
    StoreUnusable("/home/someone/secret is damaged."),
    RuntimeError("secret"),
    MemoryError(),
    RecursionError("secret"),
    OSError(28, "secret"),
    TimeoutError(),
    KeyError("secret"),
]
PERMANENT: list[Exception] = [
    kind("Never.")
    for kind in (
        errors.BadData,
        errors.TooLarge,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.UnsupportedMedia,
    )
]


def name(error: Exception) -> str:
    """Name a case."""
    return type(error).__name__


@pytest.mark.parametrize("error", PASSING, ids=name)
def test_c12_g19_what_passes_is_retryable_and_nothing_else_is(error: Exception) -> None:
    """A fault of ours, foreseen or not, is UNAVAILABLE and 503 and keeps its text to itself."""
    refused = refusal(error)
    assert refused.code.name in RETRYABLE_GRPC
    assert refused.http_status in RETRYABLE_HTTP
    assert "secret" not in refused.message
    assert refused.message


@pytest.mark.parametrize("error", PERMANENT, ids=name)
def test_c12_c14_what_does_not_pass_asks_for_no_retry(error: Exception) -> None:
    """No code that any client retries, no hint, and none of 3xx, 408, 429 and 500 (G20)."""
    refused = refusal(error)
    assert refused.code.name not in RETRYABLE_GRPC
    assert 400 <= refused.http_status < 500
    assert refused.http_status not in {408, 429}
    assert "Retry-After" not in http_headers(refused)
    assert [key for key, _ in grpc_trailers(refused)] == ["grpc-status-details-bin"]


@given(asked=st.integers(-10, 10**9), encoding=st.sampled_from(Encoding))
def test_c14_g12_g13_a_hint_is_at_most_five_seconds_in_every_form(
    asked: int, encoding: Encoding
) -> None:
    """``Retry-After``, ``RetryInfo`` in the details and as a trailer say the same whole seconds."""
    refused = refusal(StoreBusy("Busy.", retry_after_s=asked))
    told = int(http_headers(refused)["Retry-After"])
    assert 0 <= told <= 5
    details, trailer = (value for _, value in grpc_trailers(refused))
    in_details = RetryInfo()
    assert Status.FromString(details).details[0].Unpack(in_details)
    assert RetryInfo.FromString(trailer) == in_details
    assert in_details.retry_delay.seconds == told
    body = http_body(refused, encoding)
    if encoding is Encoding.JSON:
        assert json.loads(body)["code"] == 14
    else:
        assert Status.FromString(body).code == 14


def test_c15_every_error_of_the_receiver_has_an_answer() -> None:
    """An error that is added without one would be taken for a passing fault."""
    at_start = {errors.DoorUnusable, errors.PortInUse}
    known = {type(error) for error in PERMANENT + PASSING}
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ReceiverError) and kind is not ReceiverError
    }
    assert kinds - at_start <= known

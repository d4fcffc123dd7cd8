"""OTLP/gRPC over real sockets: what is accepted, and what everything else is told."""

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from receiver.counters import Door, Tally
from receiver.doors import Doors
from store.errors import StoreBusy
from store.signals import Signal
from tests.receiver.clients import Reply, grpc_export
from tests.receiver.conftest import BODY_LIMIT, OpenDoors
from tests.receiver.otlp import event, logs_request
from tests.receiver.sinks import FailingSink, ListSink, RaisingSink

BODY = logs_request(event("a"), event("b")).SerializeToString()


def details(reply: Reply) -> Status:
    """Return the status details of a refusal."""
    encoded = reply.trailers["grpc-status-details-bin"]
    assert isinstance(encoded, bytes)
    return Status.FromString(encoded)


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_an_export_is_stored(
    doors: Doors, sink: ListSink, compression: grpc.Compression | None
) -> None:
    """A plain or packed call is answered with an empty response once it is stored."""
    reply = grpc_export(doors.grpc_port, BODY, compression=compression)
    assert (reply.code, reply.body) == (grpc.StatusCode.OK, b"")
    assert len(sink.records) == 2
    assert doors.counters.tally(Door.GRPC, Signal.LOGS) == Tally(2, 0, {}, {})


@pytest.mark.parametrize("signal", Signal)
def test_every_signal_has_its_service(doors: Doors, signal: Signal) -> None:
    """An empty export of each signal is a success."""
    assert grpc_export(doors.grpc_port, b"", signal=signal).code is grpc.StatusCode.OK


def test_bytes_that_are_no_request_are_invalid_and_the_next_call_served(
    doors: Doors, sink: ListSink
) -> None:
    """Undecodable bytes are INVALID_ARGUMENT with a ``BadRequest``, not the library's INTERNAL."""
    reply = grpc_export(doors.grpc_port, b"\xff" * 9)
    assert reply.code is grpc.StatusCode.INVALID_ARGUMENT
    bad_request = BadRequest()
    assert details(reply).details[0].Unpack(bad_request)
    assert bad_request.field_violations[0].description == reply.message
    assert not sink.batches
    assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.OK


def test_a_message_over_the_limit_is_refused_for_good(doors: Doors, sink: ListSink) -> None:
    """RESOURCE_EXHAUSTED without a retry delay means: do not send it again."""
    large = logs_request(event(text="x" * BODY_LIMIT)).SerializeToString()
    for compression in (None, grpc.Compression.Gzip):
        reply = grpc_export(doors.grpc_port, large, compression=compression)
        assert reply.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "google.rpc.retryinfo-bin" not in reply.trailers
    assert not sink.batches


def test_an_unknown_service_is_unimplemented(doors: Doors) -> None:
    """Profiles are still in development."""
    method = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"
    reply = grpc_export(doors.grpc_port, b"", method=method)
    assert reply.code is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("make_sink", [RaisingSink, FailingSink])
def test_a_busy_store_asks_to_retry_soon(
    open_doors: OpenDoors, make_sink: type[RaisingSink]
) -> None:
    """The delay, 5 s at most, is in the status details and in the trailer that Python reads."""
    doors = open_doors(make_sink(StoreBusy("The disk is full.", retry_after_s=30)))
    reply = grpc_export(doors.grpc_port, BODY)
    assert (reply.code, reply.message) == (grpc.StatusCode.UNAVAILABLE, "The disk is full.")
    in_details = RetryInfo()
    assert details(reply).details[0].Unpack(in_details)
    trailer = reply.trailers["google.rpc.retryinfo-bin"]
    assert isinstance(trailer, bytes)
    assert RetryInfo.FromString(trailer) == in_details
    assert in_details.retry_delay.seconds == 5
    assert doors.counters.tally(Door.GRPC, Signal.LOGS) == Tally(0, 0, {}, {"StoreBusy": 1})


def test_a_fault_of_ours_is_passing_and_tells_nothing(open_doors: OpenDoors) -> None:
    """What nobody foresaw is UNAVAILABLE, never UNKNOWN, and its text stays inside."""
    doors = open_doors(FailingSink(RuntimeError("/home/someone/secret")))
    reply = grpc_export(doors.grpc_port, BODY)
    assert reply.code is grpc.StatusCode.UNAVAILABLE
    assert "secret" not in reply.message


def test_rejected_records_are_counted_to_the_sender(doors: Doors, sink: ListSink) -> None:
    """A partial success is OK with the exact number."""
    request = ExportTraceServiceRequest()
    good = Span(trace_id=b"\1" * 16, span_id=b"\1" * 8)
    request.resource_spans.add().scope_spans.add().spans.extend([good, Span()])
    reply = grpc_export(doors.grpc_port, request.SerializeToString(), signal=Signal.TRACES)
    assert reply.code is grpc.StatusCode.OK
    response = ExportTraceServiceResponse.FromString(reply.body)
    assert response.partial_success.rejected_spans == 1
    assert len(sink.records) == 1

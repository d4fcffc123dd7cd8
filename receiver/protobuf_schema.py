"""OTLP's messages, read in a way that no string can break and that is quick where records are many.

Two private copies of the OTLP descriptors, both without ``string`` fields: a ``string`` and a
``bytes`` field look the same on the wire, but only the first makes the protobuf runtime refuse a
whole request for one invalid UTF-8 byte. In the *nested* copy every message is what OTLP says.
In the *sliced* copy the parts that repeat in every record (attributes, bodies) and the records
themselves are ``bytes`` too, so that a record's own encoding is at hand and a repeated attribute
is decoded once and looked up afterwards.
"""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from store.signals import Signal

MessageClass: TypeAlias = Any
"""A message class made at run time; its fields are known to OTLP, not to the type checker."""

_FILES = (
    common_pb2,
    resource_pb2,
    logs_pb2,
    trace_pb2,
    metrics_pb2,
    logs_service_pb2,
    trace_service_pb2,
    metrics_service_pb2,
)

_SLICED_FIELDS = frozenset(
    {
        "ResourceLogs.resource",
        "ScopeLogs.scope",
        "ScopeLogs.log_records",
        "Resource.attributes",
        "InstrumentationScope.attributes",
        "LogRecord.attributes",
        "LogRecord.body",
        "Span.attributes",
        "Span.Event.attributes",
        "Gauge.data_points",
        "Sum.data_points",
        "Histogram.data_points",
        "ExponentialHistogram.data_points",
        "Summary.data_points",
        "NumberDataPoint.attributes",
        "HistogramDataPoint.attributes",
        "ExponentialHistogramDataPoint.attributes",
        "SummaryDataPoint.attributes",
    }
)


def _loosen(message: DescriptorProto, name: str, *, sliced: AbstractSet[str]) -> None:
    """Make the strings of a message, and its fields named in ``sliced``, plain bytes."""
    for field in message.field:
        is_string = field.type == FieldDescriptorProto.TYPE_STRING
        if is_string or f"{name}.{field.name}" in sliced:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
    for nested in message.nested_type:
        _loosen(nested, f"{name}.{nested.name}", sliced=sliced)


def _pool(sliced: AbstractSet[str]) -> DescriptorPool:
    pool = DescriptorPool()
    for module in _FILES:
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        file.ClearField("service")
        for message in file.message_type:
            _loosen(message, message.name, sliced=sliced)
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_NESTED = _pool(frozenset())
_SLICED = _pool(_SLICED_FIELDS)


def _message_class(pool: DescriptorPool, name: str) -> MessageClass:
    return GetMessageClass(pool.FindMessageTypeByName(f"opentelemetry.proto.{name}"))


ANY_VALUE = _message_class(_NESTED, "common.v1.AnyValue")
KEY_VALUE = _message_class(_NESTED, "common.v1.KeyValue")
EXPORT_REQUESTS = {
    Signal.LOGS: _message_class(_NESTED, "collector.logs.v1.ExportLogsServiceRequest"),
    Signal.METRICS: _message_class(_NESTED, "collector.metrics.v1.ExportMetricsServiceRequest"),
    Signal.TRACES: _message_class(_NESTED, "collector.trace.v1.ExportTraceServiceRequest"),
}
"""The export requests as OTLP nests them."""

ENVELOPE = _message_class(_SLICED, "collector.logs.v1.ExportLogsServiceRequest")
"""Any export request down to its records, which are slices.

The three export requests differ in names only: each has resources as field 1 with resource,
scopes and schema URL as fields 1, 2, 3, and scopes have scope, records and schema URL as fields
1, 2, 3 (OTLP 1.11, ``*_service.proto`` and the signals' own files). One class reads all three.
"""
RESOURCE = _message_class(_SLICED, "resource.v1.Resource")
SCOPE = _message_class(_SLICED, "common.v1.InstrumentationScope")
LOG_RECORD = _message_class(_SLICED, "logs.v1.LogRecord")
SPAN = _message_class(_SLICED, "trace.v1.Span")
METRIC = _message_class(_SLICED, "metrics.v1.Metric")
DATA_POINTS = {
    "gauge": _message_class(_SLICED, "metrics.v1.NumberDataPoint"),
    "sum": _message_class(_SLICED, "metrics.v1.NumberDataPoint"),
    "histogram": _message_class(_SLICED, "metrics.v1.HistogramDataPoint"),
    "exponential_histogram": _message_class(_SLICED, "metrics.v1.ExponentialHistogramDataPoint"),
    "summary": _message_class(_SLICED, "metrics.v1.SummaryDataPoint"),
}
"""The data point class of each kind of metric, by the name of its field in ``Metric``."""

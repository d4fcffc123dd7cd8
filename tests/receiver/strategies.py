"""Arbitrary OTLP export requests, within what the three encodings can all say."""

import math

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

TEXT = st.text(max_size=12)
NANOSECONDS = st.integers(0, 2**64 - 1)
COUNTS = st.integers(0, 2**32 - 1)
ENUMS = st.integers(-(2**31), 2**31 - 1)
DOUBLES = st.floats(allow_nan=False) | st.just(math.nan)
"""One NaN stands for all: JSON has a single word for it."""

TRACE_IDS = st.binary(min_size=16, max_size=16).filter(any)
SPAN_IDS = st.binary(min_size=8, max_size=8).filter(any)

_SCALARS = st.one_of(
    st.builds(AnyValue),
    st.builds(AnyValue, string_value=TEXT),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.builds(AnyValue, double_value=DOUBLES),
    st.builds(AnyValue, bytes_value=st.binary(max_size=8)),
)


def _nested(values: SearchStrategy[AnyValue]) -> SearchStrategy[AnyValue]:
    arrays = st.builds(ArrayValue, values=st.lists(values, max_size=3))
    pairs = st.builds(KeyValue, key=TEXT, value=values)
    kvlists = st.builds(KeyValueList, values=st.lists(pairs, max_size=3))
    return st.builds(AnyValue, array_value=arrays) | st.builds(AnyValue, kvlist_value=kvlists)


VALUES = st.recursive(_SCALARS, _nested, max_leaves=4)
ATTRIBUTES = st.lists(st.builds(KeyValue, key=TEXT, value=VALUES), max_size=3)
RESOURCES = st.builds(Resource, attributes=ATTRIBUTES, dropped_attributes_count=COUNTS)
SCOPES = st.builds(InstrumentationScope, name=TEXT, version=TEXT, attributes=ATTRIBUTES)

LOG_RECORDS = st.builds(
    LogRecord,
    time_unix_nano=NANOSECONDS,
    observed_time_unix_nano=NANOSECONDS,
    severity_number=ENUMS,
    severity_text=TEXT,
    body=VALUES,
    attributes=ATTRIBUTES,
    dropped_attributes_count=COUNTS,
    flags=COUNTS,
    trace_id=st.binary(max_size=20),
    span_id=st.binary(max_size=20),
    event_name=TEXT,
)
SPANS = st.builds(
    Span,
    trace_id=TRACE_IDS,
    span_id=SPAN_IDS,
    parent_span_id=st.binary(max_size=10),
    trace_state=TEXT,
    name=TEXT,
    kind=ENUMS,
    start_time_unix_nano=NANOSECONDS,
    end_time_unix_nano=NANOSECONDS,
    attributes=ATTRIBUTES,
    events=st.lists(
        st.builds(Span.Event, time_unix_nano=NANOSECONDS, name=TEXT, attributes=ATTRIBUTES),
        max_size=2,
    ),
    links=st.lists(st.builds(Span.Link, trace_id=TRACE_IDS, span_id=SPAN_IDS), max_size=2),
    status=st.builds(Status, code=ENUMS, message=TEXT),
)

_EXEMPLARS = st.builds(Exemplar, as_int=st.integers(-9, 9), trace_id=TRACE_IDS, span_id=SPAN_IDS)
_NUMBERS = st.builds(
    NumberDataPoint,
    attributes=ATTRIBUTES,
    start_time_unix_nano=NANOSECONDS,
    time_unix_nano=NANOSECONDS,
    as_double=DOUBLES,
    exemplars=st.lists(_EXEMPLARS, max_size=1),
    flags=COUNTS,
)
_HISTOGRAMS = st.builds(
    HistogramDataPoint,
    attributes=ATTRIBUTES,
    time_unix_nano=NANOSECONDS,
    count=NANOSECONDS,
    sum=st.none() | DOUBLES,
    bucket_counts=st.lists(NANOSECONDS, max_size=3),
    explicit_bounds=st.lists(DOUBLES, max_size=3),
)
_SUMMARIES = st.builds(
    SummaryDataPoint, attributes=ATTRIBUTES, time_unix_nano=NANOSECONDS, sum=DOUBLES
)
METRICS = st.one_of(
    st.builds(Metric, name=TEXT, gauge=st.builds(Gauge, data_points=st.lists(_NUMBERS))),
    st.builds(
        Metric,
        name=TEXT,
        unit=TEXT,
        metadata=ATTRIBUTES,
        sum=st.builds(
            Sum,
            data_points=st.lists(_NUMBERS, max_size=3),
            aggregation_temporality=ENUMS,
            is_monotonic=st.booleans(),
        ),
    ),
    st.builds(Metric, histogram=st.builds(Histogram, data_points=st.lists(_HISTOGRAMS))),
    st.builds(Metric, summary=st.builds(Summary, data_points=st.lists(_SUMMARIES))),
)

LOGS_REQUESTS = st.builds(
    ExportLogsServiceRequest,
    resource_logs=st.lists(
        st.builds(
            ResourceLogs,
            resource=RESOURCES,
            schema_url=TEXT,
            scope_logs=st.lists(
                st.builds(
                    ScopeLogs,
                    scope=SCOPES,
                    schema_url=TEXT,
                    log_records=st.lists(LOG_RECORDS, max_size=3),
                ),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)
METRICS_REQUESTS = st.builds(
    ExportMetricsServiceRequest,
    resource_metrics=st.lists(
        st.builds(
            ResourceMetrics,
            resource=RESOURCES,
            scope_metrics=st.lists(
                st.builds(ScopeMetrics, scope=SCOPES, metrics=st.lists(METRICS, max_size=2)),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)
TRACES_REQUESTS = st.builds(
    ExportTraceServiceRequest,
    resource_spans=st.lists(
        st.builds(
            ResourceSpans,
            resource=RESOURCES,
            scope_spans=st.lists(
                st.builds(ScopeSpans, scope=SCOPES, spans=st.lists(SPANS, max_size=2)),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)

"""Metrics, taken apart into data points: a point is what is stored, counted and told apart."""

from collections.abc import Iterable, Iterator
from typing import Any

from receiver.any_value import Values, text
from receiver.origin import record_digest, settle
from receiver.protobuf_schema import DATA_POINTS, METRIC
from store.signals import NO_RECORDED_VALUE, MetricPoint, Resource, Scope


def metric_points(
    slices: Iterable[bytes], resource: Resource, scope: Scope, *, values: Values, seed: Any
) -> Iterator[MetricPoint]:
    """Decode encoded metrics, one result per data point.

    The ``wire`` of a point is its metric, unknown fields included, with that point alone. ``seed``
    is from ``record_seed``.
    """
    for wire in slices:
        metric = METRIC.FromString(wire)
        kind = metric.WhichOneof("data")
        if kind is None:
            continue
        data = getattr(metric, kind)
        for raw in list(data.data_points):
            point = DATA_POINTS[kind].FromString(raw)
            attributes = values.decode(point.attributes)
            point_wire, canonical = _encodings(metric, data, raw, point=point, values=values)
            digest = record_digest(seed, canonical, point.time_unix_nano)
            value, count = _value_and_count(point, kind)
            yield MetricPoint(
                resource=resource,
                scope=scope,
                name=text(metric.name),
                unit=text(metric.unit),
                kind=kind,
                temporality=getattr(data, "aggregation_temporality", 0),
                is_monotonic=getattr(data, "is_monotonic", False),
                start_time_unix_nano=point.start_time_unix_nano,
                time_unix_nano=point.time_unix_nano,
                value=value,
                observation_count=count,
                attributes=attributes,
                flags=point.flags,
                wire=point_wire,
                digest=digest,
            )


def _encodings(
    metric: Any, data: Any, raw: bytes, *, point: Any, values: Values
) -> tuple[bytes, bytes]:
    """Return the encoding of a metric with one point alone, as sent and in canonical form."""
    data.data_points[:] = [raw]
    as_sent: bytes = metric.SerializeToString()
    settle(point, values.rewritten)
    data.data_points[:] = [point.SerializeToString()]
    return as_sent, metric.SerializeToString()


def _value_and_count(point: Any, kind: str) -> tuple[int | float | None, int | None]:
    """Return the number of a point, or the sum of a distribution, and how many it sums up."""
    if point.flags & NO_RECORDED_VALUE:
        return None, None
    if kind in {"gauge", "sum"}:
        field = point.WhichOneof("value")
        return (None if field is None else getattr(point, field)), None
    is_summed = kind == "summary" or point.HasField("sum")
    return (point.sum if is_summed else None), point.count

"""Metrics, taken apart into data points: a point is what is stored, counted and told apart."""

from collections.abc import Iterable, Iterator
from typing import Any

from receiver.any_value import Values, text
from receiver.origin import settle
from receiver.protobuf_schema import DATA_POINTS, METRIC
from store.signals import MetricPoint, Resource, Scope

NO_RECORDED_VALUE = 1
"""``DataPointFlags`` bit: the series has ended, the point has no value (``metrics.proto``)."""


def metric_points(
    slices: Iterable[bytes], resource: Resource, scope: Scope, *, values: Values, seed: Any
) -> Iterator[MetricPoint]:
    """Decode encoded metrics, one result per data point.

    The ``wire`` of a point is its metric, unknown fields included, with that point alone. ``seed``
    is a hash that has seen signal, resource and scope.
    """
    for wire in slices:
        metric = METRIC.FromString(wire)
        kind = metric.WhichOneof("data")
        if kind is None:
            continue
        data = getattr(metric, kind)
        sent = list(data.data_points)
        for raw in sent:
            point = DATA_POINTS[kind].FromString(raw)
            attributes = values.decode(point.attributes)
            data.data_points[:] = [raw]
            point_wire = metric.SerializeToString()
            settle(point, values.rewritten)
            data.data_points[:] = [point.SerializeToString()]
            digest = seed.copy()
            digest.update(metric.SerializeToString())
            is_recorded = not point.flags & NO_RECORDED_VALUE
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
                value=_value(point, kind) if is_recorded else None,
                observation_count=getattr(point, "count", None) if is_recorded else None,
                attributes=attributes,
                flags=point.flags,
                wire=point_wire,
                digest=digest.digest(),
            )


def _value(point: Any, kind: str) -> int | float | None:
    """Return the number of a point, or the sum of a distribution where it was sent."""
    value: int | float | None
    match kind:
        case "gauge" | "sum":
            field = point.WhichOneof("value")
            value = None if field is None else getattr(point, field)
        case "summary":
            value = point.sum
        case _:
            value = point.sum if point.HasField("sum") else None
    return value

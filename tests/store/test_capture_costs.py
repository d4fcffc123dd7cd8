"""Real requests: what list prices give is what the client reported."""

from collections import Counter
from itertools import chain

import pytest

from receiver.dialects.values import integer, text
from store.domain import TokenUsage
from store.prices.cost import BilledRequest
from store.prices.published import PublishedPrices
from store.pricing import price_request
from store.signals import LogRecord
from tests.captures import CAPTURES, batches, exports


def requests(capture: str) -> list[BilledRequest]:
    """Return the answered requests of a capture, each as often as it was sent."""
    records = chain.from_iterable(batch.records for batch in batches(exports(capture)))
    return [
        BilledRequest(
            model=text(record.attributes.get("model")),
            tokens=TokenUsage(
                input=integer(record.attributes.get("input_tokens")),
                cache_read=integer(record.attributes.get("cache_read_tokens")),
                cache_write=integer(record.attributes.get("cache_creation_tokens")),
                cache_write_5m=integer(record.attributes.get("cache_creation_5m_tokens")),
                cache_write_1h=integer(record.attributes.get("cache_creation_1h_tokens")),
                output=integer(record.attributes.get("output_tokens")),
            ),
            at=record.time_unix_nano,
            speed=text(record.attributes.get("speed")),
            reported_micros=integer(record.attributes.get("cost_usd_micros")),
        )
        for record in records
        if isinstance(record, LogRecord) and record.attributes.get("event.name") == "api_request"
    ]


def without_tiers(request: BilledRequest) -> BilledRequest:
    """Return the request as older versions of the client told it."""
    tokens = TokenUsage(
        input=request.tokens.input,
        cache_read=request.tokens.cache_read,
        cache_write=request.tokens.cache_write,
        output=request.tokens.output,
    )
    return BilledRequest(
        request.model,
        tokens,
        request.at,
        speed=request.speed,
        reported_micros=request.reported_micros,
    )


@pytest.mark.parametrize("capture", CAPTURES)
def test_computed_is_reported(capture: str) -> None:
    """Of every request of every capture, within one micro-dollar. ``pytest -s`` prints the table.

    Told without their lives, the same cache writes are solved to the same split.
    """
    table = PublishedPrices()
    rows: Counter[str] = Counter()
    for request in requests(capture):
        cost = price_request(request, table)
        assert cost.reported_micros is not None
        assert cost.computed_micros is not None
        assert abs(cost.reported_micros - cost.computed_micros) <= 1
        solved = price_request(without_tiers(request), table)
        assert solved.by_class == cost.by_class
        assert solved.cache_write_1h_tokens == cost.cache_write_1h_tokens
        tokens = request.tokens
        rows[
            f"{capture:22}{request.model:18}{tokens.input:>6}{tokens.cache_read:>7}"
            f"{tokens.cache_write_5m:>7}{tokens.cache_write_1h:>7}{tokens.output:>5}"
            f"{cost.reported_micros:>8}{cost.computed_micros:>8}"
        ] += 1
    print("", *(f"{row}{times:>4} ×" for row, times in rows.items()), sep="\n")  # noqa: T201 - the table that is asked for

"""What model APIs billed, in the store's own classes, to hold the store to."""

from collections import Counter
from typing import Any, NamedTuple

from store.connection import Database
from store.domain import RequestStatus
from store.queries.requests import requests
from tests.captures import truth


class Usage(NamedTuple):
    """One answered request: input without the cache, output with the reasoning."""

    model: str | None
    input: int | None
    cache_read: int | None
    output: int | None
    reasoning: int | None


def billed(capture: str) -> Counter[Usage]:
    """Return what the API billed for the requests it answered in full."""
    return Counter(
        _usage(entry)
        for entry in truth(capture)
        if "usage" in entry and not entry["answer"].get("cut")
    )


def stored(db: Database) -> Counter[Usage]:
    """Return the usage of all requests of the store that were answered."""
    return Counter(
        Usage(
            request.model,
            request.tokens.input,
            request.tokens.cache_read,
            request.tokens.output,
            request.tokens.reasoning,
        )
        for request in requests(db, limit=0)
        if request.status is RequestStatus.OK
    )


def _usage(entry: dict[str, Any]) -> Usage:
    told = entry["usage"]
    if "promptTokenCount" in told:
        cached, thoughts = told["cachedContentTokenCount"], told["thoughtsTokenCount"]
        sent = told["promptTokenCount"] + told.get("toolUsePromptTokenCount", 0)
        output = told["candidatesTokenCount"] + thoughts
        assert sent + output == told["totalTokenCount"]
    else:
        cached = told["prompt_tokens_details"]["cached_tokens"]
        thoughts = told["completion_tokens_details"]["reasoning_tokens"]
        sent, output = told["prompt_tokens"], told["completion_tokens"]
    return Usage(entry["model"], sent - cached, cached, output, thoughts)

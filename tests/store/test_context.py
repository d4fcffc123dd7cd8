"""How the context grew."""

from store.chains import ChainedRequest, Mark, MarkKind
from store.context import ContextSize, added_by_turn, context_sizes
from store.domain import TokenUsage


def request(name: str, at: int, tokens: int | None, **fields: str) -> ChainedRequest:
    """A request whose prompt has so many tokens, a tenth of them each written and sent."""
    usage = TokenUsage()
    if tokens is not None:
        tenth = tokens // 10
        usage = TokenUsage(input=tenth, cache_read=tokens - 2 * tenth, cache_write=tenth)
    return ChainedRequest(name, at, usage, **fields)  # type: ignore[arg-type]


CONVERSATION = [
    request("a", 10, 20_000, turn_id="one", model="m"),
    request("b", 20, 26_000, turn_id="one", model="m"),
    request("title", 21, 900, turn_id="one", source="title"),
    request("helper", 22, 5_000, turn_id="one", source="subagent", agent_id="x", model="other"),
    request("failed", 23, None, turn_id="one", model="m"),
    request("c", 30, 90_000, turn_id="two", model="m"),
    request("d", 50, 8_000, turn_id="three", model="m"),
]
COMPACTED = Mark(40, MarkKind.COMPACTED)


def test_each_request_against_the_one_before_in_its_chain() -> None:
    """Size, growth, compaction and what is left of a known window; unknown stays unknown."""
    assert context_sizes(CONVERSATION, [COMPACTED], {"m": 100_000}) == [
        ContextSize("a", 20_000, 20_000, window_tokens=100_000, is_main=True),
        ContextSize("b", 26_000, 6_000, window_tokens=100_000, is_main=True),
        ContextSize("title", 900, 900),
        ContextSize("helper", 5_000, 5_000),
        ContextSize("failed", None, None, window_tokens=100_000, is_main=True),
        ContextSize("c", 90_000, 64_000, window_tokens=100_000, is_main=True),
        ContextSize("d", 8_000, -82_000, is_compacted=True, window_tokens=100_000, is_main=True),
    ]


def test_what_is_left_of_the_window() -> None:
    """Known only where size and window are."""
    left = [size.left_tokens for size in context_sizes(CONVERSATION, [], {"m": 100_000})]
    assert left == [80_000, 74_000, None, None, None, 10_000, 92_000]
    assert context_sizes(CONVERSATION)[0].left_tokens is None


def test_what_each_turn_added() -> None:
    """Of the main context alone, a turn that cut it less than nothing; they sum to its size."""
    added = added_by_turn(CONVERSATION)
    assert added == {"one": 26_000, "two": 64_000, "three": -82_000}
    assert sum(added.values()) == CONVERSATION[-1].context_tokens


def test_a_compaction_is_told_once() -> None:
    """At the very moment of a request it is that one's, not also the next one's."""
    moment = Mark(30, MarkKind.COMPACTED)
    compacted = {s.request_id for s in context_sizes(CONVERSATION, [moment]) if s.is_compacted}
    assert compacted == {"c"}


def test_requests_of_an_unknown_chain_have_a_size_only() -> None:
    """Without a chain there is nothing to compare with."""
    alone = request("alone", 5, 700, source="subagent")
    assert context_sizes([alone, alone]) == [ContextSize("alone", 700)] * 2

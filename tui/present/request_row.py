"""The columns of the Requests view."""

from store.domain import Content, Provenance, Request, RequestStatus
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.bars import bar, cost_parts, split_mark
from tui.present.cache_words import cache_cell
from tui.present.columns import Column
from tui.present.lines import Line, Span, Tone
from tui.present.money import exact_dollars, why_unknown

BAR = 16


def columns() -> tuple[Column, ...]:
    """Return the columns; narrow screens keep time, source, tokens, cost and the cache."""
    return (
        Column("number", "#", 4, 8, right=True),
        Column("time", "TIME", 8, 2),
        Column("source", "SOURCE", 14, 5, most=18),
        Column("model", "MODEL", 10, 11, most=16),
        Column("input", "IN", 6, 7, right=True),
        Column("read", "READ", 6, 3, right=True),
        Column("write", "WRITE 5m/1h", 11, 4, right=True),
        Column("output", "OUT", 6, 7, right=True),
        Column("cost", "COST", 9, 1, right=True),
        Column("split", "  COST BY CLASS", BAR + 2, 10),
        Column("ttft", "TTFT", 6, 12, right=True),
        Column("took", "TOOK", 8, 13, right=True),
        Column("cache", "CACHE", 15, 5, most=20),
        Column("status", "STATUS", 9, 9, most=14),
    )


def cells(request: Request, number: int | None, marks: Marks) -> dict[str, Line]:
    """Return the cells of one request by column; ``number`` is its place in the session, from 1."""
    usage = request.tokens
    return {
        "number": Line.of(Span(formats.count(number), Tone.DIM)),
        "time": Line.of(Span(formats.clock(request.at), Tone.DIM)),
        "source": Line.of(source(request, marks)),
        "model": Line.of(words.model(request.model)),
        "input": Line.of(formats.tokens(usage.input)),
        "read": Line.of(formats.tokens(usage.cache_read)),
        "write": cache_writes(request),
        "output": Line.of(formats.tokens(usage.output)),
        "cost": Line.of(exact_dollars(request.cost)),
        "split": split(request, marks),
        "ttft": Line.of(formats.duration(request.ttft_ms)),
        "took": Line.of(formats.duration(request.duration_ms)),
        "cache": cache_cell(request, marks),
        "status": Line.of(status(request), Span(_tries(request), Tone.WAITING)),
    }


def split(request: Request, marks: Marks) -> Line:
    """Return how the cost splits into classes as a bar, or why that is not known."""
    cost = request.cost
    if cost.split_provenance is Provenance.UNKNOWN:
        is_answered = request.status is not RequestStatus.ERROR
        return Line.of(Span(f"  {why_unknown(cost)}" if is_answered else "", Tone.DIM))
    return Line.of(split_mark(cost), " ", bar(cost_parts(cost, marks), BAR))


def source(request: Request, marks: Marks) -> str:
    """Return who asked: ``main``, ``⤷ Explore``, ``compaction``."""
    if request.agent_id or request.agent_name:
        return f"{marks.subagent} {request.agent_name or request.agent_id}"
    return request.source or formats.UNKNOWN


def _tries(request: Request) -> str:
    """Return how often a request was sent, where that is more than once."""
    return f" ×{request.attempts}" if (request.attempts or 0) > 1 else ""


def cache_writes(request: Request) -> Line:
    """Return cache writes by life, ``8.9 k/–``; their sum where the life is not told.

    Lives that the cost proves, where the agent tells only the sum, stand with ``≈``.
    """
    usage = request.tokens
    lives = (usage.cache_write_5m, usage.cache_write_1h)
    mark = ""
    if lives == (None, None):
        if request.billed_writes is None or not usage.cache_write:
            return Line.of(formats.tokens(usage.cache_write))
        lives, mark = request.billed_writes, split_mark(request.cost).text.strip()
    return Line.of(
        Span(mark, Tone.DIM),
        formats.tokens(lives[0]),
        Span("/", Tone.DIM),
        formats.tokens(lives[1]),
    )


def status(request: Request) -> Span:
    """Return how a request ended: ``ok``, ``529 error``, ``refused``."""
    match request.status:
        case RequestStatus.OK:
            return Span("ok", Tone.DIM)
        case RequestStatus.UNKNOWN:
            return Span(formats.UNKNOWN, Tone.DIM)
        case _:
            code = f"{request.http_status} " if request.http_status else ""
            return Span(f"{code}{request.status.value}", Tone.TROUBLE)


def response(request: Request, marks: Marks) -> Span | None:
    """Return what the model said, or that it is withheld; ``None`` if it said nothing."""
    if request.response:
        return Span(f'"{request.response.strip()}"')
    if request.response_content is Content.WITHHELD:
        length = (
            "" if request.response_length is None else f", {request.response_length} characters"
        )
        return Span(f"{marks.withheld} reply withheld{length}", Tone.WITHHELD)
    return None

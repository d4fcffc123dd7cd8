"""What arrived of a session, what did not, and why as far as that is known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.connection import Database
from store.domain import Agent, Content, Metered
from store.insights import Blank, Coverage, UnknownName
from store.queries.blanks import Told, blanks, some_facts
from store.queries.capabilities import capabilities
from store.queries.content_gates import Seen, seen_content
from store.queries.gaps import Counted, counted
from store.queries.itemised import Itemised, itemised
from store.queries.metered import metered_of, together

_PAGE = 1_000
_MICROS = 1_000_000
_CONTENT = {
    "prompts": "prompts",
    "responses": "answers",
    "tool_details": "details of tool calls",
}


def coverage(db: Database, session_id: str) -> Coverage | None:
    """Return what is known of a session's telemetry, or ``None`` where it is not in the store."""
    return coverages(db, [session_id]).get(session_id)


def coverages(db: Database, ids: Sequence[str]) -> Mapping[str, Coverage]:
    """Return the coverage of each session that the store knows."""
    found: dict[str, Coverage] = {}
    for start in range(0, len(ids), _PAGE):
        found |= _page(db, list(ids[start : start + _PAGE]))
    return found


def _page(db: Database, ids: Sequence[str]) -> Mapping[str, Coverage]:
    marks = ", ".join("?" * len(ids))
    attributes = _attributes(db, ids)
    content, some = seen_content(db, ids), some_facts(db, ids)
    numbers, requests = counted(db, ids), itemised(db, ids)
    metered, unknowns = metered_of(db, ids), _unknowns(db, ids)
    return {
        row["session_id"]: _coverage(
            row,
            attributes=attributes.get(row["session_id"], {}),
            seen=content[row["session_id"]],
            some=some[row["session_id"]],
            numbers=numbers[row["session_id"]],
            requests=requests[row["session_id"]],
            metered=metered[row["session_id"]],
            unknowns=unknowns.get(row["session_id"], ()),
        )
        for row in db.query(
            "select s.session_id, s.agent, s.log_records, s.spans, s.metric_points,"
            " ifnull(r.records, 0) as duplicates from sessions s left join repetitions r"
            f" on r.session_id = s.session_id where s.session_id in ({marks})",
            list(ids),
        )
    }


def _coverage(
    row: Mapping[str, Any],
    *,
    attributes: Mapping[str, tuple[str, ...]],
    seen: Seen,
    some: frozenset[str],
    numbers: Counted,
    requests: Itemised,
    metered: Sequence[Metered],
    unknowns: tuple[UnknownName, ...],
) -> Coverage:
    versions = attributes.get("app.version") or attributes.get("service.version", ())
    content = seen.gates(versions)
    told = Told(
        log_records=row["log_records"],
        spans=row["spans"],
        metric_points=row["metric_points"],
        attributes=frozenset(attributes),
        versions=versions,
        content=content,
        some=some,
    )
    total = together(metered)
    blank = blanks(told)
    difference = _difference(total, requests)
    left_out = requests.left_out(metered)
    return Coverage(
        log_records=told.log_records,
        metric_points=told.metric_points,
        spans=told.spans,
        sequence_gaps=numbers.missing,
        gaps=numbers.gaps,
        duplicates=row["duplicates"],
        content=content,
        itemised_micros=requests.cost_micros,
        metered=total,
        cost_difference_micros=difference,
        not_itemised=left_out,
        unknowns=unknowns,
        versions=versions,
        capabilities=capabilities(Agent(row["agent"]), versions),
        blanks=blank,
        notes=(
            *_of_numbers(numbers, told),
            *_of_metrics(told, total, difference, left_out=left_out, requests=requests),
            *_of_content(seen, content),
            *_of_unknowns(unknowns),
            *_reasons(blank),
        ),
    )


def _difference(total: Metered | None, requests: Itemised) -> int | None:
    known = requests.cost_micros
    if total is None or total.cost_micros is None or known is None:
        return None
    return total.cost_micros - known


def _of_numbers(numbers: Counted, told: Told) -> Iterator[str]:
    if numbers.is_interleaved:
        yield (
            "Two processes send events of this session at once, each with a count of its own:"
            " what is missing is not known."
        )
    elif not numbers.starts and told.log_records:
        yield "The events carry no numbers: what is missing is not known."
    for first, last in numbers.numbers:
        which = f"Event {first}" if first == last else f"Events {first} to {last}"
        yield f"{which} of one process did not arrive."
    for start in numbers.starts:
        if start:
            yield (
                f"A process begins here with its event {start}: those before it came under another"
                " session (at a resume or /clear) or did not arrive."
            )


def _of_metrics(
    told: Told,
    total: Metered | None,
    difference: int | None,
    *,
    left_out: Sequence[Metered],
    requests: Itemised,
) -> Iterator[str]:
    if told.metric_points and total is None and requests.requests:
        yield "No metric tells tokens or cost yet: metrics are exported once a minute."
    if not told.log_records and told.metric_points + told.spans:
        yield "No events arrived: what was done, decided and said stands only in them."
    if left_out:
        more = sum(metered.cost_micros or 0 for metered in left_out) / _MICROS
        yield (
            f"The metrics tell ${more:.4f} that no request accounts for: replies that were"
            " interrupted are only in the metrics, and so is what events told that did not arrive."
        )
    elif difference is not None and difference < -requests.requests:
        yield (
            f"The metrics tell ${-difference / _MICROS:.4f} less than the requests: they are"
            " exported once a minute, and points that are lost are not sent again."
        )


def _of_content(seen: Seen, content: Mapping[str, Content]) -> Iterator[str]:
    for name, words in _CONTENT.items():
        if content[name] is Content.PRESENT and seen.is_mixed(name):
            yield f"Some {words} are withheld, others are not."


def _of_unknowns(unknowns: Sequence[UnknownName]) -> Iterator[str]:
    if unknowns:
        names = ", ".join(sorted({unknown.name for unknown in unknowns}))
        yield f"Unknown to this version of sessionscope, kept and shown as they are: {names}."


def _reasons(blank: Sequence[Blank]) -> Iterator[str]:
    yield from dict.fromkeys(item.reason for item in blank)


def _attributes(db: Database, ids: Sequence[str]) -> Mapping[str, dict[str, tuple[str, ...]]]:
    marks = ", ".join("?" * len(ids))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for session_id, name, value in db.execute(
        f"select session_id, name, value from session_attributes where session_id in ({marks})"
        " order by session_id, name, value",
        list(ids),
    ):
        of_session = found.setdefault(session_id, {})
        of_session[name] = (*of_session.get(name, ()), value)
    return found


def _unknowns(db: Database, ids: Sequence[str]) -> Mapping[str, tuple[UnknownName, ...]]:
    marks = ", ".join("?" * len(ids))
    found: dict[str, tuple[UnknownName, ...]] = {}
    for session_id, *told in db.execute(
        "select session_id, what, name, carrier, records from unknowns"
        f" where session_id in ({marks}) order by session_id, what, name, carrier",
        list(ids),
    ):
        found[session_id] = (*found.get(session_id, ()), UnknownName(*told))
    return found

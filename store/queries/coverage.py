"""What arrived of a session, what did not, and why as far as that is known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.connection import Database
from store.domain import Agent, Content, Metered
from store.insights import Coverage, UnknownName
from store.queries.blanks import Told, blanks
from store.queries.capabilities import capabilities
from store.queries.content_gates import Seen, seen_content
from store.queries.gaps import Counted, counted
from store.queries.itemised import Itemised, itemised
from store.queries.metered import metered_of, together
from store.queries.some_facts import some_facts

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


class _Known(NamedTuple):
    """What the parts of the store know of one session."""

    attributes: Mapping[str, tuple[str, ...]]
    seen: Seen
    some: frozenset[str]
    numbers: Counted
    requests: Itemised
    metered: Sequence[Metered]
    unknowns: tuple[UnknownName, ...]


def _page(db: Database, ids: Sequence[str]) -> Mapping[str, Coverage]:
    marks = ", ".join("?" * len(ids))
    attributes, unknowns = _attributes(db, ids), _unknowns(db, ids)
    content, some = seen_content(db, ids), some_facts(db, ids)
    numbers, requests, metered = counted(db, ids), itemised(db, ids), metered_of(db, ids)
    rows = db.query(
        "select s.session_id, s.agent, s.log_records, s.spans, s.metric_points,"
        " ifnull(r.records, 0) as duplicates from sessions s left join repetitions r"
        f" on r.session_id = s.session_id where s.session_id in ({marks})",
        list(ids),
    )
    return {
        (one := row["session_id"]): _coverage(
            row,
            _Known(
                attributes.get(one, {}),
                content[one],
                some[one],
                numbers[one],
                requests[one],
                metered[one],
                unknowns.get(one, ()),
            ),
        )
        for row in rows
    }


def _coverage(row: Mapping[str, Any], known: _Known) -> Coverage:
    told = _told(row, known)
    total = together(known.metered)
    blank = blanks(told)
    is_metered_alone = not (told.log_records or told.spans)
    difference = _difference(total, known.requests, is_metered_alone=is_metered_alone)
    left_out = known.requests.left_out(known.metered)
    return Coverage(
        log_records=told.log_records,
        metric_points=told.metric_points,
        spans=told.spans,
        sequence_gaps=known.numbers.missing,
        gaps=known.numbers.gaps,
        duplicates=row["duplicates"],
        content=told.content,
        itemised_micros=known.requests.cost_micros,
        metered=total,
        cost_difference_micros=difference,
        not_itemised=left_out,
        unknowns=known.unknowns,
        versions=told.versions,
        capabilities=capabilities(Agent(row["agent"]), told.versions),
        blanks=blank,
        notes=(
            *_of_numbers(known.numbers),
            *_of_metrics(difference, left_out=left_out, requests=known.requests),
            *_of_content(known.seen, told.content),
            *_of_unknowns(known.unknowns),
            *dict.fromkeys(item.reason for item in blank),
        ),
    )


def _told(row: Mapping[str, Any], known: _Known) -> Told:
    names = known.attributes
    versions = names.get("app.version") or names.get("service.version", ())
    return Told(
        log_records=row["log_records"],
        spans=row["spans"],
        metric_points=row["metric_points"],
        attributes=frozenset(names),
        versions=versions,
        content=known.seen.gates(versions),
        is_counted=known.numbers.missing is not None,
        is_metered=together(known.metered) is not None,
        some=known.some,
    )


def _difference(total: Metered | None, requests: Itemised, *, is_metered_alone: bool) -> int | None:
    """Return metered less itemised; without events and spans nothing is itemised, that is 0."""
    known = 0 if is_metered_alone else requests.cost_micros
    if total is None or total.cost_micros is None or known is None:
        return None
    return total.cost_micros - known


def _of_numbers(numbers: Counted) -> Iterator[str]:
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
    difference: int | None,
    *,
    left_out: Sequence[Metered],
    requests: Itemised,
) -> Iterator[str]:
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

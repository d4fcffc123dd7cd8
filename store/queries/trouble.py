"""What went wrong, newest first, in one session or in all."""

from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.insights import Trouble, TroubleKind
from store.queries.filter import Filter
from store.troubles import PARTS

_SESSION = "exists (select 1 from sessions s where s.session_id = p.session_id and ({where}))"

_TELLS = ("api_error", "api_refusal", "tool_result", "tool_decision")
"""Of the records of a request or tool call, those that tell of trouble, before all others."""

_RECORD = f"""
    case when q.kind = 'gap' then (select min(x.id) from records x
            where x.session_id = q.session_id and x.sequence is not null
            and x.time_unix_nano = q.at_unix_nano
            and q.key = 'gap:' || x.time_unix_nano || ':' || x.sequence)
        else (select x.id from records x
            where x.session_id = q.session_id and x.subject = q.key
            order by x.name in {_TELLS} desc, x.id limit 1) end
"""


def troubles(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Trouble]:
    """Return a page of troubles, newest first.

    ``where`` is a filter parsed for ``Rows.TROUBLES``; a ``limit`` of 0 is none.
    """
    condition = _condition(session_id, where)
    newest = " union all ".join(
        f"select * from (select p.* from ({part}) p where {condition}"
        " order by p.at_unix_nano desc, p.key desc limit :newest)"
        for part in PARTS
    )
    rows = db.query(
        "select page.*, r.subject as record_subject, s.title as session_title from ("
        f"select q.*, {_RECORD} as record_id from ("
        f"select * from ({newest}) order by at_unix_nano desc, key desc"
        " limit :limit offset :offset) q) page"
        " left join records r on r.id = page.record_id"
        " left join sessions s on s.session_id = page.session_id"
        " order by page.at_unix_nano desc, page.key desc",
        {
            **(where.parameters if where else {}),
            "id": session_id,
            "newest": limit + offset if limit else -1,
            "limit": limit or -1,
            "offset": offset,
        },
    )
    return [_trouble(row) for row in rows]


def count_troubles(
    db: Database, *, session_id: str | None = None, where: Filter | None = None
) -> int:
    """Return how many troubles there are; ``where`` as for ``troubles``."""
    row = db.execute(
        f"select count(*) from troubles p where {_condition(session_id, where)}",
        {**(where.parameters if where else {}), "id": session_id},
    ).fetchone()
    return int(row[0])


def _condition(session_id: str | None, where: Filter | None) -> str:
    of_session = "1" if session_id is None else "p.session_id = :id"
    if where is None or where.sql == "1":
        return of_session
    return f"{of_session} and {_SESSION.format(where=where.sql)}"


def _trouble(row: Mapping[str, Any]) -> Trouble:
    kind = TroubleKind(row["kind"])
    is_gap = kind is TroubleKind.GAP
    return Trouble(
        at=row["at_unix_nano"],
        session_id=row["session_id"],
        session_title=row["session_title"],
        turn_id=row["turn_id"],
        kind=kind,
        subject=row["subject"],
        message=row["message"],
        status=row["status"],
        key=(row["record_subject"] if is_gap else row["key"]) or row["key"],
        record_id=row["record_id"],
    )

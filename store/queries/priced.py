"""What there is to price, and what has no price."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from store.connection import Database
from store.queries.totals import PricesUsed


class WithoutPrice(NamedTuple):
    """A model that no price is known for."""

    model: str
    requests: int


def count_requests(db: Database) -> int:
    """Return how many requests the store knows."""
    return int(db.execute("select count(*) from requests").fetchone()[0])


def models_without_price(db: Database) -> list[WithoutPrice]:
    """Return the models whose requests could not be priced, the one of most requests first."""
    rows = db.execute(
        "select model, count(*) from requests"
        " where model is not null and cost_difference = 'unknown_price' and price_table is null"
        " group by model order by 2 desc, 1"
    )
    return [WithoutPrice(*row) for row in rows]


def prices_used(db: Database, ids: Sequence[str]) -> Mapping[str, PricesUsed]:
    """Return what priced each of some sessions; those without a price are not among them."""
    marks = ", ".join("?" * len(ids))
    rows = db.execute(
        "select session_id, price_table, max(ifnull(price_date, '')) from requests"
        f" where session_id in ({marks}) and price_table is not null group by session_id",
        list(ids),
    )
    return {session_id: PricesUsed(table, date or None) for session_id, table, date in rows}


def prices_used_by_turn(db: Database, session_id: str) -> Mapping[str | None, PricesUsed]:
    """Return what priced each turn of a session."""
    rows = db.execute(
        "select turn_id, price_table, max(ifnull(price_date, '')) from requests"
        " where session_id = ? and price_table is not null group by turn_id",
        [session_id],
    )
    return {turn_id: PricesUsed(table, date or None) for turn_id, table, date in rows}

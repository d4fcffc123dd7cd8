"""What there is to price, and what has no price."""

from typing import NamedTuple

from store.connection import Database


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

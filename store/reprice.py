"""Working out every cost anew, by other prices, from the rows alone."""

from collections.abc import Callable

from store.assessment.assessor import Assessor
from store.connection import Database
from store.prices.book import PriceBook

_KEEP = "update recorder set price_book = ? where price_book is not ?"


def note_book(db: Database, identity: str) -> bool:
    """Note which book prices from now on; return whether requests were priced by another.

    Such requests keep their costs, and the store their book's identity, until ``reprice``.
    """
    known = db.execute(
        "select price_book from recorder"
        " where price_book is not null and exists (select 1 from requests)"
    ).fetchone()
    if known is not None and known[0] != identity:
        return True
    db.execute(_KEEP, [identity, identity])
    return False


def reprice(
    db: Database, prices: PriceBook, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Work out all costs anew in one transaction; return how many requests there are.

    ``progress`` is told how many requests are done each time.
    """
    db.execute("begin immediate")
    try:
        requests = assess_all(db, prices, progress=progress)
        db.execute("commit")
    except BaseException:
        db.rollback()
        raise
    return requests


def assess_all(
    db: Database, prices: PriceBook, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Do so in the transaction that is open."""
    requests = Assessor(prices).assess_all(db, progress=progress)
    db.execute(_KEEP, [prices.identity, prices.identity])
    return requests

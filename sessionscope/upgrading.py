"""A store of an older version: its records are interpreted anew before anything is added."""

import logging
from contextlib import closing
from pathlib import Path

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store.opening import open_if_stale
from store.prices.book import PriceBook
from store.reindex import reindex

_log = logging.getLogger(__name__)


def bring_up_to_date(store: Path, prices: PriceBook) -> None:
    """Make the derived tables of ``store`` anew where they are of an older version.

    The caller owns the store's lock. Raises ``StoreUnusable``.
    """
    if (db := open_if_stale(store)) is None:
        return
    with closing(db):
        _log.warning("the store is of an older version: its records are interpreted anew")
        reindex(db, Dialects(), decode=StoredDecoder().decode, prices=prices)

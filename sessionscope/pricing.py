"""The price book that a configuration asks for, and costs worked out anew by it."""

from contextlib import closing

import click

from sessionscope.config import Config, ConfigError
from sessionscope.ownership import ownership, progress_bar
from store.connection import open_writer
from store.prices.book import PriceBook
from store.prices.user import PricesInvalid
from store.queries.priced import count_requests, models_without_price
from store.reprice import reprice
from tui.safe_text import one_line


def price_book(config: Config) -> PriceBook:
    """Read the user's prices, if any. Raises ``ConfigError`` where that cannot be done."""
    if config.prices is None:
        return PriceBook()
    try:
        return PriceBook(config.prices.read_text())
    except (OSError, UnicodeDecodeError, PricesInvalid) as error:
        raise ConfigError(f"cannot read the prices in {config.prices}: {error}") from error


def price_anew(config: Config) -> None:
    """Work out all costs of the store anew and say what has no price.

    Raises ``StoreLocked`` when a recorder owns the store, and ``ConfigError``.
    """
    book = price_book(config)
    with ownership(config.store), closing(open_writer(config.store)) as db:
        with progress_bar(count_requests(db)) as advance:
            count = reprice(db, book, progress=advance)
        unknown = models_without_price(db)
    click.echo(f"{count} requests priced by {one_line(book.identity)}.", err=True)
    for model, requests in unknown:
        click.echo(f"No price is known for {one_line(model)} ({requests} requests).", err=True)

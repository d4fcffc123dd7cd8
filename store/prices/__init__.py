"""What tokens cost: the published price table, the user's own prices, and money split exactly.

Prices are integers (see ``store.prices.rates``), so that a cost is rounded once, and its split by
class sums to it. A model without a price has none: nothing here guesses one.
"""

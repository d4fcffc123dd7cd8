"""The store: OTLP's nouns, the agents' nouns, one SQLite file, one writer, many readers.

This room holds all SQL and knows neither wire formats nor terminals. It promises that a batch is
answered only after its transaction is durable, that the same record stored twice changes nothing,
and that the derived tables depend on the set of records alone, not on their order.
"""

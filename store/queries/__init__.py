"""Read models: functions from an open read-only database to frozen rows of ``store.domain``.

Each reads a bounded page by an index, exhausts its cursor and holds no transaction afterwards, so
that a screen left open over night never keeps the write-ahead log from being checkpointed.
"""

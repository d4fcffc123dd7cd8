"""The ways in: bytes from the network or from files become the nouns of ``store.signals``.

Doors (gRPC and HTTP) share one export path; decoders are tolerant and lose no batch for one bad
string; dialects say what a record of a given agent means. No SQL and no terminal in here.
"""

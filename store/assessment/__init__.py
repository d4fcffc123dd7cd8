"""What each request cost and how it used the cache, worked out and kept in its row.

A cost follows from the request's own row and the price book, a use of the cache from all requests
and marks of its session. Both are worked out in the transaction that changes what they follow from,
and depend on nothing but the rows and the book: see ``store.pricing`` and ``store.cache``.
"""

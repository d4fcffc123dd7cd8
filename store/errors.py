"""What can go wrong in the store, as the other rooms see it.

StoreError
├── StoreBusy         passing: the sender should try again soon
├── StoreClosed       the writer has stopped
├── StoreLocked       another recorder owns the store
└── StoreUnusable     damaged, newer than this program, not ours, or not openable
"""


class StoreError(Exception):
    """Any failure of the store; ``str()`` of it is a sentence for people."""


class StoreBusy(StoreError):
    """The store cannot take more right now (queue full, disk full, disk slow); nothing is stored.

    ``retry_after_s`` is when to try again, in whole seconds, at most 5: real clients drop the batch
    when asked to wait longer than their own deadline (reliability G12).
    """

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreClosed(StoreError):
    """The writer has stopped; nothing is stored any more."""


class StoreLocked(StoreError):
    """Another recorder owns this store."""


class StoreUnusable(StoreError):
    """The file cannot be used as a store: damaged, made by a newer version, or not openable."""

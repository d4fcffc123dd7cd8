"""The command: the only room that knows all others, where doors, store and screens meet."""

__version__ = "0.1.0"

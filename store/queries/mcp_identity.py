"""Which MCP server a connection or a call is of, where the sender withholds names.

Names come with connections and calls only if the sender shows details; spans name the server of a
call even so. A withheld server is told apart by its plugin, scope and transport. It gets the name
that the same session shows elsewhere if only one server can be meant: one name is called, and one
server, connected once at a time, can have answered.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_PLUGIN_MARK = "plugin_"
_WITHHELD_PLUGINS = frozenset({"custom", "third-party"})
_ALIVE = frozenset({"connected", "disconnected"})


class Connection(NamedTuple):
    """What is known of the server of a connection event, and what happened."""

    name: str | None
    plugin: str | None
    plugin_name: str | None
    scope: str | None
    transport: str | None
    status: str | None
    sequence: int | None


class Call(NamedTuple):
    """What is known of the server of a call."""

    server: str | None
    scope: str | None


class _Kind(NamedTuple):
    """What withheld servers are told apart by."""

    plugin: str | None
    scope: str | None
    transport: str | None

    @property
    def key(self) -> str:
        return "~" + ":".join(part or "" for part in self)


def key_of_name(name: str) -> str:
    """Return a server's name as it stands in the names of its tools.

    ``plugin:payplug:ledger`` and ``plugin_payplug_ledger`` are one server.
    """
    return _UNFIT.sub("_", name)


class SessionServers:
    """The keys of the servers of one session, from all its connections (in order) and calls."""

    def __init__(self, connections: Iterable[Connection], calls: Iterable[Call]) -> None:
        self._alive: dict[_Kind, list[Connection]] = defaultdict(list)
        self._named: dict[str, str | None] = {}
        for connection in connections:
            if connection.name is not None:
                self._named[key_of_name(connection.name)] = connection.scope
            elif connection.status in _ALIVE:
                self._alive[_kind(connection)].append(connection)
        called: dict[str, set[str | None]] = defaultdict(set)
        for call in calls:
            if call.server is not None and (key := key_of_name(call.server)) not in self._named:
                called[key].add(call.scope)
        self._names = self._matched(called)

    def of_connection(self, connection: Connection) -> str:
        """Return the key of a connection's server; one that failed is not known to be another."""
        if connection.name is not None:
            return key_of_name(connection.name)
        kind = _kind(connection)
        return self._names.get(kind, kind.key) if connection.status in _ALIVE else kind.key

    def of_call(self, call: Call) -> str:
        """Return the key of a call's server: of the only one it can be, if no name is told."""
        if call.server is not None:
            return key_of_name(call.server)
        named = [
            key for key, scope in self._named.items() if call.scope is None or scope == call.scope
        ]
        kinds = [kind for kind in self._alive if call.scope is None or kind.scope == call.scope]
        if len(named) == 1 and not kinds:
            return named[0]
        if len(kinds) == 1 and not named:
            return self._names.get(kinds[0], kinds[0].key)
        return _Kind(None, call.scope, None).key

    def _matched(self, called: dict[str, set[str | None]]) -> dict[_Kind, str]:
        fits = {
            kind: [name for name, scopes in called.items() if _fits(name, scopes, events[0])]
            for kind, events in self._alive.items()
        }
        return {
            kind: names[0]
            for kind, names in fits.items()
            if len(names) == 1
            and sum(names[0] in others for others in fits.values()) == 1
            and _is_one_at_a_time(self._alive[kind])
        }


def _kind(connection: Connection) -> _Kind:
    return _Kind(connection.plugin, connection.scope, connection.transport)


def _fits(name: str, scopes: set[str | None], connection: Connection) -> bool:
    """Tell whether a called server can be the one of a connection."""
    if connection.scope not in scopes and None not in scopes:
        return False
    if connection.plugin is None:
        return not name.startswith(_PLUGIN_MARK)
    plugin = connection.plugin_name
    is_told = plugin is not None and plugin not in _WITHHELD_PLUGINS
    return name.startswith(
        f"{_PLUGIN_MARK}{key_of_name(plugin)}_" if plugin and is_told else _PLUGIN_MARK
    )


def _is_one_at_a_time(events: Sequence[Connection]) -> bool:
    """Tell whether no two servers were connected at once; a new process begins with none."""
    connected, last = 0, -1
    for event in events:
        sequence = event.sequence if event.sequence is not None else last + 1
        connected = 0 if sequence <= last else connected
        last = sequence
        connected = connected + 1 if event.status == "connected" else max(connected - 1, 0)
        if connected > 1:
            return False
    return True

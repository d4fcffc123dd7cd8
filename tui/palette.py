"""The palette: the commands that work where one is, found by name."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.commands import COMMANDS, Command, Place, Shown
from tui.screens.chrome import ChromeScreen


class VerbProvider(Provider):
    """Offers the verbs of ``tui.commands``."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            name = _name(command)
            if (score := matcher.match(name)) > 0:
                yield Hit(
                    score, matcher.highlight(name), partial(self._run, command), help=command.help
                )

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(_name(command), partial(self._run, command), help=command.help)

    def _commands(self) -> Iterator[Command]:
        places = self.screen.places() if isinstance(self.screen, ChromeScreen) else ()
        for command in COMMANDS:
            is_possible = command.place in places and self.app.check_action(command.action, ())
            if is_possible and Shown.IN_PALETTE in command.shown:
                yield command

    async def _run(self, command: Command) -> None:
        namespace = self.app if command.place is Place.EVERYWHERE else self.screen
        await self.app.run_action(command.action, namespace)


def _name(command: Command) -> str:
    return f"{command.label}  ({command.shown_keys})" if command.keys else command.label

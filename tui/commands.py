"""Every verb once: its keys, what it is called and what it does.

Key bindings, the bottom line, the palette and the help screen are derived from this list.
"""

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

from textual.binding import Binding


class Place(StrEnum):
    """Where a command works."""

    EVERYWHERE = "Everywhere"
    LIST = "In a list"
    SESSIONS = "Sessions"
    FILTER = "While typing a filter"
    SESSION = "Session"
    TEXT = "In a text"


class Shown(Flag):
    """Where a command is offered beside the help."""

    IN_HELP_ONLY = 0
    IN_FOOTER = auto()
    IN_PALETTE = auto()


_HELP = Shown.IN_HELP_ONLY
_FOOTER = Shown.IN_FOOTER
_PALETTE = Shown.IN_PALETTE
_BOTH = _FOOTER | _PALETTE

_KEY_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "escape": "esc",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One verb."""

    id: str
    place: Place
    action: str
    """Textual's action, run on what has the place."""
    keys: str
    """Textual's names of the keys, a blank between them."""
    label: str
    help: str
    shown: Shown = _HELP
    also_keys: str = ""
    """Keys that the widget itself takes, as they are shown."""

    @property
    def shown_keys(self) -> str:
        """The keys as a person reads them, a blank between them."""
        names = [_KEY_NAMES.get(key, key) for key in self.keys.split()]
        return " ".join([*([self.also_keys] if self.also_keys else []), *names])


# fmt: off
COMMANDS = (
    Command("open", Place.LIST, "open", "enter", "open", "Open, fold or unfold", _FOOTER),
    Command("up", Place.LIST, "move(-1)", "up k", "up", "One row up"),
    Command("down", Place.LIST, "move(1)", "down j", "down", "One row down"),
    Command("page-up", Place.LIST, "page(-1)", "pageup ctrl+b", "page up", "One page up"),
    Command("page-down", Place.LIST, "page(1)", "pagedown ctrl+f", "page down", "One page down"),
    Command("half-up", Place.LIST, "page(-0.5)", "ctrl+u", "half up", "Half a page up"),
    Command("half-down", Place.LIST, "page(0.5)", "ctrl+d", "half down", "Half a page down"),
    Command("first", Place.LIST, "first", "home", "first", "To the first row", also_keys="g g"),
    Command("last", Place.LIST, "last", "end G", "last", "To the last row"),

    Command("filter", Place.SESSIONS, "filter", "slash", "filter",
            "Filter the list: agent:claude cost>1 since:2h", _BOTH),
    Command("all", Place.SESSIONS, "clear_filter", "escape", "show all",
            "Show all sessions again", _PALETTE),

    Command("keep", Place.FILTER, "submit", "enter", "keep", "Keep it, back to the list", _FOOTER),
    Command("leave", Place.FILTER, "leave", "escape", "clear", "Show all sessions again", _FOOTER),

    Command("follow", Place.SESSION, "follow", "f", "follow",
            "Stay at the newest event; any scrolling stops it", _BOTH),
    Command("view", Place.SESSION, "next_view", "tab shift+tab", "view",
            "Transcript or Requests", _BOTH),
    Command("raw", Place.SESSION, "records", "r", "raw",
            "The raw OTLP records behind the row", _BOTH),
    Command("fold", Place.SESSION, "fold", "left h", "fold", "Fold, or go to what it is part of"),
    Command("unfold", Place.SESSION, "unfold", "right l", "unfold", "Unfold"),
    Command("fold-all", Place.SESSION, "fold_all", "z", "fold all",
            "Fold or unfold all turns", _PALETTE),
    Command("detail-up", Place.SESSION, "scroll_detail(-3)", "K shift+up", "detail up",
            "Scroll the details up"),
    Command("detail-down", Place.SESSION, "scroll_detail(3)", "J shift+down", "detail down",
            "Scroll the details down"),

    Command("text-up", Place.TEXT, "scroll_text(-1)", "up k", "up", "One line up", _FOOTER),
    Command("text-down", Place.TEXT, "scroll_text(1)", "down j", "down", "One line down", _FOOTER),
    Command("text-page-up", Place.TEXT, "page_text(-1)", "pageup ctrl+b ctrl+u", "page up",
            "One page up"),
    Command("text-page-down", Place.TEXT, "page_text(1)", "pagedown ctrl+f ctrl+d", "page down",
            "One page down"),
    Command("text-start", Place.TEXT, "start_of_text", "home g", "start", "To the start"),
    Command("text-end", Place.TEXT, "end_of_text", "end G", "end", "To the end"),

    Command("back", Place.EVERYWHERE, "back", "escape backspace", "back",
            "Back to where you came from", _BOTH),
    Command("sessions", Place.EVERYWHERE, "sessions", "1", "sessions",
            "The list of sessions", _PALETTE),
    Command("theme", Place.EVERYWHERE, "switch_theme", "", "light or dark",
            "Switch between the dark and the light theme", _PALETTE),
    Command("commands", Place.EVERYWHERE, "command_palette", "colon ctrl+p", "commands",
            "Find a command by its name"),
    Command("help", Place.EVERYWHERE, "help", "question_mark", "help",
            "The keys, and what the marks mean", _BOTH),
    Command("quit", Place.EVERYWHERE, "quit", "q", "quit", "Leave", _BOTH),
)
# fmt: on


def bindings(place: Place) -> list[Binding]:
    """Return Textual's bindings of the commands of one place."""
    return [
        Binding(
            ",".join(command.keys.split()), command.action, command.label, show=False, id=command.id
        )
        for command in COMMANDS
        if command.place is place and command.keys
    ]

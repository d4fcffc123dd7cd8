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
    FILTERED = "Sessions, Permissions, MCP, Trouble"
    DETAILED = "Beside a detail pane"
    LEDGER = "Permissions"
    FILTER = "While typing a filter"
    SESSION = "Session"
    REQUESTS = "Requests of a session"
    TEXT = "In a text"
    REPLAY = "Replay"


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
    "full_stop": ".",
    "comma": ",",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_parenthesis": ")",
    "left_parenthesis": "(",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "at": "@",
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
    after_g: str = ""
    """The key that runs it after a ``g``."""

    @property
    def shown_keys(self) -> str:
        """The keys as a person reads them, a blank between them."""
        names = [_KEY_NAMES.get(key, key) for key in self.keys.split()]
        taken = [self.also_keys] if self.also_keys else []
        chord = [f"g {self.after_g}"] if self.after_g else []
        return " ".join([*taken, *chord, *names])


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

    Command("filter", Place.FILTERED, "filter", "slash", "filter",
            "Filter the list: agent:claude cost>1 since:2h", _BOTH),
    Command("all", Place.FILTERED, "clear_filter", "escape", "show all",
            "Show all again", _PALETTE),

    Command("group", Place.LEDGER, "group", "", "group",
            "Then t tool, c command, d decider, s session, u user, r repository", _FOOTER,
            also_keys="g"),
    Command("group-tool", Place.LEDGER, "group('tool')", "", "group by tool",
            "Group the ledger by tool", _PALETTE, after_g="t"),
    Command("group-command", Place.LEDGER, "group('command')", "", "group by command",
            "Group the ledger by command", _PALETTE, after_g="c"),
    Command("group-decider", Place.LEDGER, "group('decider')", "", "group by decider",
            "Group the ledger by who decided", _PALETTE, after_g="d"),
    Command("group-session", Place.LEDGER, "group('session')", "", "group by session",
            "Group the ledger by session", _PALETTE, after_g="s"),
    Command("group-user", Place.LEDGER, "group('user')", "", "group by user",
            "Group the ledger by user", _PALETTE, after_g="u"),
    Command("group-repository", Place.LEDGER, "group('repository')", "", "group by repository",
            "Group the ledger by repository", _PALETTE, after_g="r"),

    Command("keep", Place.FILTER, "submit", "enter", "keep", "Keep it, back to the list", _FOOTER),
    Command("leave", Place.FILTER, "leave", "escape", "clear", "Show all again", _FOOTER),

    Command("follow", Place.SESSION, "follow", "f", "follow",
            "Stay at the newest event; any scrolling stops it", _BOTH),
    Command("view", Place.SESSION, "next_view(1)", "tab", "view",
            "Transcript, Requests, Permissions, MCP, Events", _BOTH),
    Command("view-back", Place.SESSION, "next_view(-1)", "shift+tab", "view back",
            "The view before"),
    Command("ledger", Place.SESSION, "ledger", "p", "ledger",
            "Calls like this one over all sessions", _BOTH),
    Command("sort", Place.REQUESTS, "sort", "o", "sort",
            "The most expensive first, or in the order sent", _BOTH),
    Command("fold-requests", Place.REQUESTS, "fold_by", "", "fold",
            "Then t turn, m model, s source, n not at all", _FOOTER, also_keys="g"),
    Command("fold-turn", Place.REQUESTS, "fold_by('turn')", "", "fold by turn",
            "Fold the requests by turn", _PALETTE, after_g="t"),
    Command("fold-model", Place.REQUESTS, "fold_by('model')", "", "fold by model",
            "Fold the requests by model", _PALETTE, after_g="m"),
    Command("fold-source", Place.REQUESTS, "fold_by('source')", "", "fold by source",
            "Fold the requests by who asked", _PALETTE, after_g="s"),
    Command("fold-nothing", Place.REQUESTS, "fold_by('')", "", "unfold all",
            "One row a request", _PALETTE, after_g="n"),
    Command("fold", Place.SESSION, "fold", "left h", "fold", "Fold, or go to what it is part of"),
    Command("unfold", Place.SESSION, "unfold", "right l", "unfold", "Unfold"),
    Command("fold-all", Place.SESSION, "fold_all", "z", "fold all",
            "Fold or unfold all turns", _PALETTE),
    Command("raw", Place.DETAILED, "records", "r", "raw",
            "The raw OTLP records behind the row", _BOTH),
    Command("detail-up", Place.DETAILED, "scroll_detail(-3)", "K shift+up", "detail up",
            "Scroll the details up"),
    Command("detail-down", Place.DETAILED, "scroll_detail(3)", "J shift+down", "detail down",
            "Scroll the details down"),

    Command("text-up", Place.TEXT, "scroll_text(-1)", "up k", "up", "One line up", _FOOTER),
    Command("text-down", Place.TEXT, "scroll_text(1)", "down j", "down", "One line down", _FOOTER),
    Command("text-page-up", Place.TEXT, "page_text(-1)", "pageup ctrl+b ctrl+u", "page up",
            "One page up"),
    Command("text-page-down", Place.TEXT, "page_text(1)", "pagedown ctrl+f ctrl+d", "page down",
            "One page down"),
    Command("text-start", Place.TEXT, "start_of_text", "home g", "start", "To the start"),
    Command("text-end", Place.TEXT, "end_of_text", "end G", "end", "To the end"),

    Command("play", Place.REPLAY, "play", "space", "play", "Play or pause", _FOOTER),
    Command("next-event", Place.REPLAY, "play_step('event', 1)", "full_stop", "step",
            "Pause at the next event", _FOOTER),
    Command("previous-event", Place.REPLAY, "play_step('event', -1)", "comma", "step back",
            "Pause at the event before"),
    Command("next-turn", Place.REPLAY, "play_step('turn', 1)", "right_curly_bracket",
            "next turn", "Pause at the next turn"),
    Command("previous-turn", Place.REPLAY, "play_step('turn', -1)", "left_curly_bracket",
            "previous turn", "Pause at the turn before"),
    Command("next-trouble", Place.REPLAY, "play_step('trouble', 1)", "right_square_bracket",
            "next trouble", "Pause at what next goes wrong"),
    Command("previous-trouble", Place.REPLAY, "play_step('trouble', -1)", "left_square_bracket",
            "previous trouble", "Pause at what went wrong before"),
    Command("minute-on", Place.REPLAY, "play_skip(60)", "right_parenthesis", "minute on",
            "A minute forward"),
    Command("minute-back", Place.REPLAY, "play_skip(-60)", "left_parenthesis", "minute back",
            "A minute back"),
    Command("faster", Place.REPLAY, "play_speed(1)", "greater_than_sign", "faster",
            "Play faster, to ×1000"),
    Command("slower", Place.REPLAY, "play_speed(-1)", "less_than_sign", "slower",
            "Play slower, to ×0.25"),
    Command("seek", Place.REPLAY, "play_from", "at", "time",
            "Go to a time: 14:03, +30m, -10s, 50%", _FOOTER),

    Command("back", Place.EVERYWHERE, "back", "escape backspace", "back",
            "Back to where you came from", _BOTH),
    Command("sessions", Place.EVERYWHERE, "sessions", "1", "sessions",
            "The list of sessions", _PALETTE),
    Command("session", Place.EVERYWHERE, "session", "2", "session",
            "The session that was open last, else the highlighted one", _PALETTE),
    Command("permissions", Place.EVERYWHERE, "overview('permissions')", "3", "permissions",
            "Who allowed what, over all sessions", _PALETTE),
    Command("mcp", Place.EVERYWHERE, "overview('mcp')", "4", "MCP servers",
            "MCP servers: connections, calls, failures", _PALETTE),
    Command("trouble", Place.EVERYWHERE, "overview('trouble')", "6", "trouble",
            "What went wrong, newest first", _PALETTE),
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


def chords(place: Place) -> dict[str, Command]:
    """Return the commands of one place that are run by a key after ``g``, by that key."""
    return {
        command.after_g: command
        for command in COMMANDS
        if command.place is place and command.after_g
    }

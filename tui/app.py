"""The application: its screens, its themes, and how it ends."""

import os
import sys
import time
import traceback
from collections.abc import Callable

from rich.text import Text
from textual import events
from textual.screen import Screen
from textual.scrollbar import ScrollBar

from store.domain import RawRecord
from store.queries.burn import Budgets
from tui.commands import Place, bindings
from tui.feed import LOCAL_INTERVAL_S, REMOTE_INTERVAL_S, Feed, RecorderChanged, StoreChanged
from tui.lifeline import Lifeline
from tui.marks import choose_marks
from tui.palette import VerbProvider
from tui.playback import Playback
from tui.present.lines import Line
from tui.replay_actions import ReplayActions
from tui.safe_text import safe_text
from tui.screens.asked import Goal, GroupsAsked, LedgerAsked, SessionAsked
from tui.screens.chrome import ChromeScreen, Setting
from tui.screens.mcp import McpScreen
from tui.screens.permission_groups import PermissionGroupsScreen
from tui.screens.permissions import PermissionsScreen
from tui.screens.session import SessionScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.text import HelpScreen
from tui.screens.too_small import TooSmallScreen, is_too_small
from tui.screens.trouble import TroubleScreen
from tui.source import Reception, Source
from tui.spending import BudgetCrossed, Spending
from tui.theme import DARK, LIGHT
from tui.widgets.scrollbar import WholeCells

_CLIPBOARD_LIMIT = 100_000
"""Characters; terminals drop or stall on more."""
_BUDGET_NOTICE_S = 30


class SessionscopeApp(ReplayActions):
    """Shows the sessions of a store, live."""

    TITLE = "sessionscope"
    CSS_PATH = "app.tcss"
    BINDINGS = [*bindings(Place.EVERYWHERE), *bindings(Place.REPLAY)]
    COMMANDS = {VerbProvider}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        source: Source,
        *,
        explain: Callable[[RawRecord], str],
        ascii_only: bool = False,
        mouse: bool | None = None,
        clock: Callable[[], int] = time.time_ns,
        playback: Playback | None = None,
        spending: Spending | None = None,
    ) -> None:
        """Show ``source``; ``explain`` puts a raw record into words.

        ``mouse`` is on by default but over SSH, where every movement would be sent. ``clock``
        returns nanoseconds since the Unix epoch; ``playback`` is what plays into the store;
        ``spending`` knows the budgets.
        """
        is_remote = bool(os.environ.get("SSH_CONNECTION"))
        marks = choose_marks(os.environ, encoding=_encoding(), ascii_only=ascii_only)
        super().__init__(playback)
        ScrollBar.renderer = WholeCells
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self._setting = Setting(source, marks, clock, lambda: self._reception, playback)
        self._explain = explain
        self.has_mouse = not is_remote if mouse is None else mouse
        self._reception = Reception(is_known=False)
        self._feed = Feed(
            source,
            self.post_message,
            clock=clock,
            interval_s=REMOTE_INTERVAL_S if is_remote else LOCAL_INTERVAL_S,
            spending=spending or Spending(Budgets(), list),
        )
        self._lifeline = Lifeline(self)
        self._last_session: str | None = None
        self.install_screen(PermissionsScreen(self._setting, explain=explain), "permissions")
        self.install_screen(McpScreen(self._setting, explain=explain), "mcp")
        self.install_screen(TroubleScreen(self._setting, explain=explain), "trouble")

    @property
    def reception(self) -> Reception:
        """How the recorder is, as far as is known."""
        return self._reception

    def show(self) -> int:
        """Take the terminal until the person leaves; return the process's exit code."""
        self._lifeline.start()
        try:
            self.run(mouse=self.has_mouse)
        finally:
            self._lifeline.release()
        return self.return_code or 0

    def get_default_screen(self) -> Screen[None]:
        return SessionsScreen(self._setting)

    def on_mount(self) -> None:
        self._lifeline.attach()
        self._feed.start()

    def on_unmount(self) -> None:
        self._feed.stop()

    def on_store_changed(self, _message: StoreChanged) -> None:
        if isinstance(self.screen, ChromeScreen):
            self.screen.store_changed()

    def on_recorder_changed(self, message: RecorderChanged) -> None:
        self._reception = message.reception
        for screen in self.screen_stack:
            if isinstance(screen, ChromeScreen):
                screen.reception_changed()

    def on_budget_crossed(self, message: BudgetCrossed) -> None:
        self.notify(
            safe_text(message.text), severity="warning", timeout=_BUDGET_NOTICE_S, markup=False
        )

    def on_resize(self, event: events.Resize) -> None:
        is_shown = isinstance(self.screen, TooSmallScreen)
        if is_too_small(event.size) and not is_shown:
            self.push_screen(TooSmallScreen())
        elif is_shown and not is_too_small(event.size):
            self.pop_screen()

    def on_session_asked(self, message: SessionAsked) -> None:
        self._open_session(message.session_id, message.goal)

    def on_ledger_asked(self, message: LedgerAsked) -> None:
        self.action_overview("permissions")
        screen = self.screen
        if isinstance(screen, PermissionsScreen):
            screen.filter_by(message.where)

    def on_groups_asked(self, message: GroupsAsked) -> None:
        self.action_overview("permissions")
        groups = PermissionGroupsScreen(self._setting, message.grouping, explain=self._explain)
        self.push_screen(groups)
        groups.filter_by(message.where)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back":
            return len(self.screen_stack) > 1
        return super().check_action(action, parameters)

    async def action_back(self) -> None:
        await self.pop_screen()

    def action_sessions(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_session(self) -> None:
        base = self.screen_stack[0]
        highlighted = base.highlighted_id if isinstance(base, SessionsScreen) else None
        if session_id := self._last_session or highlighted:
            self.action_sessions()
            self._open_session(session_id, None)

    def action_overview(self, name: str) -> None:
        self.action_sessions()
        self.push_screen(name)

    def _open_session(self, session_id: str, goal: Goal | None) -> None:
        self._last_session = session_id
        origin = self.screen.where()[0] if isinstance(self.screen, ChromeScreen) else "Sessions"
        self.push_screen(
            SessionScreen(
                self._setting, session_id, explain=self._explain, goal=goal, origin=origin
            )
        )

    def action_help(self) -> None:
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            shown = self.screen
            explanation = shown.explanation if isinstance(shown, ChromeScreen) else _unexplained
            self.push_screen(HelpScreen(self._setting, explanation))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what the person has marked, as it is shown."""
        super().copy_to_clipboard(safe_text(text)[:_CLIPBOARD_LIMIT])

    def _fatal_error(self) -> None:
        """Leave with a trace of safe text: Textual's own quotes errors as they are."""
        self.panic(Text(safe_text(traceback.format_exc())))

    def action_switch_theme(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name


def _unexplained(_width: int) -> list[Line]:
    return []


def _encoding() -> str:
    """Return the encoding of what Textual writes to the terminal: that of standard error."""
    return "utf-8" if sys.__stderr__ is None else sys.__stderr__.encoding

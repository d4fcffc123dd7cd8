"""The transcript as a list that folds."""

from collections.abc import Mapping, Sequence

from store.domain import Turn
from store.queries.transcript import Node
from tui.marks import Marks
from tui.present.lines import Line
from tui.present.transcript import Row, node_subject, rows, turn_key
from tui.present.transcript_row import node_line
from tui.widgets.virtual_list import VirtualList

_INDENT = 2


class Transcript(VirtualList[Row]):
    """Turns and what happened in them, folded as the person folds them."""

    def __init__(self, marks: Marks) -> None:
        super().__init__(self._row_line, lambda row: row.key, marks=marks, id="transcript")
        self._turns: tuple[Turn, ...] = ()
        self._nodes_read: Mapping[str, Sequence[Node]] = {}
        self._unfolded: set[str] = set()
        self._listed: Sequence[Row] = ()

    @property
    def unfolded(self) -> frozenset[str]:
        """The keys of all that is unfolded."""
        return frozenset(self._unfolded)

    def show(
        self,
        turns: tuple[Turn, ...],
        nodes: Mapping[str, Sequence[Node]],
        *,
        also_unfold: frozenset[str],
    ) -> None:
        """Show the tree as it is now, with ``also_unfold`` unfolded beside what is."""
        self._turns, self._nodes_read = turns, nodes
        self._unfolded |= also_unfold
        self._lay_out()

    def go_to_subject(self, wanted: str) -> None:
        """Highlight the first row whose raw records are found by ``wanted``, if there is one."""
        for index, row in enumerate(self._listed):
            if node_subject(row.node) == wanted:
                self.go_to(index)
                return

    def toggle(self, key: str) -> bool:
        """Fold or unfold a row; return whether it is one that folds."""
        row = self.highlighted
        if row is None or row.key != key or row.is_open is None:
            return False
        self._unfolded ^= {key}
        self._lay_out()
        return True

    def fold(self) -> None:
        """Fold the highlighted row, or go to what it is part of."""
        row = self.highlighted
        if row is None:
            return
        if row.is_open:
            self.toggle(row.key)
        elif row.parent is not None:
            self.go_to_key(row.parent)

    def unfold(self) -> None:
        """Unfold the highlighted row, or go to the first thing in it."""
        row = self.highlighted
        if row is None or row.is_open is None:
            return
        if row.is_open:
            self.go_to(self.highlight + 1, by_person=True)
        else:
            self.toggle(row.key)

    def fold_all(self) -> None:
        """Fold all turns, or unfold them when all are folded."""
        keys = {turn_key(turn) for turn in self._turns}
        if self._unfolded & keys:
            row = self.highlighted
            if row is not None and row.parent is not None:
                self.go_to_key(row.parent.split("/", 1)[0])
            self._unfolded -= keys
        else:
            self._unfolded |= keys
        self._lay_out()

    def _lay_out(self) -> None:
        self._listed = rows(self._turns, self._nodes_read, self._unfolded)
        self.set_rows(self._listed, offset=0, total=len(self._listed))

    def _row_line(self, _index: int, row: Row, width: int) -> Line:
        return node_line(
            row.node, width, self._marks, depth=row.depth, is_open=row.is_open or False
        )

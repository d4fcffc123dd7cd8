"""An invented history and a live session: what ``sessionscope demo`` and the pictures show.

The story is told in the words of Claude Code's own telemetry and goes through the real doors; the
same moment as *now* always gives the same bytes.
"""

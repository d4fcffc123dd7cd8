"""What is shown, without a terminal: pure functions from the agents' nouns to lines of toned text.

A ``Span`` is the only thing a widget can paint, and its text has passed ``tui.safe_text``; so no
string of telemetry reaches the screen by another way.
"""

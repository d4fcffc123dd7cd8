"""What a person sees: a Textual application over the read models of ``store.queries``.

No SQL, no protobuf. Every telemetry string passes ``tui.safe_text`` before it reaches the
terminal, and none is ever parsed as markup.
"""

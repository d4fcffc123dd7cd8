"""``doctor``: why nothing arrives, and what is wrong with what does.

Each module looks at one thing and returns findings; nothing is changed.
"""

"""Widgets that paint lines; none reads the store or knows another widget."""

"""Markdown articles become feeds that every reader trusts and a digest that survives every mail client."""

__version__ = "0.1.0"

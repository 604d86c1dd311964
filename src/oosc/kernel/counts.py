"""Small counts are withheld, so that nobody can be told from a figure (look §9)."""

from __future__ import annotations


def withheld(count: int, below: int) -> bool:
    """True when a count is so small that it could point at a child. Zero says nothing."""
    return 0 < count < below

"""Keys of records as they stand in addresses and forms."""

from __future__ import annotations

from uuid import UUID


def key_in(text: str) -> UUID | None:
    """The key that a text is, or none: what stands in an address may be anything."""
    try:
        return UUID(text)
    except ValueError:
        return None

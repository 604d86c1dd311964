"""What an encrypted column hands out: ciphertext that knows where it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from oosc.vault import cipher


@dataclass(frozen=True, slots=True)
class Sealed:
    """A stored value before it is decrypted; as text it refuses, so that it cannot leak as such.

    An instance opens it on first access. From `values()` and `values_list()` it comes out as it
    is, and `sealed.open(pk)` decrypts it.
    """

    data: bytes
    label: str
    pk: object = None

    def open(self, pk: object = None) -> str:
        """Raises Tampered where this is not what was stored in that row."""
        return cipher.decrypt(self.data, self.label, pk if self.pk is None else self.pk).decode()

    def bound_to(self, pk: object) -> Sealed:
        """Remember the row it was read from: a copy under another key is encrypted anew."""
        return Sealed(self.data, self.label, pk)

    def __repr__(self) -> str:
        return f"<Sealed {self.label}>"

    def __str__(self) -> NoReturn:
        raise TypeError(f"{self.label} is encrypted here; decrypt it with .open(pk).")

    __format__ = __str__  # type: ignore[assignment]  # refuses with or without a format
    __bytes__ = __str__


@dataclass(frozen=True, slots=True)
class Ready:
    """Holds a sealed value in an instance that is saved raw, for which no `pre_save` is called."""

    sealed: Sealed | None

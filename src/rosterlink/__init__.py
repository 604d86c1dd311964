"""名册比对: find the children of school age who are on no school's roll.

    tables = rosterlink.assign_row_ids([rosterlink.read(path, layout) for …])
    result = rosterlink.reconcile(rosters, on=date(2026, 9, 1))
    result.out_of_school

A library: no web, no settings, no clock, no network. Names are loaded when they are first used, so
that `import rosterlink` and `rosterlink --help` are quick.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rosterlink.changes import compare
    from rosterlink.reading import LAYOUTS, assign_row_ids, read
    from rosterlink.reconcile import Reconciliation, reconcile
    from rosterlink.school_age import is_school_age
    from rosterlink.synthetic import make

__all__ = [
    "LAYOUTS",
    "Reconciliation",
    "assign_row_ids",
    "compare",
    "is_school_age",
    "make",
    "read",
    "reconcile",
]

_HOME = {
    "LAYOUTS": "reading",
    "Reconciliation": "reconcile",
    "assign_row_ids": "reading",
    "compare": "changes",
    "is_school_age": "school_age",
    "make": "synthetic",
    "read": "reading",
    "reconcile": "reconcile",
}


class _Package(ModuleType):
    """Looks a public name up where it lives.

    `__getattr__` would not do: once the module `rosterlink.reconcile` is loaded, it stands where
    callers expect the function of that name.
    """

    def __getattribute__(self, name: str) -> Any:  # Any: whatever the name stands for
        if name in _HOME:
            return getattr(import_module(f"rosterlink.{_HOME[name]}"), name)
        return super().__getattribute__(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package

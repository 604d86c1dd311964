"""Forms in our look: controls get their class, wrong ones say so to readers."""

from __future__ import annotations

from typing import Any

from django import forms


class LookMixin:
    """Gives every control of a form the class and the marks of `look/`."""

    fields: dict[str, forms.Field]
    is_bound: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: handed on to Django's form
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "form-check-input")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            elif not isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
                widget.attrs.setdefault("class", "form-control")
            if isinstance(widget, forms.DateInput):
                widget.input_type = "date"
                widget.format = "%Y-%m-%d"


class Form(LookMixin, forms.Form):
    """A plain form in our look. Raises nothing; errors stand beside the fields."""

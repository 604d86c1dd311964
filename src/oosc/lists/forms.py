"""Forms in our look: controls get their class, wrong ones say so to readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django import forms


class LookMixin:
    """Gives every control of a form the class and the marks of `look/`."""

    fields: dict[str, forms.Field]
    is_bound: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: handed on to Django's form
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _asks_for(widget)
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "form-check-input")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            elif not isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
                widget.attrs.setdefault("class", "form-control")
            if isinstance(widget, forms.DateInput):
                widget.input_type = "date"
                widget.format = "%Y-%m-%d"


def _asks_for(widget: forms.Widget) -> str:
    """What to do where a field was left empty, said beside it."""
    if isinstance(widget, forms.FileInput):
        return "请选文件。"
    chosen = (forms.CheckboxInput, forms.Select, forms.RadioSelect)
    return "请选一项。" if isinstance(widget, chosen) else "请填写，不能空着。"


class Form(LookMixin, forms.Form):
    """A plain form in our look. Raises nothing; errors stand beside the fields."""


class VersionedForm(Form):
    """A form over a record that several officers may change: it carries the version they opened.

    An action given that version raises `ChangedMeanwhile` where the record has another by now.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    # Column and what stands there now, where somebody else was quicker; see lists/_overtaken.html.
    changes: list[tuple[str, str]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: handed on to Django's form
        super().__init__(*args, **kwargs)
        self.fields["version"].error_messages["invalid"] = "页面已旧，请刷新后再填。"

    def overtaken(self, *, version: int, now: Mapping[str, object]) -> Self:
        """Keep what was typed, under what somebody else has just saved."""
        typed = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        typed["version"] = str(version)
        self.data = typed
        self.changes = [
            (str(self.fields[name].label), str(value or "空"))
            for name, value in now.items()
            if str(value or "") != str(typed.get(name, ""))
        ]
        return self


PURPOSES = [
    ("核查就学情况", "核查就学情况"),
    ("核对信息", "核对信息"),
    ("存档备查", "存档备查"),
    ("报送上级", "报送上级"),
    ("反馈社区、学校", "反馈社区、学校"),
    ("会议研究", "会议研究"),
]


FORMS = [("xlsx", "Excel"), ("sheet", "打印页")]


class ExportForm(forms.Form):
    """For what a list leaves the platform, and in which form."""

    purpose = forms.ChoiceField(label="用途", choices=PURPOSES)
    form = forms.ChoiceField(choices=FORMS)

    def __init__(self, *args: Any, with_pdf: bool = False, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        form = self.fields["form"]
        assert isinstance(form, forms.ChoiceField)  # declared so above
        if with_pdf:
            form.choices = [*FORMS, ("pdf", "PDF")]

"""What officers enter: a value with its ground, a year's rest days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oosc.kernel.refusal import Refused
from oosc.lists.forms import VersionedForm
from oosc.parameters import rules
from oosc.parameters.definitions import Definition
from oosc.parameters.rules import NamedDay


class ParameterForm(VersionedForm):
    value = forms.CharField(label="新的值", max_length=40)
    effective_from = forms.DateField(
        label="生效日期",
        widget=forms.DateInput,
        help_text="从这一天起算的期限用新值；已经算定的不重算。",
    )
    basis = forms.CharField(
        label="依据", max_length=200, help_text="文件名称和文号，或会议决定。", min_length=4
    )

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:  # Any: Django's
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.fields["value"].help_text = f"单位：{definition.unit.label}"

    def clean_value(self) -> str:
        try:
            return self.definition.read(self.cleaned_data["value"])
        except Refused as no:
            raise ValidationError(str(no)) from no


class YearForm(VersionedForm):
    text = forms.CharField(
        label="放假和调休安排",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="可整段粘贴国务院办公厅通知的正文；也可一行一天，写日期、放假或上班、名称。",
    )

    def __init__(self, year: int, *args: Any, **kwargs: Any) -> None:  # Any: Django's
        super().__init__(*args, **kwargs)
        self.year = year

    def clean_text(self) -> dict[date, NamedDay]:
        try:
            return rules.read_year(self.cleaned_data["text"], self.year)
        except Refused as no:
            raise ValidationError(str(no)) from no

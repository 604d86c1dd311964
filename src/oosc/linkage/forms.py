"""The form that begins a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from oosc.lists.forms import Form
from oosc.rosters.models import Roster


class StartForm(Form):
    on = forms.DateField(label="判定日", widget=forms.DateInput, help_text="按这一天算学年和学龄。")
    rosters = forms.ModelMultipleChoiceField(
        Roster.objects.none(), label="用哪些花名册", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rosters: Sequence[Roster], **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        keys = [roster.pk for roster in rosters]
        self.fields["rosters"].queryset = Roster.objects.filter(pk__in=keys)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.initial.setdefault("rosters", keys)

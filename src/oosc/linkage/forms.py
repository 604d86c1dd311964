"""The form that begins a comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from oosc.kernel.refusal import Refused
from oosc.linkage import actions
from oosc.lists.forms import Form
from oosc.rosters.models import Roster


class StartForm(Form):
    on = forms.DateField(label="判定日", widget=forms.DateInput, help_text="按这一天算学年和学龄。")
    rosters = forms.ModelMultipleChoiceField(
        Roster.objects.none(), label="用哪些花名册", widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, latest: Sequence[Roster], earlier: Sequence[Roster], **kwargs: Any
    ) -> None:  # Any: as Django's
        super().__init__(*args, **kwargs)
        self._latest = {roster.pk for roster in latest}
        offered = Roster.objects.filter(pk__in=[roster.pk for roster in (*latest, *earlier)])
        ordered = offered.with_places().order_by("kind", "sender__name", "-as_of", "-received_at")
        self.fields["rosters"].queryset = ordered  # type: ignore[attr-defined]  # a ModelChoiceField
        self.initial.setdefault("rosters", list(self._latest))

    def clean_rosters(self) -> Collection[Roster]:
        chosen: Collection[Roster] = self.cleaned_data["rosters"]
        try:
            actions.check_rosters(chosen)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return chosen

    @property
    def latest(self) -> list[Any]:  # Any: Django's BoundWidget, one a roster
        return [box for box in self["rosters"] if _roster_of(box).pk in self._latest]

    @property
    def earlier(self) -> list[Any]:  # Any: as above
        return [box for box in self["rosters"] if _roster_of(box).pk not in self._latest]

    @property
    def uses_earlier(self) -> bool:
        return any(box.data["selected"] for box in self.earlier)


def _roster_of(box: Any) -> Roster:  # Any: as above
    found: Roster = box.data["value"].instance
    return found

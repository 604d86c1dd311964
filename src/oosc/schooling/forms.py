"""Forms of the school years and their rosters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.children.rules import clean_number
from oosc.lists.forms import Form
from oosc.members.acting import Acting
from oosc.places.models import Region, School
from oosc.schooling import queries, rules
from oosc.schooling.models import SealedRoster
from oosc.schooling.states import BY_HAND, ON_LEAVE, WITH_STUDENT_NUMBER, RosterKind, Status


class SealForm(Form):
    kind = forms.ChoiceField(
        label="名册",
        choices=[(k.value, k.label) for k in RosterKind if k is not RosterKind.SUSPECTED],
    )
    school_year = forms.ChoiceField(label="学年")
    region = forms.ChoiceField(label="范围")

    def __init__(
        self, *args: Any, by: Acting, years: list[str], **kwargs: Any
    ) -> None:  # Any: as Django's
        super().__init__(*args, **kwargs)
        year, region = self.fields["school_year"], self.fields["region"]
        assert isinstance(year, forms.ChoiceField)  # declared so above
        assert isinstance(region, forms.ChoiceField)  # likewise
        year.choices = [(one, one.replace("-", "—")) for one in years]
        reach = policy.within_reach(by, Permission.SCHOOLING_SEAL, regions=["code"])
        offered = Region.objects.filter(reach, ended_on=None, level__gte=9)
        region.choices = [(str(pk), name) for pk, name in offered.values_list("pk", "name")]

    def clean_region(self) -> Region:
        return Region.objects.get(pk=self.cleaned_data["region"])

    def clean_kind(self) -> RosterKind:
        return RosterKind(self.cleaned_data["kind"])


class CorrectSealedForm(Form):
    row = forms.IntegerField(label="序号", min_value=1)
    column = forms.ChoiceField(label="栏目")
    now = forms.CharField(label="更正为", max_length=120, required=False)
    why = forms.CharField(label="更正理由", max_length=200)

    def __init__(self, *args: Any, roster: SealedRoster, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        column = self.fields["column"]
        assert isinstance(column, forms.ChoiceField)  # declared so above
        column.choices = [
            (one.key, one.heading)
            for one in queries.columns_of(roster)
            if one.key not in rules.FIXED
        ]


class StatusForm(Form):
    """How a child is schooled, as the school or the education centre knows it."""

    school_year = forms.ChoiceField(label="学年")
    # What a visit or a case decides is not chosen from a list here.
    status = forms.ChoiceField(
        label="就学状态", choices=[(s.value, s.label) for s in Status if s in BY_HAND]
    )
    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.TypedChoiceField(
        label="年级",
        choices=[("", "不详"), *((n, name) for n, name in enumerate("一二三四五六七八九", 1))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    student_no = forms.CharField(
        label="全国学籍号",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    on = forms.DateField(label="自哪天起", widget=forms.DateInput())
    until = forms.DateField(
        label="期满日期", required=False, widget=forms.DateInput(), help_text="休学、缓学必填。"
    )
    evidence = forms.CharField(
        label="依据",
        max_length=200,
        help_text="休学、缓学写批准文号，转学写转学申请单号，在校无学籍写学校证明，"
        "辖区外写就读证明或查询日期，送教写专委会结论编号。",
    )

    def __init__(
        self,
        *args: Any,
        years: list[str],
        schools: list[tuple[str, str]],
        has_student_number: bool,
        **kwargs: Any,
    ) -> None:  # Any: as Django's
        super().__init__(*args, **kwargs)
        year, school = self.fields["school_year"], self.fields["school"]
        assert isinstance(year, forms.ChoiceField)  # declared so above
        assert isinstance(school, forms.ChoiceField)  # likewise
        year.choices = [(one, one.replace("-", "—")) for one in years]
        school.choices = [("", "不在辖区内学校，或没有"), *schools]
        self.has_student_number = has_student_number
        self.fields["student_no"].help_text = (
            "登记册里已有，不用再填。" if has_student_number else "在读的、送教的必填，19 位。"
        )

    def clean_school(self) -> School | None:
        key = self.cleaned_data["school"]
        return School.objects.get(pk=UUID(key)) if key else None

    def clean_student_no(self) -> str:
        number = clean_number(self.cleaned_data["student_no"])
        if number and not rules.is_student_number(number):
            raise forms.ValidationError("学籍号是 19 位：G、J 或 L 加 18 位，请按学籍系统核对。")
        return number

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean() or self.cleaned_data
        status = data.get("status")
        if status in ON_LEAVE and not data.get("until"):
            self.add_error("until", "休学、缓学请填期满日期，期满前会列在待办里。")
        if data.get("until") and data.get("on") and data["until"] < data["on"]:
            self.add_error("until", "期满日期不能早于开始日期。")
        without = "student_no" in data and not (data["student_no"] or self.has_student_number)
        if status in WITH_STUDENT_NUMBER and without:
            self.add_error("student_no", "请填学籍号；还没有的，就学状态选“在校无学籍”。")
        return data

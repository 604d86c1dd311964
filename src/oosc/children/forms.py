"""Forms of the register."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from oosc.access import policy
from oosc.access.policy import Level, Permission, Reach
from oosc.children import queries, rules
from oosc.children.facts import ChildFacts, GuardianFacts, PlaceFacts
from oosc.children.models import Child
from oosc.children.queries import Difference
from oosc.children.states import IdType, Kind, PlaceKind, Purpose, Relation
from oosc.children.tasks_cover import Task
from oosc.lists.forms import Form, VersionedForm
from oosc.members.acting import Acting
from oosc.places.models import Region
from oosc.places.queries import atlas

GRADES = [(str(n), name) for n, name in enumerate("一二三四五六七八九", start=1)]
NOT_CHOSEN = ("", "请选择")
OUTSIDE = ("outside", "辖区外")
TAKEN = "登记册里已有用这个证件号的儿童，请先查找；查不到的，请联系教育中心。"
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}|[0-9]{7,8}")


def communities_of(by: Acting, permission: Permission) -> list[tuple[str, str]]:
    """The communities within reach, as choices."""
    here = atlas().regions
    return [p.choice for p in here if p.is_community and policy.allows(by, permission, p)]


def schools_of(by: Acting, permission: Permission) -> list[tuple[str, str]]:
    """One's own school, or the schools of the subdistrict around one's region."""
    code = (by.region_code or "")[: rules.SUBDISTRICT_DIGITS]
    reaches = policy.reaches(by, permission)
    own = by.school_id if Reach.OWN_SCHOOL in reaches else None
    around = atlas().schools_in(code) if Reach.OWN_REGION in reaches else []
    found = around or [p for p in atlas().schools if p.key == own]
    return [place.choice for place in found if place.ended_on is None]


def _uuid(value: str) -> UUID | None:
    return UUID(value) if value else None


def read_phone(text: str) -> str:
    phone = re.sub(r"[\s\-—()（）]", "", unicodedata.normalize("NFKC", text))
    if phone and not _PHONE.fullmatch(phone):
        raise ValidationError("电话请填 11 位手机号，或带区号的座机号。")
    return phone


class PersonForm(Form):
    """What is kept of a child and of its main guardian; the base of two forms."""

    name = forms.CharField(label="姓名", max_length=50)
    former_name = forms.CharField(label="曾用名", max_length=50, required=False)
    sex = forms.ChoiceField(label="性别", choices=[NOT_CHOSEN, ("男", "男"), ("女", "女")])
    birth_date = forms.DateField(label="出生日期", required=False, widget=forms.DateInput())
    id_type = forms.ChoiceField(label="证件类型", choices=IdType.choices)
    id_no = forms.CharField(label="证件号", max_length=40, required=False)
    ethnicity = forms.CharField(label="民族", max_length=20, required=False)
    student_no = forms.CharField(label="全国学籍号", max_length=40, required=False)
    guardian_name = forms.CharField(label="监护人姓名", max_length=50, required=False)
    guardian_relation = forms.ChoiceField(
        label="与儿童关系", choices=[NOT_CHOSEN, *Relation.choices], required=False
    )
    guardian_phone = forms.CharField(label="监护人电话", max_length=30, required=False)
    guardian_id_no = forms.CharField(label="监护人证件号", max_length=40, required=False)

    def clean_name(self) -> str:
        return rules.clean_name(self.cleaned_data["name"])

    def clean_id_no(self) -> str:
        return rules.clean_number(self.cleaned_data["id_no"])

    def clean_student_no(self) -> str:
        return rules.clean_number(self.cleaned_data["student_no"])

    def clean_guardian_id_no(self) -> str:
        return rules.clean_number(self.cleaned_data["guardian_id_no"])

    def clean_guardian_phone(self) -> str:
        return read_phone(self.cleaned_data["guardian_phone"])

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean() or self.cleaned_data
        if data.get("id_type") == IdType.IDENTITY_CARD and data.get("id_no"):
            problem = rules.problem_of_number(
                data["id_no"], data.get("birth_date"), data.get("sex", "")
            )
            if problem:
                self.add_error("id_no", problem)
        if not data.get("guardian_name") and (
            data.get("guardian_phone") or data.get("guardian_id_no")
        ):
            self.add_error("guardian_name", "填了监护人电话或证件号，也要填监护人姓名。")
        return data

    def _facts(self, *, empty: str | None, places: tuple[PlaceFacts, ...] = ()) -> ChildFacts:
        """What was entered. `empty` stands for a number that was left empty."""
        data = self.cleaned_data
        guardian = GuardianFacts(
            name=data["guardian_name"],
            relation=data["guardian_relation"],
            id_no=data["guardian_id_no"] or empty,
            phone=data["guardian_phone"] or empty,
        )
        return ChildFacts(
            name=data["name"],
            sex=data["sex"],
            birth_date=data["birth_date"],
            former_name=data["former_name"],
            id_type=data["id_type"],
            id_no=data["id_no"] or empty,
            ethnicity=data["ethnicity"],
            student_no=data["student_no"] or empty,
            guardian=guardian if data["guardian_name"] else None,
            places=places,
        )


class RegisterForm(PersonForm):
    """A child whom no roster knows (SQ-2a)."""

    residence = forms.ChoiceField(label="现住社区")
    residence_address = forms.CharField(label="现住址", max_length=120, required=False)
    hukou = forms.ChoiceField(label="户籍社区", required=False)
    school = forms.ChoiceField(label="就读学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=[NOT_CHOSEN, *GRADES], required=False)
    class_name = forms.CharField(label="班级", max_length=20, required=False)
    confirmed_new = forms.BooleanField(label="已核对，确认不是同一人", required=False)

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        self.by = by
        self.alike: list[Child] = []  # records of the same name and birth date, within reach
        mine = communities_of(by, Permission.CHILD_REGISTER)
        one = len(mine) == 1
        self._offer("residence", mine if one else [NOT_CHOSEN, *mine])
        self._offer("hukou", [("", "辖区外"), *mine])
        self._offer(
            "school", [("", "没有上学，或不清楚"), *schools_of(by, Permission.CHILD_REGISTER)]
        )
        self.fields["birth_date"].help_text = "没有证件号时必填，据此判断是否适龄。"
        self.fields["residence_address"].help_text = "写到门牌，入户时要用。"

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # all three are declared so above
        field.choices = choices

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean()
        if self.errors:
            return data
        if not data["id_no"] and not data["birth_date"]:
            self.add_error("birth_date", "证件号和出生日期至少填一项。")
        elif data["id_no"] and queries.has_number(data["id_no"]):
            self.add_error("id_no", TAKEN)
        elif not data["confirmed_new"] and queries.is_like_another(
            data["name"], data["birth_date"]
        ):
            self.alike = queries.alike(data["name"], data["birth_date"], by=self.by)
            self.add_error("confirmed_new", "登记册里已有同名、同出生日期的儿童，请先核对。")
        return data

    def facts(self) -> ChildFacts:
        data = self.cleaned_data
        places = [
            PlaceFacts(
                PlaceKind.RESIDENCE,
                region_id=_uuid(data["residence"]),
                address=data["residence_address"],
            )
        ]
        if data["hukou"]:
            places.append(PlaceFacts(PlaceKind.HUKOU, region_id=_uuid(data["hukou"])))
        if data["school"]:
            places.append(
                PlaceFacts(
                    PlaceKind.SCHOOL,
                    school_id=_uuid(data["school"]),
                    grade=int(data["grade"]) if data["grade"] else None,
                    class_name=data["class_name"],
                )
            )
        return self._facts(empty="", places=tuple(places))


class CorrectForm(PersonForm):
    """Corrections. Numbers stand masked: who leaves them empty leaves them as they are."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        self.child = child
        for name in ("id_no", "student_no", "guardian_phone", "guardian_id_no"):
            self.fields[name].help_text = "已有的不显示；不改就留空。"

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean()
        number = data.get("id_no")
        if number and queries.has_number(number, but=self.child):
            self.add_error("id_no", TAKEN)
        if not self.errors and not data["birth_date"] and not (number or self.child.id_no_head):
            self.add_error("birth_date", "证件号和出生日期至少填一项。")
        return data

    def facts(self) -> ChildFacts:
        return self._facts(empty=None)


def initial_of(child: Child) -> dict[str, object]:
    """What the form of corrections starts with: nothing that stands masked on the page."""
    guardian = child.guardians.filter(is_main=True).first()
    plain = ("name", "former_name", "sex", "birth_date", "id_type", "ethnicity", "version")
    return {name: getattr(child, name) for name in plain} | {
        "guardian_name": guardian.name if guardian else "",
        "guardian_relation": guardian.relation if guardian else "",
    }


class PlaceForm(VersionedForm):
    """Where a child lies from a day on."""

    kind = forms.ChoiceField(label="类别", choices=[NOT_CHOSEN, *PlaceKind.choices])
    region = forms.ChoiceField(label="社区", required=False)
    address = forms.CharField(label="地址", max_length=120, required=False)
    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=[NOT_CHOSEN, *GRADES], required=False)
    class_name = forms.CharField(label="班级", max_length=20, required=False)
    on = forms.DateField(label="自哪天起", widget=forms.DateInput())
    source = forms.CharField(label="依据", max_length=80, required=False)

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        region, school = self.fields["region"], self.fields["school"]
        assert isinstance(region, forms.ChoiceField)  # declared so above
        assert isinstance(school, forms.ChoiceField)  # likewise
        subdistrict = policy.code_range("code", (by.region_code or "")[: rules.SUBDISTRICT_DIGITS])
        around = Region.objects.communities().filter(subdistrict)
        region.choices = [
            NOT_CHOSEN,
            *((str(pk), name) for pk, name in around.values_list("pk", "name")),
            OUTSIDE,
        ]  # fmt: skip
        school.choices = [NOT_CHOSEN, *schools_of(by, Permission.CHILD_EDIT)]

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean() or self.cleaned_data
        is_school = data.get("kind") == PlaceKind.SCHOOL
        if is_school and not data.get("school"):
            self.add_error("school", "类别是“就读”时，请选学校。")
        elif data.get("kind") and not is_school and not data.get("region"):
            self.add_error("region", "请选社区；不在本街道的，选“辖区外”。")
        return data

    def facts(self) -> PlaceFacts:
        data = self.cleaned_data
        kind = PlaceKind(data["kind"])
        if kind is PlaceKind.SCHOOL:
            return PlaceFacts(
                kind,
                school_id=_uuid(data["school"]),
                grade=int(data["grade"]) if data["grade"] else None,
                class_name=data["class_name"],
                source=data["source"],
            )
        region = None if data["region"] == OUTSIDE[0] else _uuid(data["region"])
        return PlaceFacts(kind, region_id=region, address=data["address"], source=data["source"])


class CircumstanceForm(VersionedForm):
    """What may put a child first; only what this post itself keeps."""

    kind = forms.ChoiceField(label="情况")
    source = forms.CharField(label="依据", max_length=80, required=False)

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # declared so above
        field.choices = [
            (kind.value, kind.label)
            for kind in Kind
            if policy.level(by, kind.data_class) is Level.WRITE
        ]


class GuardianForm(VersionedForm):
    """A guardian of a child, added or corrected by hand."""

    name = forms.CharField(label="姓名", max_length=50)
    relation = forms.ChoiceField(label="与儿童关系", choices=[NOT_CHOSEN, *Relation.choices])
    phone = forms.CharField(label="电话", max_length=30, required=False)
    id_no = forms.CharField(label="证件号", max_length=40, required=False)
    is_main = forms.BooleanField(label="作为主要联系人", required=False)

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:  # Any: Django's
        super().__init__(*args, **kwargs)
        self.known = known
        if known:
            del self.fields["is_main"]
            for name in ("phone", "id_no"):
                self.fields[name].help_text = "已有的不显示；不改就留空。"

    def clean_name(self) -> str:
        return rules.clean_name(self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"])

    def clean_id_no(self) -> str:
        return rules.clean_number(self.cleaned_data["id_no"])

    def facts(self) -> GuardianFacts:
        data, empty = self.cleaned_data, None if self.known else ""
        return GuardianFacts(
            data["name"], data["relation"], data["id_no"] or empty, data["phone"] or empty
        )


class MergeForm(Form):
    """For each thing that two records say differently, which of them is right."""

    versions = forms.CharField(widget=forms.HiddenInput())

    def __init__(
        self, *args: Any, between: Sequence[Difference], **kwargs: Any
    ) -> None:  # as above
        super().__init__(*args, **kwargs)
        self.between = between
        for one in between:
            self.fields[one.key] = forms.ChoiceField(
                label=one.label,
                choices=[("kept", one.kept), ("lost", one.lost)],
                initial="lost" if one.take else "kept",
                widget=forms.RadioSelect(),
            )

    def clean_versions(self) -> tuple[int, int]:
        try:
            kept, lost = map(int, self.cleaned_data["versions"].split(","))
        except ValueError:
            raise ValidationError("页面已旧，请刷新后再合并。") from None
        return kept, lost

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[one.key] for one in self.between]

    @property
    def taken(self) -> list[str]:
        """What comes from the record that goes."""
        return [one.key for one in self.between if self.cleaned_data[one.key] == "lost"]


class RevealForm(Form):
    """For what, and for which task, a masked field is opened."""

    purpose = forms.ChoiceField(label="用途", choices=[NOT_CHOSEN, *Purpose.choices])
    task = forms.ChoiceField(label="案件或比对", required=False)

    def __init__(self, *args: Any, tasks: list[Task], **kwargs: Any) -> None:  # as Django's form
        super().__init__(*args, **kwargs)
        task = self.fields["task"]
        assert isinstance(task, forms.ChoiceField)  # declared so above
        if not tasks:
            del self.fields["task"]
            return
        task.required = True
        offered = [(str(one.id), one.label) for one in tasks]
        task.choices = offered if len(tasks) == 1 else [NOT_CHOSEN, *offered]

    @property
    def task_id(self) -> UUID | None:
        return _uuid(self.cleaned_data.get("task", ""))


class RequestForm(Form):
    """申请查看."""

    fields_ = forms.MultipleChoiceField(label="要看的内容", widget=forms.CheckboxSelectMultiple())
    purpose = forms.ChoiceField(label="用途", choices=[NOT_CHOSEN, *Purpose.choices])
    reason = forms.CharField(
        label="说明", max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清为什么需要看，批准人据此决定。",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        offered = self.fields["fields_"]
        assert isinstance(offered, forms.MultipleChoiceField)  # declared so above
        offered.choices = [(field.value, field.label) for field in queries.may_be_asked_for(by)]


class AnswerForm(Form):
    """The head's answer to 申请查看."""

    granted = forms.TypedChoiceField(
        label="答复", choices=[("1", "批准"), ("0", "不批准")], coerce=lambda value: value == "1"
    )
    answer = forms.CharField(label="答复说明", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean() or self.cleaned_data
        if data.get("granted") is False and not data.get("answer"):
            self.add_error("answer", "不批准的，请写明理由。")
        return data

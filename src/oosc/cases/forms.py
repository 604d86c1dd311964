"""The forms of a case. They read what was typed; whether it may be is for rules and actions."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.access.roles import Role
from oosc.cases.actions.reporting import Telling
from oosc.cases.actions.visiting import VisitFacts
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.rules import (
    LEAST_VISITORS,
    SUBDISTRICT_DIGITS,
    Signing,
    is_signed_for,
    names_somebody,
)
from oosc.cases.states import (
    CLOSINGS,
    MUST_BE_TOLD,
    AddressMatch,
    Body,
    Claim,
    Conclusion,
    EvidenceKind,
    Means,
    Met,
    Mode,
    Reason,
    Safety,
    Source,
)
from oosc.lists.forms import Form
from oosc.members.acting import Acting
from oosc.places.models import Region, School
from oosc.schooling.states import Status

MOST_PHOTOS = 9
SIGNATURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos in one field."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:  # as Django's
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(files) > MOST_PHOTOS:
            raise ValidationError(f"一次最多传 {MOST_PHOTOS} 张照片。")
        return [super(PhotosField, self).clean(file, initial) for file in files]


class AssignForm(Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="责任社区", empty_label="请选择")
    school = forms.ModelChoiceField(
        School.objects.none(), label="责任学校", required=False, empty_label="暂无对口学校"
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        within = case.region.code[:SUBDISTRICT_DIGITS]
        communities = Region.objects.below(within).communities()
        schools = School.objects.filter(policy.code_range("region__code", within))
        schools = schools.filter(closed_on=None)
        self.fields["region"].queryset = communities  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]  # as above
        self.initial.setdefault("region", case.region_id)
        self.initial.setdefault("school", case.school_id or case.child.school_id)


class ReassignForm(AssignForm):
    why = forms.CharField(
        label="改派的理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class VisitForm(Form):
    """入户核查表 (W14), for a thumb."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    visited_on = forms.DateField(label="到访日期", widget=forms.DateInput)
    visited_at = forms.TimeField(
        label="时间", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    mode = forms.ChoiceField(
        label="方式", choices=Mode, widget=forms.RadioSelect, initial=Mode.HOME_VISIT
    )
    visitors = forms.CharField(
        label="到访人",
        max_length=120,
    )
    address_match = forms.ChoiceField(
        label="住址与登记", choices=AddressMatch, widget=forms.RadioSelect
    )
    met = forms.ChoiceField(label="见到了谁", choices=Met, widget=forms.RadioSelect)
    child_present = forms.TypedChoiceField(
        label="见到孩子本人",
        choices=[("yes", "见到"), ("no", "没有")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    claim = forms.ChoiceField(label="现在怎么上学", choices=Claim, widget=forms.RadioSelect)
    account = forms.CharField(
        label="他们怎么说",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    place = forms.CharField(label="地点", required=False, max_length=200)
    safety = forms.ChoiceField(
        label="安全筛查",
        choices=Safety,
        widget=forms.RadioSelect,
        help_text="孩子有没有受伤害、被遗弃或被雇做工的迹象。有，就要立即报告。",
    )
    conclusion = forms.ChoiceField(
        label="核查结论",
        choices=Conclusion,
        widget=forms.RadioSelect,
        help_text="结论由人作出，提交后送教育中心。",
    )
    left_on = forms.DateField(
        label="离校日期",
        required=False,
        widget=forms.DateInput,
        help_text="结论是辍学的才填；记不清的，填大概哪一天。",
    )
    photos = PhotosField(
        label="照片和材料",
        required=False,
        help_text="请勿拍孩子的正脸。照片缩小后加密保存。",
        widget=ManyFilesInput(attrs={"accept": "image/*,application/pdf"}),
    )
    signature = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400_000)
    refused_to_sign = forms.BooleanField(label="拒绝签字", required=False)
    witness = forms.CharField(
        label="见证人",
        required=False,
        max_length=60,
        help_text="拒签时在场看到的人，可以是同行的到访人。",
    )
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, least: int = LEAST_VISITORS, **kwargs: Any
    ) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        self.least = least
        self.fields["visitors"].help_text = f"写明全部到访人，用顿号隔开；入户须 {least} 人以上。"

    def clean_visitors(self) -> Sequence[str]:
        return [name for name in re.split(r"[、,，;；\s]+", self.cleaned_data["visitors"]) if name]

    def clean_signature(self) -> bytes:
        found = SIGNATURE.fullmatch(self.cleaned_data["signature"])
        if not found:
            return b""
        try:
            return base64.b64decode(found[1], validate=True)
        except binascii.Error:
            return b""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        place = cleaned.get("longitude"), cleaned.get("latitude")
        if None in place:
            cleaned["longitude"] = cleaned["latitude"] = None
        lacking = self.least - len(set(cleaned.get("visitors", ())))
        if cleaned.get("mode") == Mode.HOME_VISIT and "visitors" in cleaned and lacking > 0:
            missing = "一二三四五六七八九"[lacking - 1]
            self.add_error("visitors", f"还差{missing}人。请加上同行的老师或社区同事。")
        self._check_signing(cleaned)
        if cleaned.get("conclusion") == Conclusion.DROPOUT and not cleaned.get("left_on"):
            self.add_error("left_on", "结论是辍学，请填离校日期；记不清的，填大概哪一天。")
        return cleaned

    def _check_signing(self, cleaned: dict[str, Any]) -> None:  # Any: what a form has read
        visitors = cleaned.get("visitors")
        if cleaned.get("mode") != Mode.HOME_VISIT or visitors is None:
            return
        signing = Signing(
            bool(cleaned.get("signature")),
            bool(cleaned.get("refused_to_sign")),
            cleaned.get("witness") or "",
        )
        if is_signed_for(signing, len(set(visitors))):
            return
        if signing.refused:
            self.add_error("witness", "拒签的，请写明在场的见证人。")
        else:
            self.add_error("signature", "入户核查须有签字。不肯签的，勾选“拒绝签字”。")

    def facts(self) -> VisitFacts:
        read = dict(self.cleaned_data)
        return VisitFacts(
            client_key=read["client_key"],
            visited_on=read["visited_on"],
            visited_at=read["visited_at"],
            mode=Mode(read["mode"]),
            visitors=read["visitors"],
            conclusion=Conclusion(read["conclusion"]),
            left_on=read["left_on"],
            safety=Safety(read["safety"]),
            address_match=read["address_match"],
            place=read["place"],
            met=read["met"],
            child_present=read["child_present"],
            claim=read["claim"],
            account=read["account"],
            photos=[photo.read() for photo in read["photos"]],
            signature=read["signature"],
            refused_to_sign=read["refused_to_sign"],
            witness=read["witness"],
            longitude=read["longitude"],
            latitude=read["latitude"],
        )


# What is put in by hand: photos and signatures come with a visit.
_PAPERS = [
    kind for kind in EvidenceKind if kind not in {EvidenceKind.PHOTO, EvidenceKind.SIGNATURE}
]


class EvidenceForm(Form):
    kind = forms.ChoiceField(
        label="证据种类", choices=[("", "请选择"), *((kind.value, kind.label) for kind in _PAPERS)]
    )
    file = forms.FileField(
        label="文件",
        required=False,
        help_text="照片或 PDF，不超过 10 MB。",
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    number = forms.CharField(
        label="编号", required=False, max_length=60, help_text="学籍号、文号等。"
    )
    note = forms.CharField(label="说明", required=False, max_length=200)


# Offered where a reason leaves open how the child is then schooled.
_CHOSEN = [
    status
    for closing in CLOSINGS.values()
    if len(closing.statuses) > 1
    for status in closing.statuses
]


class RuleOutForm(Form):
    reason = forms.ChoiceField(
        label="排除理由",
        choices=[
            ("", "请选择"),
            *(
                (closing.reason.value, closing.reason.label)
                for closing in CLOSINGS.values()
                if closing.from_verifying and closing.reason is not Reason.WITHDRAWN
            ),
        ],
    )
    status = forms.ChoiceField(
        label="此后就学状态",
        required=False,
        choices=[("", "按理由"), *((status, Status(status).label) for status in _CHOSEN)],
        help_text="只有特殊教育安置、户籍迁出和专门学校的要选。",
    )
    since = forms.DateField(label="批准自", required=False, widget=forms.DateInput)
    until = forms.DateField(
        label="批准至", required=False, widget=forms.DateInput, help_text="缓学、休学的必填。"
    )
    words = forms.CharField(
        label="说明", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:  # as Django's
        cleaned = super().clean() or {}
        closing = CLOSINGS.get(cleaned.get("reason", ""))
        if closing and len(closing.statuses) > 1 and cleaned["status"] not in closing.statuses:
            offered = "、".join(str(Status(one).label) for one in closing.statuses)
            self.add_error("status", f"请选这个孩子此后的就学状态：{offered}。")
        if closing and len(closing.statuses) < 2:
            cleaned["status"] = ""
        return cleaned


class WhyForm(Form):
    why = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


# Where a suspicion that is registered by hand may have come from; the usual one first.
SOURCES = {
    Role.EDU: (Source.PLATFORM, Source.TIP, Source.DEPARTMENT),
    Role.COMM: (Source.COMMUNITY, Source.TIP),
    Role.SCHOOL: (Source.ABSENCE, Source.TIP),
}


class RaiseForm(Form):
    """登记疑似 by hand: from where it was heard, and what."""

    source = forms.ChoiceField(label="来源", widget=forms.RadioSelect)
    why = forms.CharField(
        label="发现的情况", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        offered = SOURCES[Role(by.role)]
        self.fields["source"].choices = [(one.value, one.label) for one in offered]  # type: ignore[attr-defined]  # a ChoiceField
        if by.role != Role.EDU:  # the centre hears of children from everywhere, and is asked
            self.fields["source"].initial = offered[0].value


class TellingForm(Form):
    """One body that was told (W21): left empty as long as it was not."""

    person = forms.CharField(
        label="接报人",
        required=False,
        max_length=60,
        help_text="姓名、警号或工号。还没有报告的，先空着。",
    )
    means = forms.ChoiceField(label="方式", choices=Means, initial=Means.PHONE, required=False)
    told_at = forms.DateTimeField(
        label="报告时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:  # as Django's
        super().__init__(*args, prefix=body.value, **kwargs)
        self.body = body

    def clean_person(self) -> str:
        person: str = self.cleaned_data["person"].strip()
        if person and not names_somebody(person):
            raise ValidationError("请写明由谁接报：姓名、警号或工号，括号里不要空着。")
        return person

    def clean(self) -> dict[str, Any]:  # as Django's
        cleaned = super().clean() or {}
        if cleaned.get("person") and not cleaned.get("told_at") and "told_at" not in self.errors:
            self.add_error("told_at", "请填什么时候报告的。")
        return cleaned

    def telling(self) -> Telling | None:
        read = self.cleaned_data
        if not read["person"]:
            return None
        means = Means(read["means"] or Means.PHONE)
        return Telling(self.body, read["person"], means, read["told_at"])


class ReportForm(Form):
    """强制报告单 (W21): what was found. Asked once; the bodies told are `TellingForm`s."""

    kind = forms.ChoiceField(label="情形", choices=MandatoryReport.Kind, widget=forms.RadioSelect)
    account = forms.CharField(
        label="发现的情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    measures = forms.CharField(
        label="已采取措施", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def telling_forms(data: Any, told: Sequence[str], now: datetime) -> list[TellingForm]:
    """A form for each body that the law names and nobody has told yet. Any: as Django's data."""
    left = [body for body in MUST_BE_TOLD if body not in set(told)]
    return [TellingForm(data, body=body, initial={"told_at": now}) for body in left]


class AnswerForm(Form):
    body = forms.ChoiceField(label="反馈单位", choices=Body)
    answer = forms.CharField(
        label="反馈内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SealForm(Form):
    """What to seal: the cases of a school year in a community or a subdistrict."""

    school_year = forms.ChoiceField(label="学年")
    region = forms.ModelChoiceField(Region.objects.none(), label="范围", empty_label=None)

    def __init__(
        self, *args: Any, by: Acting, years: Sequence[str], **kwargs: Any
    ) -> None:  # as Django's
        super().__init__(*args, **kwargs)
        within = policy.within_reach(by, Permission.SCHOOLING_SEAL, regions=["code"])
        offered = Region.objects.filter(within, ended_on=None, level__gte=9)
        self.fields["school_year"].choices = [(year, year.replace("-", "—")) for year in years]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["region"].queryset = offered.order_by("code")  # type: ignore[attr-defined]  # a ModelChoiceField

"""Forms of the rosters. A file is looked at before anything is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from oosc.kernel.refusal import Refused
from oosc.lists.forms import Form
from oosc.members.models import Unit
from oosc.rosters import in_clear, mappings, queries, rules
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind
from rosterlink.reading import Unreadable

# A look reads the whole file; where the kind is said, a long one goes to the job at once.
LOOKED_AT_BYTES = 8 * 1024 * 1024
UNSURE = "从文件里看不出是哪种名册。请在“这是什么表”里选定。"


class ReceiveForm(Form):
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx、.xls）、.ods 或 .csv，至多 50 MB。一次交一份。",
        error_messages={
            "required": "请选一个文件。",
            "empty": "文件是空的。请确认选对了文件，重新选择。",
            "invalid": "文件没有传上来。请重新选择文件再提交。",
        },
    )
    kind = forms.ChoiceField(label="这是什么表", required=False)
    sender = forms.ChoiceField(label="报送单位", error_messages={"required": "请选报送单位。"})
    as_of = forms.DateField(
        label="数据时点",
        widget=forms.DateInput,
        help_text="文件从原系统导出的那一天。",
        error_messages={
            "required": "请填文件导出的那一天。",
            "invalid": "请填一个日期，例如 2026-09-01。",
        },
    )

    def __init__(
        self,
        *args: Any,  # Any: handed on to Django's form
        senders: Sequence[Unit],
        today: date,
        supplements: Roster | None = None,
        **kwargs: Any,  # Any: handed on to Django's form
    ) -> None:
        super().__init__(*args, **kwargs)
        self.senders = {str(unit.pk): unit for unit in senders}
        self.today = today
        self.supplements = supplements
        kinds = {kind for unit in senders for kind in mappings.KINDS_OF.get(unit.role, ())}
        self._choices("kind", [("", "由文件判断"), *((k, k.label) for k in Kind if k in kinds)])
        self._choices("sender", [(key, unit.name) for key, unit in self.senders.items()])
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.ods,.csv"
        if supplements:
            for name in ("kind", "sender", "as_of"):
                del self.fields[name]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.error_messages["invalid_choice"] = "请从列出的几项里选一项。"

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        _as_error(rules.check_size, file.size or 0)
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        same = queries.received_as(digest.hexdigest())
        if same:
            raise forms.ValidationError(
                f"这个文件已于 {same.received_on} 收下（{same}），不用再交。"
                "如果内容有改动，请另存后再选。"
            )
        return file

    def clean_as_of(self) -> date:
        as_of: date = self.cleaned_data["as_of"]
        _as_error(rules.check_as_of, as_of, self.today)
        return as_of

    def clean(self) -> dict[str, Any]:  # Any: cleaned data of any field
        data = super().clean() or {}
        if self.supplements:
            data.update(
                kind=self.supplements.kind,
                sender=self.supplements.sender,
                as_of=self.supplements.as_of,
            )
        elif "sender" in data:
            data["sender"] = self.senders[data["sender"]]
        if "file" in data and "sender" in data:
            self._look(data)
        return data

    def _look(self, data: dict[str, Any]) -> None:  # Any: cleaned data of any field
        """Refuse what cannot be read beside the field, and find out the kind where it is left."""
        sender, file = data["sender"], data["file"]
        allowed = mappings.KINDS_OF.get(sender.role, ())
        if data.get("kind") and data["kind"] not in allowed:
            names = "、".join(kind.label for kind in allowed)
            self.add_error("kind", f"{sender.name}报送的是：{names}。请另选。")
            return
        if data.get("kind") and (file.size or 0) > LOOKED_AT_BYTES:
            return
        try:
            guessed, seems = _guess(file, allowed)
        except Unreadable as error:
            self.add_error("file", str(error))
            return
        if seems and seems not in allowed and not data.get("kind"):
            self.add_error("file", f"文件像是“{Kind(seems).label}”，{sender.name}不报送这种名册。")
            return
        data["kind"] = data.get("kind") or guessed
        data["seems"] = seems
        if not data["kind"]:
            self.add_error("kind", UNSURE)


def _guess(file: UploadedFile[bytes], allowed: Sequence[Kind]) -> tuple[str | None, str | None]:
    from oosc.rosters import intake  # takes a second to load: when the first file comes

    with in_clear.private_folder() as folder:
        path = folder / Path(file.name or "").name[-100:]  # what it is called is a hint
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        return intake.looks_like(path, allowed)


def _as_error(check: Any, *facts: Any) -> None:  # Any: a check of rules.py with its facts
    try:
        check(*facts)
    except Refused as refused:
        raise forms.ValidationError(str(refused)) from refused


class MappingForm(Form):
    """For each field of a kind, which heading of the file holds it."""

    def __init__(self, *args: Any, roster: Roster, **kwargs: Any) -> None:  # Any: Django's form
        super().__init__(*args, **kwargs)
        self.roster = roster
        for field, heading in queries.fields_of(roster.kind).items():
            found = roster.mapping.get(field, "")
            self.fields[field] = forms.ChoiceField(
                label=heading,
                required=False,
                initial=found,
                choices=[
                    ("", "由平台判断" if found else "没有这一列"),
                    *((h, h) for h in roster.headings if h),
                ],
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"invalid_choice": "请从文件的表头里选一列。"},
            )

    def clean(self) -> dict[str, Any]:  # Any: cleaned data of any field
        data = super().clean() or {}
        chosen = [heading for heading in data.values() if heading]
        for field, heading in list(data.items()):
            if heading and chosen.count(heading) > 1:
                self.add_error(field, "这一列用了两次。一列只能对应一栏。")
        return data

    @property
    def told(self) -> dict[str, str]:
        """Only what differs from how the file was understood by itself."""
        return {
            field: heading
            for field, heading in self.cleaned_data.items()
            if heading != self.roster.mapping.get(field, "")
        }


class WithdrawForm(Form):
    why = forms.CharField(
        label="撤回理由",
        max_length=rules.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不要写儿童姓名和证件号。",
        error_messages={
            "required": "请写明撤回理由，例如“报送单位发错了文件”。",
            "max_length": f"撤回理由请控制在 {rules.LONGEST_REASON} 字以内。",
        },
    )

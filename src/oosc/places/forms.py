"""Forms for regions and schools."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from oosc.kernel.refusal import Refused
from oosc.lists.forms import Form, VersionedForm
from oosc.places import rules, tables
from oosc.places.models import Region
from oosc.places.states import Stage

LARGEST_TABLE = 2 * 1024 * 1024  # bytes: some 60,000 lines
ENCODINGS = ("utf-8-sig", "gb18030")


class TableForm(Form):
    """A table of codes and names: pasted, or as a text file."""

    text = forms.CharField(
        label="粘贴",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="每行一个：代码、名称。从 Excel 里选中两列，复制，粘贴到这里即可。",
    )
    file = forms.FileField(
        label="或选择文件", required=False, help_text=".csv 或 .txt，不超过 2 MB。"
    )

    def clean_file(self) -> str:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > LARGEST_TABLE:
            raise forms.ValidationError("文件超过 2 MB，请按市或县分开导入。")
        content: bytes = file.read()
        for encoding in ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError("读不出文字。请在 Excel 里另存为 CSV 再选。")

    def clean(self) -> dict[str, Any]:  # Any: Django's own signature
        text = self.cleaned_data.get("file") or self.cleaned_data.get("text", "")
        if not self.errors and not text.strip():
            raise forms.ValidationError("请粘贴表格，或选择文件。")
        self.cleaned_data["table"] = text
        return self.cleaned_data


class SchoolTableForm(Form):
    """A table of schools: a workbook, or pasted. `table` is what it holds, line by line."""

    file = forms.FileField(
        label="选择文件", required=False, help_text=".xlsx、.xls、.ods 或 .csv，不超过 2 MB。"
    )
    text = forms.CharField(
        label="或粘贴",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="从 Excel 里连表头一起选中，复制，粘贴到这里。",
    )

    def clean_file(self) -> tables.Lines:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return []
        if (file.size or 0) > LARGEST_TABLE:
            raise forms.ValidationError("文件超过 2 MB，请只留学校这一张表。")
        try:
            return tables.read(file.name or "", file.read())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:  # Any: Django's own signature
        lines = self.cleaned_data.get("file") or tables.parted(self.cleaned_data.get("text", ""))
        if not self.errors and not lines:
            raise forms.ValidationError("请选择文件，或粘贴表格。")
        if not self.errors:
            try:
                self.cleaned_data["table"] = rules.read_schools(lines)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from None
            self.cleaned_data["told"] = tables.joined(lines)
        return self.cleaned_data


class RecodeForm(VersionedForm):
    code = forms.CharField(
        label="新代码", max_length=12, help_text="位数与现在的相同；下级的代码随之改。"
    )
    on = forms.DateField(label="启用日期", widget=forms.DateInput())


class AliasForm(VersionedForm):
    name = forms.CharField(
        label="别名", max_length=60, help_text="花名册里出现过的写法，例如旧村名。"
    )


class SchoolFields(Form):
    name = forms.CharField(label="学校名称", max_length=80)
    stage = forms.ChoiceField(label="办学类型", choices=Stage.choices)
    region = forms.CharField(
        label="所在社区或街道",
        max_length=60,
        help_text="填区划代码或名称。",
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )

    def clean_region(self) -> Region:
        words = self.cleaned_data["region"].split()[0]
        places = Region.objects.filter(level__in=(9, 12))
        found = list((places.filter(code=words) | places.filter(name=words))[:2])
        if len(found) != 1:
            wrong = "有几个同名的区划，请填代码。" if found else "没有这个街道或社区，请核对。"
            raise forms.ValidationError(wrong)
        return found[0]


class NewSchoolForm(SchoolFields):
    code = forms.CharField(
        label="学校标识码",
        validators=[RegexValidator(r"^\d{10}$", "学校标识码是 10 位数字。")],
        help_text="教育部统一编的 10 位数字，录入后不改。",
    )
    field_order = ("code", "name", "stage", "region")


class SchoolForm(VersionedForm, SchoolFields):
    """What may change of a school: its code never does."""


class CampusForm(VersionedForm):
    name = forms.CharField(label="校区名称", max_length=60)
    address = forms.CharField(label="地址", max_length=200, required=False)

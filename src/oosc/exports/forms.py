"""Forms of lists that are to leave in clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from oosc.lists.forms import PURPOSES, Form


class ClearForm(Form):
    """申请明文导出."""

    fields_ = forms.MultipleChoiceField(
        label="明文内容", widget=forms.CheckboxSelectMultiple(),
        help_text="只选这次用得着的。姓名、性别、出生日期、社区、学校总在名单里。",
        error_messages={"required": "请选至少一项；不要明文的，用名单上的“导出、打印”。"},
    )  # fmt: skip
    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *PURPOSES])
    destination = forms.CharField(
        label="去向", max_length=60,
        help_text="文件交给谁、存在哪台机器，例如“交街道派出所户籍窗口，办完即删”。",
    )  # fmt: skip
    reason = forms.CharField(
        label="说明", max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="为哪项工作、为什么要明文。批准人据此决定。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:  # Any: as Django's form
        super().__init__(*args, **kwargs)
        field = self.fields["fields_"]
        assert isinstance(field, forms.MultipleChoiceField)  # declared so above
        field.choices = list(offered)


class AnswerForm(Form):
    """The answer of the second person."""

    granted = forms.TypedChoiceField(
        label="答复", choices=[("1", "同意"), ("0", "不同意")], coerce=lambda value: value == "1"
    )
    answer = forms.CharField(label="答复说明", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:  # as Django's
        data = super().clean() or self.cleaned_data
        if data.get("granted") is False and not data.get("answer"):
            self.add_error("answer", "不同意的，请写明理由。")
        return data

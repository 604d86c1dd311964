"""Forms of this room: what is typed is checked for its shape; whether it may be, the rules say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.validators import RegexValidator
from django.db.models import QuerySet

from oosc.access.roles import Role
from oosc.lists.forms import Form, VersionedForm
from oosc.members.models import Officer, Post
from oosc.members.states import GroupRole
from oosc.places.models import Region, School

USER_NAME = RegexValidator(
    r"^[a-z][a-z0-9._-]{2,39}$", "以小写字母开头，3 至 40 位小写字母、数字。"
)


class SignInForm(Form):
    username = forms.CharField(
        label="账号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(Form):
    """A new password, twice, and the present one, which only its owner knows."""

    present = forms.CharField(
        label="现在的密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再填一遍新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:  # Any: Django's form
        super().__init__(*args, **kwargs)
        self.officer = officer
        self.fields["new"].help_text = "".join(password_validators_help_texts()[:1])

    def clean_present(self) -> str:
        present: str = self.cleaned_data["present"]
        if not self.officer.check_password(present):
            raise forms.ValidationError("与现在的密码不符，请重填。")
        return present

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.officer)
        return new

    def clean(self) -> dict[str, Any]:  # Any: Django's own signature
        if self.cleaned_data.get("new") != self.cleaned_data.get("again", ""):
            self.add_error("again", "两遍不一样，请重填。")
        return self.cleaned_data


class TokenForm(Form):
    token = forms.CharField(
        label="动态口令",
        help_text="手机上显示的 6 位数字，30 秒一换。",
        validators=[RegexValidator(r"^\d{6}$", "请填 6 位数字。")],
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 6}
        ),
    )


class OfficerFields(Form):
    name = forms.CharField(label="姓名", max_length=50)
    phone = forms.CharField(label="办公电话", max_length=20, required=False)


class OfficerForm(VersionedForm, OfficerFields):
    """What may change of an account: its user name never does."""


class NewOfficerForm(OfficerFields):
    username = forms.CharField(
        label="用户名",
        max_length=40,
        validators=[USER_NAME],
        help_text="以小写字母开头，3 至 40 位小写字母、数字。登录时用。",
    )
    field_order = ("username", "name", "phone")


class ReasonForm(Form):
    reason = forms.CharField(label="事由", max_length=200, help_text="例如：手机遗失，已当面核实。")


class UnitForm(Form):
    name = forms.CharField(label="单位名称", max_length=80)
    role = forms.ChoiceField(
        label="承担职责", choices=[choice for choice in Role.choices if choice[0] != Role.TEACHER]
    )
    region = forms.CharField(label="管辖区划代码", max_length=12, help_text="例如 9 位的街道代码。")
    school = forms.CharField(
        label="学校标识码", max_length=10, required=False, help_text="只有学校填，10 位。"
    )

    def clean_region(self) -> Region:
        region = Region.objects.filter(code=self.cleaned_data["region"].strip()).first()
        if region is None:
            raise forms.ValidationError("没有这个区划代码。请先在“系统 → 区划”里导入。")
        return region

    def clean_school(self) -> School | None:
        code = self.cleaned_data["school"].strip()
        if not code:
            return None
        school = School.objects.filter(code=code).first()
        if school is None:
            raise forms.ValidationError("没有这个学校标识码。请先在“系统 → 学校”里新增。")
        return school


class PostForm(Form):
    title = forms.CharField(label="岗位名称", max_length=60, help_text="例如：分管专干。")
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    class_name = forms.CharField(
        label="班级", max_length=20, required=False, help_text="班主任填。"
    )
    since = forms.DateField(label="设立日期", widget=forms.DateInput())

    def __init__(self, *args: Any, unit_role: str, **kwargs: Any) -> None:  # Any: Django's form
        super().__init__(*args, **kwargs)
        roles = [Role(unit_role)]
        if unit_role == Role.SCHOOL:
            roles.append(Role.TEACHER)
        else:
            del self.fields["class_name"]
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role.label) for role in roles]


class HolderField(forms.CharField):
    """An officer by user name: a list of everybody would be long, and would show everybody."""

    def clean(self, value: Any) -> Officer:  # Any: as Django hands it on
        username = super().clean(value).strip()
        officer = Officer.objects.filter(username=username, is_active=True).first()
        if officer is None:
            raise forms.ValidationError("没有这个在用的用户名。请核对，或请系统管理员先建账号。")
        return officer


class GrantForm(VersionedForm):
    officer = HolderField(label="任职人用户名", max_length=40)
    since = forms.DateField(label="任职起", widget=forms.DateInput())
    until = forms.DateField(
        label="任职止",
        required=False,
        widget=forms.DateInput(),
        help_text="从这一天起不再任职。长期任职不填。",
    )


class HandOverForm(VersionedForm):
    to = HolderField(label="接任人用户名", max_length=40)
    on = forms.DateField(
        label="交接日期",
        widget=forms.DateInput(),
        help_text="从这一天起由接任人办理，前任当天即不能再办。",
    )


class EndForm(Form):
    on = forms.DateField(label="日期", widget=forms.DateInput())


class GroupForm(Form):
    document_number = forms.CharField(label="文号", max_length=60)
    title = forms.CharField(label="题名", max_length=120)
    effective_from = forms.DateField(label="生效日期", widget=forms.DateInput())


class GroupMemberFields(Form):
    role = forms.ChoiceField(label="职务", choices=GroupRole.choices)
    duty = forms.CharField(label="所任职务", max_length=80, help_text="例如：教育中心主任。")
    name = forms.CharField(
        label="姓名", max_length=50, required=False, help_text="按文件所列填写。"
    )
    post = forms.ModelChoiceField(
        label="对应岗位", queryset=Post.objects.none(), required=False, empty_label="未对应岗位"
    )

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:  # Any: Django's
        super().__init__(*args, **kwargs)
        field = self.fields["post"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = posts


class GroupMemberForm(VersionedForm, GroupMemberFields):
    """A member as it stands, to be changed."""

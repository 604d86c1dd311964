"""The forms of the portal."""

from django import forms

from oosc.lists.forms import Form


class DutyTextForm(Form):
    document_number = forms.CharField(label="文号", max_length=60)
    text = forms.CharField(
        label="本单位文件里的原文", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

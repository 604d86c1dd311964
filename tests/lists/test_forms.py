"""导出: one list of purposes, and a PDF only of what has one."""

from __future__ import annotations

import pytest

from oosc.lists.forms import PURPOSES, ExportForm


@pytest.mark.parametrize("form", ["xlsx", "sheet", "pdf"])
@pytest.mark.parametrize("with_pdf", [True, False])
def test_a_pdf_is_made_only_of_what_has_one(form, with_pdf):
    asked = ExportForm({"purpose": PURPOSES[0][0], "form": form}, with_pdf=with_pdf)

    assert asked.is_valid() is (with_pdf or form != "pdf")


def test_a_purpose_is_one_of_those_offered():
    assert not ExportForm({"purpose": "看看", "form": "xlsx"}).is_valid()
    assert not ExportForm({"form": "xlsx"}).is_valid()

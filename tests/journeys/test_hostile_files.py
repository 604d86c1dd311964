"""What is no roster is refused within seconds, in a sentence, and the office stays open."""

from __future__ import annotations

import io
import zipfile

import pytest

from journeys.conftest import SitDown

pytestmark = pytest.mark.journey


def test_a_file_that_is_no_workbook_and_a_bomb_are_refused(sit_down: SitDown):
    police = sit_down("police")
    for name, content in (("名册.xlsx", b"not a workbook"), ("炸弹.xlsx", bomb())):
        police.open("/rosters/receive/")
        police.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        police.select("这是什么表", "流动学龄人口")
        police.fill("数据时点", "2026-09-15")
        police.press("检查文件", "receive-refused")
        assert police.page.locator(".bx-error").first.inner_text()
    police.open("/rosters/")
    police.page.get_by_role("main").get_by_role("link", name="流动学龄人口").first.wait_for()


def bomb() -> bytes:
    """A workbook of a few kilobytes that would unfold to a gigabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(256):
                sheet.write(b" " * (1 << 22))
    return out.getvalue()

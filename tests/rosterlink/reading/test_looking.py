"""Which roster a file is, before anybody has said so."""

from pathlib import Path

import pytest

from rosterlink.reading import LAYOUTS, guess, look
from rosterlink.reading.headings import comparable

# What the example rosters carry beside the sequence number, the usual headings of each.
CARRIED = {
    "police_hukou": "姓名 性别 出生日期 身份证件号 民族 曾用名 户号 社区居委会 地址"
    " 父亲姓名 父亲身份证号 母亲姓名 母亲身份证号 联系电话 状态",
    "police_floating": "姓名 性别 出生日期 证件类型 身份证件号 民族 国籍 户籍地区划 社区居委会 地址"
    " 监护人姓名 与监护人关系 监护人证件号 联系电话 登记日期 状态",
    "school_roll": "学校标识码 学校名称 年级 班级 学籍号"
    " 姓名 性别 出生日期 证件类型"
    " 身份证件号 民族 家庭住址 监护人姓名 与监护人关系 监护人证件号"
    " 联系电话 入学年月 状态 就读方式 是否随迁子女",
    "elsewhere_roll": "姓名 性别 出生日期 身份证件号 就读省份 学校名称 年级 状态",
    "deferral": "姓名 性别 出生日期 身份证件号 原因 缓学至 监护人姓名 联系电话",
    "deaths": "姓名 性别 出生日期 身份证件号 死亡日期",
    "border_exits": "姓名 性别 出生日期 身份证件号 拼音姓名 护照号 出境日期 入境日期",
    "disabled_cert": "姓名 性别 出生日期 残疾人证号 类别 监护人姓名 联系电话",
    "poverty": "姓名 性别 身份证件号 类别 户主姓名 户主身份证号 社区居委会",
    "left_behind": "姓名 性别 出生日期 身份证件号 监护人姓名 联系电话 外出父母 社区居委会",
    "vaccination": "姓名 性别 出生日期 儿童编码 身份证件号 母亲姓名 联系电话 社区居委会",
    "kindergarten_leavers": "姓名 性别 出生日期 身份证件号 幼儿园 监护人姓名 与监护人关系"
    " 联系电话 社区居委会",
}


def write(path: Path, headings: list[str]) -> Path:
    path.write_text(f"{','.join(headings)}\n{',' * (len(headings) - 1)}\n", encoding="utf-8")
    return path


def test_every_roster_has_its_layout() -> None:
    assert set(CARRIED) == set(LAYOUTS)


@pytest.mark.parametrize("roster", CARRIED)
def test_each_roster_is_known_by_its_headings(tmp_path: Path, roster: str) -> None:
    path = write(tmp_path / "导出.csv", CARRIED[roster].split())
    assert look(path).guesses[0].roster == roster


@pytest.mark.parametrize("roster", CARRIED)
def test_each_roster_is_sure_with_its_file_name(tmp_path: Path, roster: str) -> None:
    assert guess(write(tmp_path / f"{roster}.csv", CARRIED[roster].split())) == roster
    chinese = f"2026年{LAYOUTS[roster].file_words[0]}名单.csv"
    assert guess(write(tmp_path / chinese, CARRIED[roster].split())) == roster


def test_a_list_of_names_is_nothing_in_particular(tmp_path: Path) -> None:
    assert guess(write(tmp_path / "导出.csv", ["姓名", "身份证号"])) is None
    assert guess(write(tmp_path / "导出.csv", ["甲", "乙"])) is None


def test_what_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    path.write_text("名册\n姓名,身份证号\n林小满,1\n", encoding="utf-8")
    (sheet,) = look(path).sheets
    assert (sheet.heading_row, sheet.headings, sheet.rows) == (2, ("姓名", "身份证号"), 1)


@pytest.mark.parametrize("roster", LAYOUTS)
def test_no_heading_stands_for_two_fields(roster: str) -> None:
    known: dict[str, str] = {}
    for column in LAYOUTS[roster].columns:
        for heading in (column.field, *column.headings):
            assert known.setdefault(comparable(heading), column.field) == column.field

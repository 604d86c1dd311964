"""Reading a year's rest days, as announced or as listed."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.kernel.refusal import Refused
from oosc.parameters import rules
from oosc.parameters.calendar import official

ANNOUNCED = """
经国务院批准，现将2026年部分节假日安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def test_the_announcement_is_read_as_the_official_calendar_has_it():
    days = rules.read_year(ANNOUNCED, 2026)

    known = official(2026)
    assert {day: one.is_workday for day, one in days.items()} == {
        day: one.is_workday for day, one in known.items()
    }
    assert days[date(2026, 9, 20)] == rules.NamedDay(True, "国庆节")


@pytest.mark.parametrize("year", [2008, 2016, 2020, 2026])
def test_a_year_written_down_reads_back_the_same(year):
    known = official(year)

    assert rules.read_year(rules.as_text(known), year) == known


def test_rest_that_begins_the_year_before_keeps_the_days_of_this_year():
    days = rules.read_year("一、元旦：2026年12月31日至2027年1月2日放假。", 2027)

    assert set(days) == {date(2027, 1, 1), date(2027, 1, 2)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "没有读到 2027 年元旦"),
        ("2027-01-01 上班", "没有读到 2027 年元旦"),
        ("2027-02-30 放假", "第 1 行有不存在的日期"),
        ("1月1日放假\n2月6日", "第 2 行没有写明"),
        ("1月1日放假\n2月9日至2月6日放假", "第 2 行的起止日期不对"),
        ("1月1日放假\n2月1日至5月6日放假", "相隔不超过一个月"),
        ("1月1日放假\n2月6日放假\n2月6日上班", "02-06 既列为放假又列为上班"),
        ("1月1日放假\n2月8日上班", "2027-02-08 不是双休日"),
    ],
)
def test_what_cannot_be_a_year_is_refused_with_its_line(text, says):
    with pytest.raises(Refused, match=says):
        rules.read_year(text, 2027)

"""Birth dates as rosters write them."""

import pytest

from rosterlink.birth_dates import comparable_birth_date, lunar


@pytest.mark.parametrize(
    "written",
    [
        "20150304",
        "2015-03-04",
        "2015/3/4",
        "2015年3月4日",
        "2015.3.4",
        "二〇一五年三月四日",
        "民国104年3月4日",
        "42067",
        "2015-03-04 00:00:00",
        "2015-03-04T00:00:00",
        "'2015-3-4",
        "４２０６７",
    ],
)
def test_every_style_is_one_date(written):
    assert comparable_birth_date(written) == "20150304"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2015-03", "20150300"),
        ("201503", "20150300"),
        ("二〇一五年十二月二十一日", "20151221"),
        ("2015-02-30", "20150230"),  # of the farmers' calendar
        ("2015-13-01", ""),
        ("不详", ""),
        ("", ""),
    ],
)
def test_what_is_missing_or_impossible_is_said_so(written, read):
    assert comparable_birth_date(written) == read


@pytest.mark.parametrize(
    ("solar", "farmers"),
    [
        ("20191207", "20191112"),
        ("20190120", "20181215"),
        ("20161005", "20160905"),
        ("20200523", "20200401"),  # the first day of the leap fourth month
        ("18000101", ""),
        ("20150230", ""),
    ],
)
def test_the_farmers_calendar(solar, farmers):
    assert lunar(solar) == farmers

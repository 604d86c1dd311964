"""The pages of the parameters and of the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse, reverse_lazy

from oosc.parameters import values
from oosc.parameters.models import CalendarDay, Parameter

pytestmark = pytest.mark.django_db

LIST = reverse_lazy("parameters:list")
ONE = reverse_lazy("parameters:detail", args=["case.verify"])
YEAR = reverse_lazy("parameters:year", args=[2027])
TODAY = date(2026, 9, 21)
NEW_VALUE = {"value": "3", "effective_from": "2026-09-21", "basis": "街道办公会议纪要〔2026〕9号"}


def test_the_list_shows_each_value_with_its_unit_and_standing(client_as):
    page = client_as("edu").get(LIST)

    assert "派核后办结核查" in page.text
    assert "5 个工作日" in page.text
    assert "待核" in page.text


def test_the_list_takes_few_queries(client_as, django_assert_max_num_queries):
    client = client_as("edu")

    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_an_office_sets_a_value_and_sees_it_with_its_history(client_as):
    client = client_as("edu")

    answer = client.post(ONE, NEW_VALUE, follow=True)

    assert answer.status_code == 200
    assert "3 个工作日" in answer.text
    assert "街道办公会议纪要〔2026〕9号" in answer.text
    assert values.number("case.verify", client.acting.region_code, TODAY) == 3


@pytest.mark.parametrize(
    ("field", "entered", "says"),
    [
        ("value", "0", "请填 1 至 3650 之间的整数。"),
        ("basis", "", "必填"),
        ("effective_from", "明天", "日期"),
    ],
)
def test_wrong_input_is_answered_beside_the_field(client_as, field, entered, says):
    answer = client_as("edu").post(ONE, NEW_VALUE | {field: entered})

    assert answer.status_code == 422
    assert says in answer.text
    assert not Parameter.objects.exists()


def test_a_day_in_the_past_is_refused(client_as):
    answer = client_as("edu").post(ONE, NEW_VALUE | {"effective_from": "2026-09-20"})

    assert answer.status_code == 409
    assert "生效日期不能早于今天" in answer.text


def test_who_may_only_look_sees_who_may_set(client_as):
    page = client_as("sys").get(ONE)

    assert "由教育中心或领导小组组长、副组长设定" in page.text
    assert "<textarea" not in page.text
    assert 'name="value"' not in page.text


def test_a_parameter_that_is_not_there(client_as):
    assert (
        client_as("edu").get(reverse("parameters:detail", args=["case.nothing"])).status_code == 404
    )


def test_the_calendar_of_today_is_this_years(client_as):
    answer = client_as("edu").get(reverse("parameters:calendar"))

    assert answer.url == reverse("parameters:year", args=[2026])


def test_a_year_says_where_its_days_come_from(client_as):
    client = client_as("edu")

    assert "平台自带" in client.get(reverse("parameters:year", args=[2026])).text
    assert "还没有录入" in client.get(YEAR).text


def test_a_year_is_entered_by_pasting_the_announcement(client_as):
    client = client_as("edu")

    answer = client.post(YEAR, {"text": "一、元旦：1月1日（周五）至3日（周日）放假。"}, follow=True)

    assert "这一年由本单位录入：放假 3 天" in answer.text
    assert CalendarDay.objects.count() == 3


def test_a_text_that_cannot_be_read_says_which_line(client_as):
    answer = client_as("edu").post(YEAR, {"text": "元旦：1月1日放假\n春节：2月30日放假"})

    assert answer.status_code == 422
    assert "第 2 行有不存在的日期" in answer.text
    assert "春节：2月30日放假" in answer.text


def test_a_year_beyond_reason(client_as):
    assert client_as("edu").get(reverse("parameters:year", args=[1999])).status_code == 404


# --- taken back, restored, two at once ---------------------------------------------------------

COMING = NEW_VALUE | {"effective_from": "2027-01-01"}


def test_a_value_whose_day_has_not_come_is_taken_back(client_as):
    client = client_as("edu")
    client.post(ONE, COMING)
    one = Parameter.objects.get()
    at = reverse("parameters:withdraw", args=[one.pk])

    asked = client.get(at).text
    page = client.post(at, follow=True).text
    twice = client.post(at)

    assert "现在的值不变" in asked
    assert "已撤回" in page
    assert "2027 年 1 月 1 日起改为" not in page
    assert values.number("case.verify", client.acting.region_code, date(2027, 2, 1)) == 5
    assert twice.status_code == 409


def test_a_value_that_holds_is_not_taken_back(client_as):
    client = client_as("edu")
    client.post(ONE, NEW_VALUE)
    one = Parameter.objects.get()

    answer = client.post(reverse("parameters:withdraw", args=[one.pk]))

    assert answer.status_code == 409
    assert "已经生效" in answer.text
    assert reverse("parameters:withdraw", args=[one.pk]) not in client.get(ONE).text


def test_nobody_takes_back_what_an_office_above_has_set(client_as):
    county = client_as("edu", place="990001")
    county.post(ONE, COMING)
    one = Parameter.objects.get()

    answer = client_as("edu").post(reverse("parameters:withdraw", args=[one.pk]))

    assert answer.status_code == 404
    assert Parameter.objects.get().withdrawn_at is None


def test_of_two_who_set_a_value_the_second_is_told(client_as):
    first, second = client_as("edu"), client_as("lead")
    seen = {"version": second.get(ONE).context["form"].initial["version"]}

    first.post(ONE, NEW_VALUE | seen)
    told = second.post(ONE, NEW_VALUE | seen | {"value": "7"})
    again = second.post(ONE, told.context["form"].data.dict())

    assert told.status_code == 409
    assert "新的值现为“3”" in told.text
    assert 'value="7"' in told.text
    assert again.status_code == 302


NEW_YEAR = "一、元旦：1月1日（周五）至3日（周日）放假。"


def test_an_earlier_entry_of_a_year_is_put_back(client_as):
    client = client_as("edu")
    restore = reverse("parameters:restore_year", args=[2027])
    client.post(YEAR, {"text": NEW_YEAR})
    client.post(YEAR, {"text": "2027-01-01 放假 元旦"})

    page = client.post(restore, {"version": "1"}, follow=True).text
    days = CalendarDay.objects.count()
    same = client.post(restore, {"version": "1"})
    official = client.post(restore, {"version": "0"}, follow=True).text

    assert "放假 3 天" in page
    assert "第 3 次" in page
    assert days == 3
    assert same.status_code == 409
    assert "还没有录入" in official
    assert not CalendarDay.objects.exists()


def test_of_two_who_enter_a_year_the_second_is_told(client_as):
    first, second = client_as("edu"), client_as("sys")
    seen = {"version": second.get(YEAR).context["form"].initial["version"]}

    first.post(YEAR, {"text": NEW_YEAR, **seen})
    told = second.post(YEAR, {"text": "2027-01-01 放假 元旦", **seen})

    assert told.status_code == 409
    assert "2027-01-01 放假 元旦" in told.text
    assert CalendarDay.objects.count() == 3


def test_an_entry_that_is_not_there_is_not_put_back(client_as):
    client = client_as("edu")
    restore = reverse("parameters:restore_year", args=[2027])
    client.post(YEAR, {"text": NEW_YEAR})

    assert client.post(restore, {"version": "9"}).status_code == 409
    assert client.post(restore, {"version": "x"}).status_code == 409

"""Posts: given, held for a period, handed over; never to oneself (ZZ-1 to ZZ-5)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, transaction

import factories
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.members import handover
from oosc.members.acting import acting_from, holdings_of
from oosc.members.actions import posts
from oosc.members.models import Holding, Officer, Post, Unit

pytestmark = pytest.mark.django_db

TODAY = factories.TODAY
TOMORROW = date(2026, 9, 22)


@pytest.fixture
def somebody():
    return factories.officer(username="somebody", name="远志")


@pytest.fixture
def seat():
    return factories.post(Role.COMM)


def test_a_post_is_granted_for_a_period(seat, somebody, secadmin_officer):
    holding = posts.grant(seat, somebody, by=secadmin_officer, since=TODAY, until=TOMORROW)

    assert seat.holder_on(TODAY) == somebody
    assert seat.holder_on(TOMORROW) is None
    assert holding.held_on(TODAY)
    assert not holding.held_on(TOMORROW)
    event = Event.objects.get()
    assert (event.verb, event.facts["officer"]) == ("post.granted", str(somebody.pk))


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECADMIN])
def test_only_secadmin_grants(seat, somebody, acting, role):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        posts.grant(seat, somebody, by=acting(role), since=TODAY)


def test_nobody_grants_to_themselves(seat, secadmin_officer):
    me = Officer.objects.get(pk=secadmin_officer.officer_id)

    with pytest.raises(Refused, match="不能给自己授予岗位"):
        posts.grant(seat, me, by=secadmin_officer, since=TODAY)


@pytest.mark.parametrize(("first", "second"), list(product(sorted(ADMINISTRATORS), repeat=2)))
def test_nobody_is_two_of_the_three_administrators(acting, somebody, first, second):
    keeper = acting(Role.SECADMIN)
    seats = [
        factories.unit(role).posts.create(role=role, title=f"另一{role}{n}", since=TODAY)
        for n, role in enumerate((first, second))
    ]
    posts.grant(seats[0], somebody, by=keeper, since=TODAY)

    with pytest.raises(Refused, match="三员分立"):
        posts.grant(seats[1], somebody, by=keeper, since=TODAY)
    with pytest.raises(Refused, match="三员分立"):
        posts.grant(seats[1], somebody, by=keeper, since=TOMORROW, until=date(2027, 1, 1))


def test_one_administrator_after_the_other_is_two_periods(acting, somebody):
    keeper = acting(Role.SECADMIN)
    sys = factories.unit(Role.SYS).posts.create(role=Role.SYS, title="副手", since=TODAY)
    audit = factories.unit(Role.AUDIT).posts.create(role=Role.AUDIT, title="副手", since=TODAY)
    posts.grant(sys, somebody, by=keeper, since=TODAY, until=TOMORROW)

    assert posts.grant(audit, somebody, by=keeper, since=TOMORROW)


def test_an_administrator_may_also_hold_an_office(seat, acting, somebody):
    keeper = acting(Role.SECADMIN)
    sys = factories.unit(Role.SYS).posts.create(role=Role.SYS, title="副手", since=TODAY)
    posts.grant(sys, somebody, by=keeper, since=TODAY)

    assert posts.grant(seat, somebody, by=keeper, since=TODAY)


def test_the_database_refuses_two_administrator_posts(somebody):
    Holding.objects.begin(factories.post(Role.SYS), somebody, TODAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.begin(factories.post(Role.AUDIT), somebody, TODAY)


def test_a_seat_has_one_holder(seat, somebody, secadmin_officer):
    posts.grant(seat, factories.officer(), by=secadmin_officer, since=TODAY)

    with pytest.raises(Refused, match="已有人在任"):
        posts.grant(seat, somebody, by=secadmin_officer, since=TOMORROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.begin(seat, somebody, TODAY)


def test_a_period_has_days(seat, somebody, secadmin_officer):
    with pytest.raises(Refused, match="任职止须晚于任职起"):
        posts.grant(seat, somebody, by=secadmin_officer, since=TODAY, until=TODAY)


def test_a_disabled_account_gets_no_post(seat, secadmin_officer):
    gone = factories.officer(is_active=False)

    with pytest.raises(Refused, match="已停用"):
        posts.grant(seat, gone, by=secadmin_officer, since=TODAY)


def test_a_closed_post_is_not_granted(seat, somebody, secadmin_officer):
    posts.close_post(seat, by=secadmin_officer, on=TODAY)

    with pytest.raises(Refused, match="已撤销"):
        posts.grant(seat, somebody, by=secadmin_officer, since=TODAY)


def test_a_post_ends_on_the_day_it_is_ended(seat, somebody, secadmin_officer):
    holding = posts.grant(seat, somebody, by=secadmin_officer, since=TODAY)

    posts.end(holding, by=secadmin_officer, on=TODAY)

    assert holdings_of(somebody, TODAY) == []
    with pytest.raises(Refused, match="已经结束"):
        posts.end(holding, by=secadmin_officer, on=TOMORROW)
    with pytest.raises(Refused, match="不能早于任职日期"):
        posts.end(holding, by=secadmin_officer, on=date(2026, 9, 1))


def test_a_post_that_is_held_is_not_closed(seat, somebody, secadmin_officer):
    posts.grant(seat, somebody, by=secadmin_officer, since=TODAY)

    with pytest.raises(Refused, match="还有人在任"):
        posts.close_post(seat, by=secadmin_officer, on=TODAY)


def test_a_post_is_not_closed_before_it_was_opened(seat, secadmin_officer):
    with pytest.raises(Refused, match="不能早于设立日期"):
        posts.close_post(seat, by=secadmin_officer, on=date(2020, 1, 1))


def test_a_unit_ends_after_its_posts(seat, secadmin_officer):
    with pytest.raises(Refused, match="还有未撤销的岗位"):
        posts.end_unit(seat.unit, by=secadmin_officer, on=TODAY)
    posts.close_post(seat, by=secadmin_officer, on=TODAY)

    assert posts.end_unit(seat.unit, by=secadmin_officer, on=TODAY).ended_on == TODAY


@pytest.mark.parametrize(
    ("role", "school", "says"),
    [(Role.SCHOOL, None, "学校单位须选学校"), (Role.COMM, factories.PRIMARY, "学校单位须选学校")],
)
def test_a_school_unit_names_its_school(secadmin_officer, role, school, says):
    with pytest.raises(Refused, match=says):
        posts.found_unit(
            by=secadmin_officer,
            name="新单位",
            role=role,
            region=factories.region(),
            school=school and factories.school(school),
        )


def test_a_unit_is_entered_once(secadmin_officer, seat):
    with pytest.raises(Refused, match="已有名为"):
        posts.found_unit(
            by=secadmin_officer, name=seat.unit.name, role=Role.COMM, region=seat.unit.region
        )


@pytest.mark.parametrize(
    ("unit_role", "role", "class_name", "says"),
    [
        (Role.COMM, Role.EDU, "", "岗位角色须与单位职责一致"),
        (Role.COMM, Role.TEACHER, "一年级1班", "岗位角色须与单位职责一致"),
        (Role.SCHOOL, Role.TEACHER, "", "班主任岗位须写明班级"),
        (Role.SCHOOL, Role.SCHOOL, "一年级1班", "其他岗位不写班级"),
    ],
)
def test_a_post_bears_the_duty_of_its_unit(secadmin_officer, unit_role, role, class_name, says):
    unit = factories.post(unit_role).unit

    with pytest.raises(Refused, match=says):
        posts.open_post(
            unit, by=secadmin_officer, role=role, title="新岗", since=TODAY, class_name=class_name
        )


def test_a_post_is_opened_once(seat, secadmin_officer):
    with pytest.raises(Refused, match="已有"):
        posts.open_post(
            seat.unit, by=secadmin_officer, role=Role.COMM, title=seat.title, since=TODAY
        )


@pytest.mark.parametrize("role", [Role.LEAD, Role.OFFICE, Role.EDU, Role.SECADMIN])
def test_a_hand_over_moves_no_work(community_officer, acting, somebody, role):
    seat = Post.objects.get(pk=community_officer.post_id)
    before = seat.holder_on(TODAY)

    posts.hand_over(seat, somebody, by=acting(role), on=TODAY, today=TODAY)

    assert seat.holder_on(TODAY) == somebody
    assert seat.holder_on(date(2026, 9, 20)) == before
    assert holdings_of(before, TODAY) == []
    assert holdings_of(somebody, TODAY)[0].post == seat
    event = Event.objects.get(verb="post.handed_over")
    assert (event.facts["officer_before"], event.facts["officer"]) == (
        str(before.pk),
        str(somebody.pk),
    )


def test_a_hand_over_of_tomorrow_leaves_today(community_officer, education_officer, somebody):
    seat = Post.objects.get(pk=community_officer.post_id)

    posts.hand_over(seat, somebody, by=education_officer, on=TOMORROW, today=TODAY)

    assert seat.holder_on(TODAY).pk == community_officer.officer_id
    assert seat.holder_on(TOMORROW) == somebody


def test_a_seat_that_is_empty_is_filled(seat, education_officer, somebody):
    posts.hand_over(seat, somebody, by=education_officer, on=TODAY, today=TODAY)

    assert seat.holder_on(TODAY) == somebody


def test_a_hand_over_is_refused_where_it_makes_no_sense(
    community_officer, education_officer, lead_officer, somebody
):
    seat = Post.objects.get(pk=community_officer.post_id)
    present = Officer.objects.get(pk=community_officer.officer_id)
    me = Officer.objects.get(pk=education_officer.officer_id)
    sys = factories.holding(Role.SYS).post
    elsewhere = factories.post(Role.COMM, place="990001002001")

    def refused(post: Post, to: Officer, says: str, on: date = TODAY) -> None:
        with pytest.raises(Refused, match=says):
            posts.hand_over(post, to, by=education_officer, on=on, today=TODAY)

    refused(seat, present, "接任人就是现任")
    refused(seat, me, "不能给自己授予岗位")
    refused(seat, somebody, "不能早于今天", date(2026, 9, 20))
    refused(sys, somebody, "只能由安全管理员交接")
    refused(elsewhere, somebody, "没有办理此事项的权限")


def test_the_head_names_who_approves_in_their_stead(lead_officer, education_officer):
    holding = Holding.objects.get(post=education_officer.post_id)

    named = posts.name_approver(holding, by=lead_officer, approves=True)
    withdrawn = posts.name_approver(holding, by=lead_officer, approves=False)

    assert named.may_approve_reveals
    assert not withdrawn.may_approve_reveals
    with pytest.raises(Refused):
        posts.name_approver(holding, by=education_officer, approves=True)


def test_the_choice_of_the_head_does_not_pass_to_the_next_holder(
    lead_officer, education_officer, somebody
):
    holding = Holding.objects.get(post=education_officer.post_id)
    posts.name_approver(holding, by=lead_officer, approves=True)

    following = posts.hand_over(holding.post, somebody, by=lead_officer, on=TODAY, today=TODAY)

    assert not following.may_approve_reveals


def test_a_command_says_who_acts(somebody, secadmin_officer):
    east, west = factories.post(Role.COMM), factories.post(Role.COMM, place=factories.WEST)
    posts.grant(east, somebody, by=secadmin_officer, since=TODAY)
    alone = acting_from("somebody", None, on=TODAY)
    posts.grant(west, somebody, by=secadmin_officer, since=TODAY)

    assert alone.post_id == east.pk
    assert alone.address == "本机命令"
    assert acting_from("somebody", str(west.pk), on=TODAY).region_code == factories.WEST
    assert acting_from("somebody", "西桥社区居委会分管专干", on=TODAY).post_id == west.pk
    with pytest.raises(Refused, match="东桥社区居委会分管专干、西桥社区居委会分管专干"):
        acting_from("somebody", None, on=TODAY)
    with pytest.raises(Refused, match="没有用户名为 nobody"):
        acting_from("nobody", None, on=TODAY)


def test_the_pages_of_secadmin(client_as, somebody):
    client, place = client_as("secadmin"), factories.region(factories.WEST)
    unit = {"name": "西桥社区居委会", "role": "comm", "region": place.code, "school": ""}

    wrong = client.post("/members/units/new/", {**unit, "region": "000", "school": "1"})
    made = client.post("/members/units/new/", unit)
    of = Unit.objects.get(name="西桥社区居委会")
    at = f"/members/units/{of.pk}/"
    new_post = {"title": "书记", "role": "comm", "since": "2026-09-01"}
    client.post(at, new_post)
    post = of.posts.get()
    not_there = client.post(f"/members/posts/{post.pk}/grant/", {"officer": "x", "since": ""})
    granted = client.post(
        f"/members/posts/{post.pk}/grant/", {"officer": "somebody", "since": "2026-09-21"}
    )
    page = client.get(at).content.decode()
    client.post(f"/members/holdings/{post.holdings.get().pk}/end/", {"on": "2026-09-21"})
    client.post(f"/members/posts/{post.pk}/close/")
    client.post(f"/members/units/{of.pk}/end/")
    listed = client.get("/members/units/?role=comm")

    assert wrong.status_code == not_there.status_code == 422
    assert "没有这个区划代码" in wrong.content.decode()
    assert "没有这个学校标识码" in wrong.content.decode()
    assert "没有这个在用的用户名" in not_there.content.decode()
    assert made["Location"] == granted["Location"] == at
    assert "远志" in page
    of.refresh_from_db()
    assert of.ended_on == TODAY
    assert listed.context["page"].total == 0


def test_a_school_also_has_class_teachers(client_as):
    school = factories.post(Role.SCHOOL).unit
    form = client_as("secadmin").get(f"/members/units/{school.pk}/").context["form"]

    assert [value for value, _ in form.fields["role"].choices] == ["school", "teacher"]


def test_the_pages_of_a_hand_over(client_as, community_officer, somebody, monkeypatch):
    monkeypatch.setattr(handover, "_REGISTERED", [])
    handover.open_work_of(lambda post: [f"未办结的核查 3 件（{post.title}）"])
    client, at = client_as("office"), f"/members/hand-over/{community_officer.post_id}/"

    listed = client.get("/members/hand-over/")
    asked = client.get(at).content.decode()
    wrong = client.post(at, {"to": "nobody", "on": ""})
    done = client.post(at, {"to": "somebody", "on": "2026-09-21"}, follow=True)

    assert "东桥社区居委会" in listed.content.decode()
    assert "未办结的核查 3 件（分管专干）" in asked
    assert wrong.status_code == 422
    assert "未办结事项随岗位移交" in done.content.decode()
    assert "远志" in client.get(at).content.decode()


def test_a_post_elsewhere_is_not_there_to_hand_over(client_as):
    elsewhere = factories.post(Role.COMM, place="990001002001")

    assert client_as("office").get(f"/members/hand-over/{elsewhere.pk}/").status_code == 404


def test_posts_are_found_by_unit_or_title(client_as, community_officer):
    client = client_as("office")

    for words in ("东桥", "专干"):
        found = client.post(
            "/lists/search/", {"back": "/members/hand-over/", "q": words}, follow=True
        )
        assert [post.pk for post in found.context["page"].objects] == [community_officer.post_id]


def test_units_are_found_by_name(client_as, seat):
    found = client_as("secadmin").post(
        "/lists/search/", {"back": "/members/units/", "q": "东桥"}, follow=True
    )

    assert [unit.pk for unit in found.context["page"].objects] == [seat.unit_id]


def test_the_head_names_on_the_page(client_as, education_officer):
    holding = Holding.objects.get(post=education_officer.post_id)
    client = client_as("lead")

    client.post(f"/members/holdings/{holding.pk}/approver/", {"approves": "yes"})
    page = client.get("/members/hand-over/").content.decode()
    client.post(f"/members/holdings/{holding.pk}/approver/", {"approves": "no"})

    assert "代批查看" in page
    holding.refresh_from_db()
    assert not holding.may_approve_reveals


def test_what_was_abolished_by_mistake_is_reopened(client_as, seat):
    client, of = client_as("secadmin"), seat.unit
    asked = client.get(f"/members/posts/{seat.pk}/close/").text
    client.post(f"/members/posts/{seat.pk}/close/")
    client.post(f"/members/units/{of.pk}/end/")
    listed = client.get("/members/units/?state=ended").context["page"]
    too_early = client.post(f"/members/posts/{seat.pk}/reopen/")
    client.post(f"/members/units/{of.pk}/reopen/")
    page = client.get(f"/members/units/{of.pk}/").text
    client.post(f"/members/posts/{seat.pk}/reopen/")

    seat.refresh_from_db()
    of.refresh_from_db()
    assert "可以在单位的页面上恢复" in asked
    assert [unit.pk for unit in listed.objects] == [of.pk]
    assert too_early.status_code == 409
    assert "已撤销的岗位" in page
    assert (seat.until, of.ended_on) == (None, None)


def test_a_post_set_up_anew_is_not_reopened_too(seat, secadmin_officer):
    posts.close_post(seat, by=secadmin_officer, on=TODAY)
    posts.open_post(seat.unit, by=secadmin_officer, role=seat.role, title=seat.title, since=TODAY)

    with pytest.raises(Refused, match="另设了同名的岗位"):
        posts.reopen_post(seat, by=secadmin_officer)


def test_of_two_who_hand_over_the_second_is_told(client_as, community_officer, somebody):
    factories.officer(username="other", name="白薇")
    client, at = client_as("office"), f"/members/hand-over/{community_officer.post_id}/"
    seen = client.get(at).context["form"].initial

    client.post(at, {**seen, "to": "somebody"})
    told = client.post(at, {**seen, "to": "other"})

    seat = Post.objects.get(pk=community_officer.post_id)
    assert told.status_code == 409
    assert "接任人用户名现为“远志（somebody）”" in told.text
    assert 'value="other"' in told.text
    assert seat.holder_on(TODAY) == somebody


def test_of_two_who_grant_the_second_is_told(client_as, seat, somebody):
    client, at = client_as("secadmin"), f"/members/posts/{seat.pk}/grant/"
    seen = client.get(at).context["form"].initial
    posted = {"officer": "somebody", "since": "2026-09-21", "version": seen["version"]}

    client.post(at, posted)
    told = client.post(at, posted)

    assert told.status_code == 409


@pytest.mark.parametrize(
    ("role", "address", "named"),
    [
        ("secadmin", "/members/units/export/", "东桥社区居委会"),
        ("office", "/members/hand-over/export/", "分管专干"),
    ],
)
def test_units_and_posts_go_along_as_they_stand(client_as, community_officer, role, address, named):
    client = client_as(role)

    paper = client.post(address, {"purpose": "存档备查", "form": "sheet"})

    assert named in paper.text
    assert Event.objects.get(verb="list.exported").post_id == client.acting.post_id

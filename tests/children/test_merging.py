"""Two records of one child: joined by a person, and parted again."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases.actions import assigning, opening
from oosc.cases.actions.opening import Suspicion
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import Source as CaseSource
from oosc.children import actions
from oosc.children.facts import PlaceFacts, RunFacts
from oosc.children.models import AccessRequest, Child, Merge
from oosc.children.states import Kind, PlaceKind
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.linkage.models import Finding
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status

pytestmark = pytest.mark.django_db

TODAY = factories.TODAY
NUMBER = factories.id_no()


@pytest.fixture
def kept(db):
    return factories.child("林小雨", phone="15000001207")


@pytest.fixture
def lost(db):
    child = factories.child(
        "林晓雨", place=factories.WEST, school_code=factories.PRIMARY, grade=4, id_no=NUMBER
    )
    child.guardians.create(name="林远", phone="15000003333", is_main=True)
    child.circumstances.create(kind=Kind.LEFT_BEHIND, since=factories.LONG_AGO)
    return child


def merge(kept, lost, by, take=("id_no",)):
    return actions.merge_children(
        kept, lost, by=by, take=take, versions=(kept.version, lost.version), on=TODAY,
        at=clock.now(),
    )  # fmt: skip


def raised(child, by):
    suspicion = Suspicion(child, CaseSource.MATCH, "never_on_roll", "学籍中没有此人")
    return opening.raise_suspicion(suspicion, by=by, on=TODAY)


def test_what_the_lost_record_has_goes_over(kept, lost, education_officer):
    case = raised(lost, education_officer)
    schooling.set_statuses([StatusRow(lost.pk, "2025-2026", Status.PENDING)], by=None, on=TODAY)

    merge(kept, lost, education_officer)

    kept.refresh_from_db()
    lost.refresh_from_db()
    assert lost.merged_into == kept
    assert (kept.name, kept.id_no, kept.school.code) == ("林小雨", NUMBER, factories.PRIMARY)
    assert kept.home.code == factories.EAST
    assert sorted(kept.guardians.values_list("name", "is_main")) == [
        ("林远", False),
        ("梅青", True),
    ]
    assert Case.objects.get(pk=case.pk).child == kept
    assert SchoolYearStatus.objects.filter(child=kept).count() == 2
    assert kept.circumstances.count() == 1
    ended = kept.places.exclude(until=None).get()  # the other home, which was not chosen
    assert (ended.region.code, ended.until) == (factories.WEST, TODAY)
    assert {"name", "id_no"} <= set(kept.corrected)
    event = Event.objects.get(verb="child.merged")
    assert (event.subject_id, event.facts["lost"]) == (str(kept.pk), str(lost.pk))


def test_the_chosen_side_gives_its_columns_and_places(kept, lost, education_officer):
    merge(kept, lost, education_officer, take=("name", "residence"))

    kept.refresh_from_db()
    assert (kept.name, kept.home.code, kept.id_no) == ("林晓雨", factories.WEST, "")
    assert kept.places.filter(kind="residence", until=None).get().region.code == factories.WEST


def test_an_undo_puts_both_back_as_they_were(kept, lost, education_officer):
    case = raised(lost, education_officer)
    lost.refresh_from_db()
    done = merge(kept, lost, education_officer, take=("name", "id_no", "residence"))

    actions.undo_merge(done, by=education_officer, at=clock.now())

    kept.refresh_from_db()
    lost.refresh_from_db()
    assert (kept.name, kept.id_no, kept.home.code, kept.corrected) == (
        "林小雨", "", factories.EAST, [],
    )  # fmt: skip
    assert (lost.merged_into, lost.id_no, lost.home.code) == (None, NUMBER, factories.WEST)
    assert list(kept.guardians.values_list("name", "is_main")) == [("梅青", True)]
    assert list(lost.guardians.values_list("name", "is_main")) == [("林远", True)]
    assert not kept.places.exclude(until=None).exists()
    assert lost.places.filter(until=None).count() == 2
    assert Case.objects.get(pk=case.pk).child == lost
    with pytest.raises(Refused, match="已经撤回"):
        actions.undo_merge(done, by=education_officer, at=clock.now())


def test_what_followed_keeps_a_merge(kept, lost, education_officer, client_as):
    case = raised(lost, education_officer)
    lost.refresh_from_db()
    done = merge(kept, lost, education_officer)
    assigning.assign(
        Case.objects.get(pk=case.pk), by=education_officer, on=TODAY,
        region=factories.region(factories.EAST), school=None, class_name="",
    )  # fmt: skip

    page = client_as(education_officer).get(reverse("children:detail", args=[kept.pk])).text

    assert "不能撤回" in page
    with pytest.raises(Refused, match="又有改动"):
        actions.undo_merge(done, by=education_officer, at=clock.now())


def test_two_open_cases_are_refused_with_which_to_close(kept, lost, education_officer):
    ahead, behind = raised(kept, education_officer), raised(lost, education_officer)
    assigning.assign(
        ahead, by=education_officer, on=TODAY, region=factories.region(factories.EAST),
        school=None, class_name="",
    )  # fmt: skip
    for child in (kept, lost):
        child.refresh_from_db()

    with pytest.raises(Refused, match=f"请先撤销或销号 {behind.number}"):
        merge(kept, lost, education_officer)

    assert Child.objects.get(pk=lost.pk).merged_into is None


def test_who_saw_an_older_record_is_told(kept, lost, education_officer):
    Child.objects.filter(pk=lost.pk).update(version=5)

    with pytest.raises(ChangedMeanwhile):
        merge(kept, lost, education_officer)


@pytest.mark.parametrize("role", [Role.COMM, Role.SCHOOL, Role.LEAD, Role.POLICE, Role.COUNTY])
def test_only_the_education_centre_merges(kept, lost, acting, role):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        merge(kept, lost, acting(role))


def test_a_record_out_of_reach_is_not_merged(kept, acting):
    other = factories.child("林小雨", place="990001002001")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        merge(kept, other, acting(Role.EDU))


def test_the_pages_lead_from_the_file_to_one_record(client_as, kept, lost):
    Child.objects.filter(pk=kept.pk).update(resembles=lost)
    client = client_as("edu")
    found = client.get(reverse("children:duplicates", args=[kept.pk]))
    at = reverse("children:merge", args=[kept.pk]) + f"?with={lost.pk}"

    side_by_side = client.get(at)
    form = side_by_side.context["form"]
    chosen = {field.name: field.initial for field in form.choices}
    unsaid = client.post(at, {"versions": form.initial["versions"]})
    done = client.post(at, {**form.initial, **chosen}, follow=True)
    old_address = client.get(reverse("children:detail", args=[lost.pk]))
    client.post(reverse("children:undo_merge", args=[Merge.objects.get().pk]))

    assert [one.pk for one in found.context["page"].objects] == [lost.pk]
    assert chosen["id_no"] == "lost"  # a sure number is worth more than none
    assert NUMBER not in side_by_side.text
    assert unsaid.status_code == 422
    assert "撤回合并" in done.text
    assert old_address["Location"] == reverse("children:detail", args=[kept.pk])
    assert Child.objects.get(pk=lost.pk).merged_into is None


def test_a_page_without_the_other_record_leads_to_the_search(client_as, kept):
    answer = client_as("edu").get(reverse("children:merge", args=[kept.pk]))

    assert answer["Location"] == reverse("children:duplicates", args=[kept.pk])


def test_any_record_within_reach_is_found_for_merging(client_as, kept, lost):
    back = reverse("children:duplicates", args=[kept.pk])

    found = client_as("edu").post("/lists/search/", {"back": back, "q": "晓雨"}, follow=True)

    assert [one.pk for one in found.context["page"].objects] == [lost.pk]


def test_a_merged_record_is_in_no_list(client_as, kept, lost, education_officer):
    merge(kept, lost, education_officer)

    page = client_as("edu").get(reverse("children:list")).text

    assert "林小雨" in page
    assert "林晓雨" not in page


def test_every_row_that_names_a_child_goes_over_or_is_named_here(kept, lost):
    """A new table with a child in it must say what a merge does with it."""
    pointing = {
        relation.related_model
        for relation in Child._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    own = {"Guardian", "ChildPlace", "Circumstance", "ChildSource", "AccessRequest"}
    above = {Case, MandatoryReport, SchoolYearStatus, Finding}
    stays = {Child, Merge}

    assert {m for m in pointing if m.__name__ not in own} == above | stays
    assert AccessRequest in pointing


def test_a_later_day_is_not_before_the_place_began(kept, lost, education_officer):
    lost.places.filter(kind="residence").update(since=date(2026, 12, 1))

    merge(kept, lost, education_officer)

    assert kept.places.exclude(until=None).get().until == date(2026, 12, 1)


def test_later_rosters_find_the_one_record_by_either_number(kept, lost, education_officer):
    """What a person has joined, no later run parts: also where both numbers are sure."""
    other = factories.id_no(date(2016, 4, 20), 13)
    kept.id_no = other
    kept.save()
    merge(kept, lost, education_officer, take=())

    told = [
        RunFacts(key="old", name="林晓雨", birth_date=date(2016, 4, 20), id_no=NUMBER),
        RunFacts(key="new", name="林小雨", birth_date=date(2016, 4, 20), id_no=other),
    ]
    found = actions.upsert_from_run(told, by=None, on=date(2026, 10, 1))

    kept.refresh_from_db()
    assert found == {"old": kept.pk, "new": kept.pk}
    assert (kept.id_no, kept.name) == (other, "林小雨")  # as the person decided
    assert Child.objects.count() == 2


def test_the_home_that_was_chosen_is_left_alone_by_a_run(kept, lost, education_officer):
    merge(kept, lost, education_officer)
    west = PlaceFacts(PlaceKind.RESIDENCE, region_id=factories.region(factories.WEST).pk)

    actions.upsert_from_run(
        [RunFacts(key="1", name="林晓雨", id_no=NUMBER, places=(west,))],
        by=None, on=date(2026, 10, 1),
    )  # fmt: skip

    kept.refresh_from_db()
    assert kept.home.code == factories.EAST


def test_the_page_shows_a_school_that_was_left(client_as, lost):
    other = factories.child("林小川", school_code=factories.JUNIOR, grade=7)
    client = client_as("edu")
    seen = {"versions": f"{other.version},{lost.version}", "residence": "kept", "school": "kept"}
    answers = {"name": "kept", "id_no": "lost"}

    page = client.post(
        reverse("children:merge", args=[other.pk]) + f"?with={lost.pk}", {**seen, **answers},
        follow=True,
    )  # fmt: skip

    assert page.status_code == 200
    assert "就读：云屏中心小学" in page.text

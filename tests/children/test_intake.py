"""What a run brings into the register: found again, made new, and never merged by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import factories
from oosc.children import actions
from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts, SourceFacts
from oosc.children.models import Child, Guardian
from oosc.children.states import Kind, PlaceKind

FIRST, LATER = date(2026, 9, 1), date(2026, 9, 20)
BORN = date(2016, 4, 20)


@pytest.fixture
def facts(db) -> RunFacts:
    """What the rosters say of 林小雨 of 东桥, third grade."""
    sender = factories.unit("police")
    return RunFacts(
        key="H1",
        name="林小雨",
        sex="男",
        birth_date=BORN,
        id_no=factories.id_no(),
        student_no="G" + factories.id_no(),
        household_no="0042",
        household_region_id=factories.region(factories.EAST).pk,
        guardians=(
            GuardianFacts("梅青", "母亲", phone="15000001207"),
            GuardianFacts("林伯安", "父"),
        ),
        places=(
            PlaceFacts(PlaceKind.HUKOU, factories.region(factories.EAST).pk, address="东路1号"),
            PlaceFacts(PlaceKind.SCHOOL, school_id=factories.school().pk, grade=3, class_name="1"),
        ),
        circumstances=(Kind.LEFT_BEHIND,),
        sources=(SourceFacts("police_hukou", sender.pk, b"row of H1", date(2026, 8, 31), 12),),
    )


def take(*facts: RunFacts, on: date = FIRST) -> list[Child]:
    found = actions.upsert_from_run(facts, by=None, on=on)
    return [Child.objects.get(pk=found[one.key]) for one in facts]


def test_a_child_comes_in_with_all_that_is_said_of_it(facts):
    [child] = take(facts)

    assert (child.name, child.name_initials, child.id_no) == ("林小雨", "LXY", factories.id_no())
    assert (child.hukou.code, child.school.code) == (factories.EAST, factories.PRIMARY)
    assert (child.grade, child.class_name, child.household.number) == (3, "三年级1班", "0042")
    assert [(g.name, g.relation, g.phone, g.is_main) for g in child.guardians.all()] == [
        ("梅青", "母", "15000001207", True),
        ("林伯安", "父", "", False),
    ]
    assert child.circumstances.get().kind == Kind.LEFT_BEHIND
    assert child.places.get(kind=PlaceKind.HUKOU).address == "东路1号"


def test_the_same_run_again_changes_nothing(facts):
    [before] = take(facts)

    [after] = take(facts, on=LATER)

    assert (after.pk, after.version) == (before.pk, 1)
    assert after.places.count() == 2
    assert after.guardians.count() == 2


def test_a_row_is_found_again_though_its_number_is_gone(facts):
    [before] = take(facts)

    [after] = take(replace(facts, id_no="", student_no=""), on=LATER)

    assert (after.pk, after.id_no) == (before.pk, factories.id_no())


def test_another_row_with_the_number_and_the_name_is_the_same_child(facts):
    [before] = take(facts)
    other = SourceFacts("vaccination", facts.sources[0].sender_id, b"row of V7")

    [after] = take(replace(facts, sources=(other,)), on=LATER)

    assert after.pk == before.pk
    assert after.sources.count() == 2


def test_a_number_under_another_name_makes_a_record_for_a_person_to_look_at(facts):
    [before] = take(facts)

    [after] = take(replace(facts, key="H2", name="林小雪", sources=()), on=LATER)

    assert after.pk != before.pk
    assert after.resembles == before


def test_twins_stay_two(facts):
    twin = replace(
        facts, key="H2", name="林小雨", id_no=factories.id_no(serial=13), sources=(
            SourceFacts("police_hukou", facts.sources[0].sender_id, b"row of H2"),
        ),
    )  # fmt: skip

    one, other = take(facts, twin)

    assert one.pk != other.pk
    assert other.resembles == one


def test_a_row_whose_number_became_another_childs_is_not_joined(facts):
    [before] = take(facts)

    [after] = take(replace(facts, id_no=factories.id_no(serial=13)), on=LATER)

    assert after.pk != before.pk
    assert after.resembles == before


def test_without_a_number_name_and_birth_date_do_not_join(facts):
    [before] = take(replace(facts, id_no=""))

    [after] = take(replace(facts, key="V1", id_no="", sources=()), on=LATER)

    assert after.pk != before.pk
    assert after.resembles == before


def test_what_a_person_corrected_stays(facts, education_officer):
    [child] = take(facts)
    child.corrected = ["name"]
    child.name = "林晓雨"
    child.save()

    [after] = take(replace(facts, ethnicity="畲族"), on=LATER)

    assert (after.pk, after.name, after.ethnicity) == (child.pk, "林晓雨", "畲族")


def test_a_move_ends_the_place_before_it(facts):
    take(facts)
    moved = PlaceFacts(PlaceKind.HUKOU, factories.region(factories.WEST).pk)

    [child] = take(replace(facts, places=(moved,)), on=LATER)

    hukou = child.places.filter(kind=PlaceKind.HUKOU).order_by("since")
    assert [(p.region.code, p.until) for p in hukou] == [
        (factories.EAST, LATER),
        (factories.WEST, None),
    ]
    assert (child.hukou.code, child.school.code) == (factories.WEST, factories.PRIMARY)
    assert child.version == 2


def test_a_place_put_down_by_a_person_stays(facts, community_officer):
    [child] = take(facts)
    put = PlaceFacts(PlaceKind.HUKOU, factories.region(factories.WEST).pk)
    actions.add_place(child, by=factories.acting("edu"), place=put, on=LATER)

    [after] = take(facts, on=date(2026, 9, 21))

    assert after.hukou.code == factories.WEST


def test_what_a_run_saw_to_be_over_ends(facts):
    take(facts)

    [child] = take(replace(facts, places=facts.places[:1], gone={PlaceKind.SCHOOL}), on=LATER)

    assert child.school is None
    assert child.places.get(kind=PlaceKind.SCHOOL).until == LATER


def test_a_new_phone_is_taken_over(facts):
    take(facts)

    take(replace(facts, guardians=(GuardianFacts("梅青", "母", phone="15000009999"),)), on=LATER)

    assert Guardian.objects.get(name="梅青").phone == "15000009999"
    assert Guardian.objects.filter(phone_last4="9999").exists()


def test_a_child_said_twice_in_one_run_is_one_record(facts):
    again = replace(facts, key="F1", sources=())

    one, other = take(facts, again)

    assert one.pk == other.pk
    assert one.places.count() == 2


def test_portions_do_not_part_a_run(facts, monkeypatch):
    monkeypatch.setattr("oosc.children.intake.PORTION", 1)
    told: list[int] = []

    found = actions.upsert_from_run(
        [facts, replace(facts, key="F1", sources=())], by=None, on=FIRST, progress=told.append
    )

    assert len(set(found.values())) == 1
    assert told == [1, 2]

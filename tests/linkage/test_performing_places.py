"""Where a run says that a child lies, on rosters of a few rows written out."""

from __future__ import annotations

from datetime import date

import pytest

import factories
import roster_files
from oosc.access.roles import Role
from oosc.children.models import Child
from oosc.jobs.worker import Worker
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, queries
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind
from oosc.places.models import Region, RegionAlias
from oosc.rosters import actions as intake
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status

pytestmark = pytest.mark.django_db
BORN = date(2016, 4, 20)
HEADS = {
    "police_hukou": "姓名,性别,出生日期,身份证件号,社区居委会,地址,状态,户号,监护人姓名,联系电话",
    "police_floating": "姓名,性别,出生日期,身份证件号,社区居委会,地址,状态,登记日期",
    "school_roll": "姓名,性别,出生日期,身份证件号,学校标识码,学校名称,年级,班级,状态",
}
SENDERS = {"police_hukou": Role.POLICE, "police_floating": Role.POLICE, "school_roll": Role.EDU}
NUMBER = factories.id_no(BORN, 12)
OTHER = factories.id_no(date(2015, 6, 1), 34)
ON_ROLL = f"桑夏至,女,2015-06-01,{OTHER},{factories.PRIMARY},云屏中心小学,5,2,在读"


def hukou(place: str = "东桥社区", state: str = "正常", name: str = "禾小满") -> str:
    return f"{name},女,2016-04-20,{NUMBER},{place},桐花路 8 号,{state},0007,禾大满,13800138000"


def floating(place: str = "西桥社区", state: str = "在住", since: str = "2025-03-01") -> str:
    return f"禾小满,女,2016-04-20,{NUMBER},{place},柳叶巷 3 号,{state},{since}"


def roll(state: str = "在读", grade: str = "5", school: str = factories.PRIMARY) -> str:
    return f"禾小满,女,2016-04-20,{NUMBER},{school},云屏中心小学,{grade},3,{state}"


@pytest.fixture
def compared(education_officer):
    """Receive rosters of these rows and compare the latest of each sender."""
    for code in (factories.EAST, factories.WEST):
        factories.region(code)
    factories.school(factories.PRIMARY)
    told = 0

    def compare(**rows: list[str]) -> Run:
        nonlocal told
        told += 1
        for kind, lines in rows.items():
            content = "\n".join([HEADS[kind], *lines]).encode("utf-8-sig")
            roster_files.receive(
                factories.acting(SENDERS[kind]), content, kind=kind, name=f"{kind}{told}.csv",
                as_of=date(2026, 9, told), at=roster_files.later(told),
            )  # fmt: skip
        chosen = rosters.latest(factories.SUBDISTRICT)
        run = actions.start_run(
            by=education_officer, on=factories.TODAY, rosters=chosen, now=roster_files.NOON
        )
        Worker().work_off()
        run.refresh_from_db()
        assert run.state == "done", run.failure
        return run

    return compare


def finding(run: Run, kind: Kind = Kind.SUSPECTED, name: str = "禾小满") -> Finding:
    return Finding.objects.get(run=run, kind=kind, name=name)


def child() -> Child:
    return Child.objects.get(name="禾小满")


def code_of(region: Region | None) -> str:
    return region.code if region else ""


def test_who_lives_elsewhere_than_the_hukou_is_looked_for_where_it_lives(compared):
    run = compared(police_hukou=[hukou()], police_floating=[floating()], school_roll=[ON_ROLL])

    assert finding(run).region_code == factories.WEST
    assert finding(run).community == "西桥社区"
    assert (code_of(child().hukou), code_of(child().home)) == (factories.EAST, factories.WEST)
    assert child().school_years.get().region.code == factories.WEST


def test_of_two_registrations_the_later_is_the_home(compared):
    run = compared(
        police_floating=[floating("东桥社区", since="2021-01-01"), floating("西桥社区")],
        school_roll=[ON_ROLL],
    )

    assert finding(run).region_code == factories.WEST
    assert finding(run, Kind.DUPLICATE).child == child()


def test_a_community_under_an_older_name(compared):
    east = factories.region(factories.EAST)
    RegionAlias.objects.create(region=east, name="老东岗村")

    run = compared(police_hukou=[hukou("老东岗村委会")], school_roll=[ON_ROLL])

    assert finding(run).region_code == factories.EAST


def test_a_community_that_nobody_knows_leaves_the_child_to_the_subdistrict(compared, acting):
    run = compared(police_hukou=[hukou("南桥社区")], school_roll=[ON_ROLL])

    assert finding(run).region is None
    assert finding(run).region_code == factories.SUBDISTRICT
    assert not queries.lists_of(run, acting("comm")).exists()


def test_who_moved_out_is_explained_and_its_hukou_is_over(compared):
    compared(police_hukou=[hukou()], school_roll=[ON_ROLL])
    run = compared(police_hukou=[hukou(state="迁出")], school_roll=[ON_ROLL + " "])

    assert finding(run, Kind.EXPLAINED).reason_code == "moved_out"
    assert child().hukou is None


def test_a_suspicion_rests_on_the_rosters_by_which_the_child_lives_here_now(compared):
    run = compared(
        police_hukou=[hukou(state="迁出")], police_floating=[floating()], school_roll=[ON_ROLL]
    )

    assert finding(run).roster_ids == [str(Roster.objects.get(kind="police_floating").pk)]


def test_who_left_school_loses_the_seat_and_is_reached_through_it(compared, school_officer):
    compared(police_hukou=[hukou()], school_roll=[ON_ROLL, roll()])
    assert child().school.code == factories.PRIMARY

    run = compared(school_roll=[ON_ROLL, roll(state="离校")])

    assert finding(run).reason_code == "left_roll"
    assert finding(run) in queries.lists_of(run, school_officer)
    assert child().school is None
    status = SchoolYearStatus.objects.get(child=child())
    assert (status.status, status.school) == (Status.PENDING, None)


def test_on_no_list_stands_a_grade_of_the_past(compared):
    """Who left in the second grade two years ago ought to be in the fifth today."""
    run = compared(police_hukou=[hukou()], school_roll=[ON_ROLL, roll("离校", grade="2")])

    assert finding(run).grade == 5


@pytest.mark.parametrize(("words", "grade"), [("五年级", 5), ("2022级", 5), ("5", 5)])
def test_grades_as_schools_write_them(compared, words, grade):
    run = compared(police_hukou=[hukou()], school_roll=[ON_ROLL, roll(grade=words)])

    assert finding(run, Kind.FOUND).grade == grade


def test_a_ghost_is_reached_through_its_school_and_not_through_where_that_stands(
    compared, school_officer, community_officer
):
    run = compared(police_hukou=[hukou()], school_roll=[ON_ROLL])
    ghost = finding(run, Kind.GHOST, "桑夏至")

    assert ghost.school.code == factories.PRIMARY
    assert ghost in queries.lists_of(run, school_officer)
    assert ghost not in queries.lists_of(run, community_officer)
    assert ghost.child.school.code == factories.PRIMARY


def test_two_runs_know_a_child_whose_number_was_corrected(compared):
    wrong = hukou().replace(NUMBER, NUMBER[:-1] + "*")
    both = [ON_ROLL, roll("离校")]
    compared(police_hukou=[wrong], school_roll=both)
    run = compared(police_hukou=[hukou()], school_roll=[both[0] + " ", both[1]])

    assert Child.objects.filter(name="禾小满").count() == 1
    assert not finding(run).is_new


def test_two_children_of_one_name_of_whom_nothing_else_is_known_stay_two(compared):
    """Neither number nor birth date: then where they live tells them apart, in each run."""
    rows = [",".join(["禾小满", "女", "", "", *rest, "在住", "2025-03-01"])
            for rest in (["东桥社区", "桐花路 1 号"], ["西桥社区", "柳叶巷 9 号"])]  # fmt: skip
    run = compared(police_floating=[floating(), *rows], school_roll=[ON_ROLL])
    again = compared(school_roll=[ON_ROLL + " "])

    counts = [
        Finding.objects.filter(run=one, name="禾小满", kind=Kind.SUSPECTED).count()
        for one in (run, again)
    ]
    assert counts[0] == counts[1]
    assert Child.objects.filter(name="禾小满").count() == counts[0]


def test_a_roster_taken_back_meanwhile_is_not_compared(compared, education_officer, police_officer):
    compared(police_hukou=[hukou()], police_floating=[floating()], school_roll=[ON_ROLL])
    chosen = rosters.latest(factories.SUBDISTRICT)
    run = actions.start_run(
        by=education_officer, on=factories.TODAY, rosters=chosen, now=roster_files.NOON
    )
    intake.withdraw(
        Roster.objects.get(kind="police_floating"), by=police_officer, at=roster_files.later(9),
        why="交错了",
    )  # fmt: skip
    Worker().work_off()

    run.refresh_from_db()
    assert actions.follow(run).state == "failed"
    assert "已经撤回" in run.failure
    assert not Finding.objects.filter(run=run).exists()


def test_one_side_is_missing(education_officer):
    with pytest.raises(Refused, match="户籍或流动"):
        actions.check_rosters([])

"""Who is linked with whom: one test for each way in which rosters differ."""

import pytest

from little_rosters import child, decided, links, number, run

HOME = {"address": "滨江路186号19幢703室", "phone": "13800001234"}
ROLL_HOME = {"home_address": "滨江路186号19-703", "phone": "13800001234"}
MOTHER = {"mother_name": "陈芳", "mother_id": number("11010119880304002")}
GUARDIAN = {
    "guardian_name": "陈芳",
    "guardian_relation": "母亲",
    "guardian_id": number("11010119880304002"),
}
FAMILY = HOME | MOTHER
ROLL_FAMILY = ROLL_HOME | GUARDIAN
LIN = child("H1", "林小雨", "2015-03-04", "002", sex="女", **FAMILY)


def roll(**changes):
    return child("S1", "林小雨", "2015-03-04", "002", sex="女", state="在读") | changes


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="number and name"),
        pytest.param({"birth_date": "2015年3月4日"}, id="another style of date"),
        pytest.param({"id_no": "'11010120150304002x"}, id="apostrophe, small x"),
        pytest.param({"id_no": "１１０１０１２０１５０３０４００２Ｘ"}, id="full width"),
        pytest.param({"id_no": "", **ROLL_HOME}, id="no number"),
        pytest.param({"id_no": "110101201503040000"}, id="zeroed tail"),
        pytest.param({"id_no": "1.10101E+17", **ROLL_HOME}, id="scientific notation"),
        pytest.param({"id_no": "110101150304002"}, id="15 digits"),
        pytest.param({"id_no": "1101012015030400"}, id="cut short"),
        pytest.param({"id_no": "110101201503400020"}, id="transposed"),
        pytest.param({"id_no": "110101201503040029"}, id="wrong check digit"),
        pytest.param({"id_no": "1101012015033040020"}, id="a digit doubled"),
        pytest.param({"id_no": "110101********002X", **ROLL_HOME}, id="masked"),
        pytest.param(
            {"id_no": "", "student_no": "G11010120150304002X"}, id="in the student number"
        ),
        pytest.param({"id_no": MOTHER["mother_id"], **ROLL_HOME}, id="the mother's number"),
        pytest.param({"id_no": "000000000000000000", **ROLL_HOME}, id="placeholder"),
        pytest.param({"name": "林晓雨"}, id="same sound"),
        pytest.param({"name": "linxiaoyu", "id_no": "", **ROLL_HOME}, id="only pinyin"),
        pytest.param({"name": "林小雪", **GUARDIAN}, id="one character wrong"),
        pytest.param({"name": "陈小雨", **GUARDIAN}, id="the other parent's surname"),
        pytest.param({"name": "雨雨", **ROLL_FAMILY}, id="nickname"),
        pytest.param({"name": "小雨林"}, id="order turned"),
        pytest.param({"birth_date": "2015-01-14"}, id="lunar date"),
        pytest.param(
            {"birth_date": "2015-01-14", "id_no": "", **ROLL_FAMILY}, id="lunar, no number"
        ),
        pytest.param({"birth_date": "2015-04-03", "id_no": "", **ROLL_HOME}, id="day and month"),
        pytest.param({"birth_date": "2015-01-01", "id_no": "", **ROLL_FAMILY}, id="1 January"),
        pytest.param({"birth_date": "", "id_no": "", **ROLL_FAMILY}, id="no birth date"),
        pytest.param({"sex": "男"}, id="sex"),
        pytest.param({"name": "林雨", "id_no": "", **ROLL_FAMILY}, id="a character left out"),
        pytest.param(
            {"name": "林雨", "birth_date": "2015-01-14", "id_no": "", **ROLL_FAMILY},
            id="a character left out, lunar date",
        ),
        pytest.param(
            {"name": "林小雪", "birth_date": "2015-05-30", "id_no": "", **ROLL_FAMILY},
            id="one character wrong, another month and day",
        ),
        pytest.param({"name": "林晓瑜", "birth_date": "2013-08-20"}, id="another date altogether"),
        pytest.param(
            {"name": "林筱宇", "birth_date": "2015-03-02", "id_no": "110101********002X"},
            id="masked, near sound, two days off",
        ),
    ],
)
def test_a_child_is_found_under(changes):
    assert links(run(police_hukou=[LIN], school_roll=[roll(**changes)])) == {("H1", "S1")}


def test_a_former_name_is_the_childs_own():
    resident = LIN | {"former_name": "林佳怡"}

    result = run(police_hukou=[resident], school_roll=[roll(name="林佳怡", **ROLL_HOME)])

    assert links(result) == {("H1", "S1")}


def test_a_birth_date_of_the_farmers_calendar_finds_the_date_inside_the_number():
    reissued = number("11010120150304773")

    result = run(
        police_hukou=[LIN],
        school_roll=[roll(birth_date="2015-01-14", id_no=reissued, **ROLL_FAMILY)],
    )

    assert links(result) == {("H1", "S1")}


def test_a_name_of_two_characters_may_take_the_other_parents_surname():
    resident = child("H1", "林雨", "2015-03-04", "002", father_name="林海", **MOTHER)

    result = run(
        police_hukou=[resident], school_roll=[roll(name="陈雨", id_no="", **ROLL_HOME | GUARDIAN)]
    )

    assert links(result) == {("H1", "S1")}


def test_a_number_just_beside_the_rows_own_birth_date_does_not_part():
    another = number("11010120150309002")

    result = run(police_hukou=[LIN], school_roll=[roll(name="林晓瑜", id_no=another)])

    assert links(result) == {("H1", "S1")}


def test_a_wrong_number_in_a_third_roster_does_not_take_a_child_its_own():
    wrong = child("V1", "林小雨", "2015-03-04", "046", mother_name="陈芳")

    result = run(police_hukou=[LIN], vaccination=[wrong], school_roll=[roll(name="林雨")])

    assert ("H1", "S1") in links(result)


def test_of_two_twins_the_one_without_a_place_is_meant():
    one = child("H1", "林雨涵", "2015-03-04", "002", **FAMILY)
    two = child("H2", "林雨欣", "2015-03-04", "004", **FAMILY)
    placed = child("S2", "林雨欣", "2015-03-04", "004", state="在读", **ROLL_FAMILY)
    misspelt = child("S1", "林雨婷", "2015-03-04", "", state="在读", **ROLL_FAMILY)

    result = run(police_hukou=[one, two], school_roll=[placed, misspelt])

    assert links(result) == {("H1", "S1"), ("H2", "S2")}


def test_a_neighbours_number_gives_way_to_name_birth_date_and_family():
    neighbour = child("H2", "王思远", "2015-06-20", "015", sex="男")
    wrong = roll(name="林晓瑜", id_no=neighbour["id_no"], **ROLL_FAMILY)

    result = run(police_hukou=[LIN, neighbour], school_roll=[wrong])

    assert links(result) == {("H1", "S1")}


def test_a_pupil_elsewhere_is_not_given_to_one_who_learns_here():
    placed = child("H2", "林小", "2015-03-04", "013", sex="女")
    her_row = child("S2", "林小", "2015-03-04", "013", sex="女", state="在读")
    elsewhere = child("E1", "林小羽儿", "2015-03-04", "", sex="女", state="在读")

    result = run(police_hukou=[placed], school_roll=[her_row], elsewhere_roll=[elsewhere])

    assert links(result) == {("H2", "S2")}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"former_name": "林佳怡", "roll": {"name": "林佳怡", "birth_date": "2015-01-14"}},
            id="former name, lunar date",
        ),
        pytest.param(
            {"roll": {"name": "林晓瑜", "birth_date": "2015-01-01"}}, id="same sound, 1 January"
        ),
        pytest.param(
            {"roll": {"name": "雨雨", "id_no": "1101012015003040020"}},
            id="nickname, a digit too many",
        ),
        pytest.param(
            {"roll": {"name": "林小雨涵", "id_no": "1.10101201503040E+17"}},
            id="a character too many, fifteen digits in scientific notation",
        ),
    ],
)
def test_two_faults_at_once(changes):
    faults = changes.pop("roll")

    result = run(police_hukou=[LIN | changes], school_roll=[roll(**{"id_no": ""} | faults)])

    assert links(result) == {("H1", "S1")}


def test_a_row_joined_to_a_resident_by_another_roster_waits_for_its_place():
    resident = child("H1", "林小雨", "2015-03-04", "", mother_name="陈芳", phone="13911112222")
    bridge = child("V1", "林小雨", "2015-03-04", "", mother_name="陈芳", phone="13911112222")
    pupil = child("S1", "小雨", "2015-03-04", "", state="在读", guardian_name="陈芳")

    result = run(police_hukou=[resident], vaccination=[bridge], school_roll=[pupil])

    assert ("H1", "S1") in links(result)


def test_two_numbers_with_two_names_are_two_people():
    brother = child("H2", "林大伟", "2015-03-04", "011", sex="男", **FAMILY)

    result = run(police_hukou=[brother], school_roll=[roll(**ROLL_FAMILY)])

    assert links(result) == set()


def test_twins_keep_apart():
    one = child("H1", "林雨涵", "2015-03-04", "002", **FAMILY)
    two = child("H2", "林雨欣", "2015-03-04", "004", **FAMILY)
    other = child("S2", "林雨欣", "2015-03-04", "004", state="在读", **ROLL_FAMILY)

    assert links(run(police_hukou=[one, two], school_roll=[other])) == {("H2", "S2")}


def test_a_twin_under_the_others_number_is_known_by_name():
    one = child("H1", "林雨涵", "2015-03-04", "002", **FAMILY)
    two = child("H2", "王佳怡", "2015-03-04", "004", **FAMILY)
    wrong = child("S2", "王佳怡", "2015-03-04", "002", state="在读", **ROLL_FAMILY)

    assert links(run(police_hukou=[one, two], school_roll=[wrong])) == {("H2", "S2")}


def test_a_brothers_number_copied_from_the_line_above_is_not_trusted():
    brother = child("H2", "林大伟", "2012-07-21", "013", sex="男", **FAMILY)
    his = child("S2", "林大伟", "2012-07-21", "013", sex="男", state="在读", **ROLL_FAMILY)

    result = run(
        police_hukou=[LIN, brother], school_roll=[his, roll(id_no=his["id_no"], **ROLL_FAMILY)]
    )

    assert links(result) == {("H1", "S1"), ("H2", "S2")}


def test_a_neighbour_of_the_same_house_is_somebody_else():
    neighbour = child("S1", "王思远", "2016-11-20", "", state="在读", **ROLL_HOME)

    assert links(run(police_hukou=[LIN], school_roll=[neighbour])) == set()


def test_a_namesake_of_another_day_is_somebody_else():
    namesake = child("S1", "林小雨", "2012-11-20", "026", state="在读")

    assert links(run(police_hukou=[LIN], school_roll=[namesake])) == set()


def test_one_child_may_stand_twice_on_a_side():
    twice = child("S2", "林小雨", "2015-03-04", "", sex="女", state="在读", **ROLL_FAMILY)

    result = run(police_hukou=[LIN], school_roll=[roll(), twice])

    assert links(result) == {("H1", "S1"), ("H1", "S2")}
    assert result.duplicates.column("row_id_b").to_pylist() == ["S2"]


def test_another_roster_is_a_bridge():
    resident = child("F1", "林小雨", "2015-03-04", "", mother_name="", phone="13911112222")
    bridge = child("V1", "林小雨", "2015-03-04", "002", mother_name="陈芳", phone="13911112222")
    pupil = roll(name="林晓瑜", birth_date="2015-01-01", **GUARDIAN)

    result = run(police_floating=[resident], vaccination=[bridge], school_roll=[pupil])

    assert ("F1", "S1") in links(result)


def test_where_two_could_be_meant_a_clerk_is_asked():
    one = child("H1", "林小雨", "2015-03-04", "002", sex="女", phone="13800001234")
    two = child("H2", "林小雨", "2015-03-04", "004", sex="女", phone="13800001234")

    result = run(police_hukou=[one, two], school_roll=[roll(id_no="", phone="13800001234")])

    assert links(result) == set()
    assert result.review.column("reason_code").to_pylist() == ["rival", "rival"]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_person_decided_is_honoured(turned):
    ends = ("S1", "H1") if turned else ("H1", "S1")
    stranger = child("S1", "王思远", "2016-11-20", "015", state="在读")

    joined = run(police_hukou=[LIN], school_roll=[stranger], decisions=decided((*ends, True)))
    parted = run(police_hukou=[LIN], school_roll=[roll()], decisions=decided((*ends, False)))

    assert links(joined) == {("H1", "S1")}
    assert links(parted) == set()


def test_a_decision_about_a_row_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="不在本次名册里"):
        run(police_hukou=[LIN], decisions=decided(("H1", "S9", True)))

"""The rules by which pairs become people, each on the few rows where it alone decides."""

from collections.abc import Iterable

from rosterlink.clusters import Clusters, Pair, Row
from rosterlink.weights import Thresholds

HERE, ELSEWHERE = "110101", "350503"
DAY, ANOTHER_DAY = "20150304", "20130711"


def row(roster: str, name: str = "林小雨", number: str = "") -> Row:
    return Row(roster, name, "", DAY, number, own=True)


def pair(a: int, b: int, weight: float, **other: object) -> Pair:
    told = {"name": "same", "birth": "same", "number": "missing", **other}
    return Pair(a, b, weight, **told)  # type: ignore[arg-type]  # codes of levels, and the family


def verdicts(rows: Iterable[Row], *pairs: Pair, known: Iterable[str] = ()) -> dict[str, str]:
    """Put rows together by their pairs, and return the verdict on each: "0-1" for the first two."""
    clusters = Clusters(dict(enumerate(rows)), set(known), Thresholds())
    clusters.join_pairs(sorted(pairs, key=lambda p: -p.weight))
    return {f"{p.a}-{p.b}": p.verdict for p in pairs}


# ---- seats


def test_who_has_no_seat_needs_less_for_one() -> None:
    assert verdicts([row("police_hukou"), row("school_roll")], pair(0, 1, 0.0)) == {"0-1": "joined"}


def test_a_seat_elsewhere_is_a_seat() -> None:
    rows = [row("police_hukou"), row("elsewhere_roll"), row("school_roll")]
    assert verdicts(rows, pair(0, 1, 20.0), pair(0, 2, 0.0)) == {"0-1": "joined", "0-2": "doubtful"}


def test_a_rival_who_has_a_seat_elsewhere_gives_way() -> None:
    rows = [row("police_hukou"), row("police_hukou"), row("elsewhere_roll"), row("school_roll")]
    told = verdicts(rows, pair(1, 2, 30.0), pair(0, 3, 10.0), pair(1, 3, 12.0))
    assert (told["0-3"], told["1-3"]) == ("joined", "taken")


# ---- brothers and sisters


def test_what_a_family_shares_does_not_choose_between_its_children() -> None:
    """The one row has the mother's telephone, the brother's has not: it says nothing of which."""
    rows = [row("police_hukou"), row("police_hukou"), row("school_roll")]
    pairs = (pair(0, 2, 10.0, family=12.0), pair(1, 2, -1.0))
    strangers = verdicts(rows, *pairs)
    siblings = verdicts(rows, *pairs, pair(0, 1, -9.0, number="two_numbers", family=12.0))
    assert (strangers["0-2"], siblings["0-2"]) == ("joined", "rival")


# ---- numbers given out anew


def told_of_numbers(one: str, other: str, weight: float, name: str = "陈佳") -> str:
    rows = [row("police_hukou", number=one), row("school_roll", name, other)]
    level = "near" if name == "林小羽" else "unlike"
    two = pair(0, 1, weight, name=level, number="two_numbers")
    return verdicts(rows, two, known=[one])["0-1"]


def test_two_numbers_and_two_names_are_two_people() -> None:
    one, other = f"{HERE}{DAY}0025", f"{HERE}{ANOTHER_DAY}7735"
    assert told_of_numbers(one, other, 20.0) == "two_numbers"


def test_a_number_of_the_same_place_and_day_may_be_a_new_one_and_a_clerk_is_asked() -> None:
    assert told_of_numbers(f"{HERE}{DAY}0025", f"{HERE}{DAY}7735", 20.0) == "doubtful"


def test_a_number_given_out_next_is_a_twins() -> None:
    assert told_of_numbers(f"{HERE}{DAY}0025", f"{HERE}{DAY}0045", 20.0) == "two_numbers"


def test_the_same_day_and_sequence_at_another_place_speaks_for_one_child() -> None:
    one = f"{HERE}{DAY}0025"
    assert told_of_numbers(one, f"{ELSEWHERE}{DAY}0027", -1.0, "林小羽") == "joined"
    assert told_of_numbers(one, f"{ELSEWHERE}{DAY}7735", -1.0, "林小羽") == "doubtful"

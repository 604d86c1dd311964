"""The places of made-up rosters: a subdistrict that exists nowhere, or as many as are needed.

The administrative code 9900xx is not assigned; every code, number and address here starts with it
or with other invented parts, so that no row can be taken for a real household.
"""

from dataclasses import dataclass
from enum import StrEnum

from rosterlink.synthetic.names import words

PREFIX = "9900"
BIG_PLACE = "云州省澄海市"
CHILDREN_OF_A_COMMUNITY = 700
CHILDREN_OF_A_SUBDISTRICT = 21_000
SUBDISTRICTS_OF_A_COUNTY = 12

ROADS = words("""
    鹤鸣路 枕溪路 观澜路 松涛路 听雨路 望舒路 采薇路 流萤路 栖云路 拾光路 漱玉路 揽月路 青禾路
    白鹭路 金穗路 银杏路 石榴路 海棠路 芦花路 竹影路 归雁路 渔火路 晚枫路 初晴路
""")
_FIRST = "青榕稻石望东云枕鹤松竹梅兰菊荷桐枫柳桑槐栖漱揽听观采流拾归渔晚初金银白苍丹碧翠岚"
_SECOND = "桥荫香湖篱屏溪鸣涛雨澜薇萤光雁火枫晴穗杏鹭禾舟塘坞汀洲渚岭坡"


class Stage(StrEnum):
    PRIMARY = "primary"  # grades 1 to 6
    JUNIOR = "junior"  # 7 to 9
    NINE_YEAR = "nine_year"  # 1 to 9
    SENIOR = "senior"  # 10 to 12


GRADES = {
    Stage.PRIMARY: range(1, 7),
    Stage.JUNIOR: range(7, 10),
    Stage.NINE_YEAR: range(1, 10),
    Stage.SENIOR: range(10, 13),
}


@dataclass(frozen=True)
class Community:
    """A community (12-digit statistical code) and the subdistrict it lies in."""

    code: str
    name: str
    subdistrict: str


@dataclass(frozen=True)
class School:
    """A school (10-digit code) and the community it stands in."""

    code: str
    name: str
    stage: Stage
    community_code: str


@dataclass(frozen=True)
class Region:
    """Where the made-up children live and learn.

    Raises:
        ValueError: no community, or no school for a grade of compulsory education.
    """

    name: str
    communities: tuple[Community, ...]
    schools: tuple[School, ...]

    def __post_init__(self) -> None:
        taught = {grade for school in self.schools for grade in GRADES[school.stage]}
        if not self.communities or not taught.issuperset(range(1, 10)):
            raise ValueError("a region needs a community, and a school for each of grades 1 to 9")


def example_region() -> Region:
    """Return the example subdistrict of the demo: six communities, eight schools."""
    subdistrict = "云屏街道"
    names = ("榕荫", "稻香", "青桥", "石桥", "望湖", "东篱")
    communities = tuple(
        Community(f"990001001{i:03d}", f"{name}社区", subdistrict)
        for i, name in enumerate(names, start=1)
    )
    primaries = tuple((f"{name}小学", Stage.PRIMARY, i) for i, name in enumerate(names[:5]))
    others = (
        ("云屏中学", Stage.JUNIOR, 2),
        ("东篱学校", Stage.NINE_YEAR, 5),
        ("云屏高级中学", Stage.SENIOR, 4),
    )
    schools = tuple(
        School(f"99000100{i:02d}", name, stage, communities[where].code)
        for i, (name, stage, where) in enumerate(primaries + others, start=1)
    )
    return Region(subdistrict, communities, schools)


def region_for(children: int) -> Region:
    """Return a region of as many counties, communities and schools as so many children need."""
    count = max(3, round(children / CHILDREN_OF_A_COMMUNITY))
    subdistricts = max(1, round(children / CHILDREN_OF_A_SUBDISTRICT))
    communities = tuple(_community(i, i * subdistricts // count) for i in range(count))
    plan = (
        (Stage.PRIMARY, 900, "小学"),
        (Stage.JUNIOR, 2_200, "中学"),
        (Stage.SENIOR, 7_000, "高级中学"),
    )
    schools: list[School] = []
    for stage, size, suffix in plan:
        for i in range(max(1, round(children / size))):
            code = f"9900{len(schools) + 1:06d}"
            home = communities[i * 7 % count]
            schools.append(School(code, f"{_word(i)}{suffix}", stage, home.code))
    return Region("云州", communities, tuple(schools))


def _community(i: int, subdistrict: int) -> Community:
    county, within = divmod(subdistrict, SUBDISTRICTS_OF_A_COUNTY)
    code = f"{PREFIX}{county + 1:02d}{within + 1:03d}{i % 1000:03d}"
    kind = "社区居委会" if i % 4 else "村委会"
    return Community(code, f"{_word(i)}{kind}", f"{_word(subdistrict + 500)}街道")


def _word(i: int) -> str:
    """Return a made-up place name: two characters, then three when the pairs run out."""
    pairs = len(_FIRST) * len(_SECOND)
    turn, i = divmod(i, pairs)
    word = _FIRST[i % len(_FIRST)] + _SECOND[(i // len(_FIRST) + i) % len(_SECOND)]
    return word if not turn else word + "上下左右前后里外新老"[turn % 10]

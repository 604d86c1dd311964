"""Where and who: the example subdistrict, its offices, communities and schools, and their posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from oosc.access.roles import Role
from oosc.members.acting import Acting, in_post
from oosc.members.models import GroupMember, Holding, LeadingGroup, Officer, Post, Unit
from oosc.members.states import GroupRole
from oosc.places.models import Region, School
from oosc.places.states import Stage
from rosterlink import synthetic
from rosterlink.school_age import school_year_start

SUBDISTRICT = "990001001"
COUNTY = ("990001", "澄海市")
OFFICES = (
    ("教育中心", Role.EDU, "主任"),
    ("党政综合办公室", Role.OFFICE, "干事"),
    ("领导小组", Role.LEAD, "组长"),
    ("派出所", Role.POLICE, "户籍民警"),
    ("社会事务办〔民政〕", Role.CIVIL, "干事"),
    ("社会事务办〔卫健〕", Role.HEALTH, "干事"),
    ("司法所", Role.JUSTICE, "干事"),
    ("劳务所", Role.LABOR, "干事"),
    ("乡村振兴服务科", Role.RURAL, "干事"),
    ("文体服务科", Role.CULTURE, "干事"),
    ("市场监管所", Role.MARKET, "干事"),
    ("综合执法队", Role.ENFORCEMENT, "队员"),
    ("党建办〔统战〕", Role.UNITED_FRONT, "干事"),
    ("团工委、妇工委", Role.YOUTH, "干事"),
    ("系统管理", Role.SYS, "系统管理员"),
    ("安全管理", Role.SECADMIN, "安全管理员"),
    ("审计管理", Role.AUDIT, "审计管理员"),
)
SEATS_OF_MEMBERS = slice(4, 14)
# Named after trees, as nobody is. The two lengths have no common factor: no name comes twice.
SURNAMES = "竹梅松柏桐枫榆槐柳桑棠榕栎楠樟杉梧椿荷"
# fmt: off
GIVEN_NAMES = (
    "知远", "以宁", "言蹊", "守正", "望舒", "清和", "怀瑾", "景行", "思齐", "致和", "明澈", "若谷",
    "书白", "映雪", "临溪", "听澜", "修远", "既明", "允中", "令仪", "承序", "其琛", "疏影",
)
# fmt: on


@dataclass
class People:
    """The posts of the demo, by the name of their unit."""

    today: date
    region: Region = field(init=False)
    posts: dict[str, Post] = field(default_factory=dict)

    def settle(self) -> None:
        """Make the places, the units, the posts and who sits on them."""
        self._places()
        for name, role, title in OFFICES:
            self._post(name, role, title, self.region)
        county = Region.objects.create(code=COUNTY[0], name=COUNTY[1])
        self._post("市教育局", Role.COUNTY, "干事", county)
        for community in self.communities():
            self._post(f"{community.name}居委会", Role.COMM, "专干", community)
        schools = list(School.objects.select_related("region").order_by("code"))
        for school in schools:
            self._post(school.name, Role.SCHOOL, "学籍员", school.region, school)
        first = schools[0]
        self._post(first.name, Role.TEACHER, "三年级1班班主任", first.region, first, "1")
        self._group()

    def communities(self) -> list[Region]:
        return list(Region.objects.below(SUBDISTRICT).communities().order_by("code"))

    def acting(self, unit: str) -> Acting:
        held = Holding.objects.held_on(self.today).with_place()
        return in_post(held.get(post=self.posts[unit]), address="示例数据")

    def _places(self) -> None:
        made = synthetic.example_region()
        self.region = Region.objects.create(code=SUBDISTRICT, name=made.name)
        for one in made.communities:
            Region.objects.create(code=one.code, name=one.name)
        for school in made.schools:
            stage = school.stage if school.stage in Stage.values else Stage.JUNIOR
            home = Region.objects.get(code=school.community_code)
            School.objects.create(code=school.code, name=school.name, stage=stage, region=home)

    def _post(
        self,
        unit_name: str,
        role: Role,
        title: str,
        region: Region,
        school: School | None = None,
        class_name: str = "",
    ) -> None:
        unit_role = Role.SCHOOL if school else role
        unit, _ = Unit.objects.get_or_create(
            region=region, name=unit_name, defaults={"role": unit_role, "school": school}
        )
        since = school_year_start(self.today)
        post = Post.objects.create(
            unit=unit, title=title, role=role, since=since, class_name=class_name
        )
        self.posts.setdefault(unit_name, post)
        number = Post.objects.count()
        officer = Officer(
            username=f"{role.value}{number:02d}", name=_name(number), must_change_password=False
        )
        officer.set_unusable_password()
        officer.save()
        Holding.objects.begin(post, officer, since)

    def _group(self) -> None:
        group = LeadingGroup.objects.create(
            region=self.region,
            document_number=f"云街〔{school_year_start(self.today).year}〕示例1号",
            title="云屏街道义务教育控辍保学工作领导小组",
            effective_from=school_year_start(self.today),
            published_by=self.posts["党政综合办公室"],
        )
        seats: list[tuple[GroupRole, str, str]] = [
            (GroupRole.LEADER, "社会事务服务中心主任", "领导小组"),
            (GroupRole.DEPUTY, "派出所副所长", "派出所"),
            (GroupRole.DEPUTY, "教育中心主任", "教育中心"),
            *((GroupRole.MEMBER, office[0], office[0]) for office in OFFICES[SEATS_OF_MEMBERS]),
        ]
        for order, (role, duty, unit) in enumerate(seats):
            GroupMember.objects.create(
                group=group, role=role, duty=duty, post=self.posts[unit], order=order
            )


def _name(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + GIVEN_NAMES[number % len(GIVEN_NAMES)]

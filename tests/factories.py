"""Made-up places and people: the subdistrict 云屏街道, which exists nowhere (99 is no province)."""

from __future__ import annotations

from datetime import date
from itertools import count

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore

from oosc.access.roles import Role
from oosc.children import intake
from oosc.children.facts import PlaceFacts
from oosc.children.models import Child
from oosc.children.states import PlaceKind
from oosc.kernel import clock
from oosc.members import sessions
from oosc.members.acting import Acting, in_post
from oosc.members.models import Factor, Holding, Officer, Post, Unit
from oosc.places.models import Region, School
from oosc.places.states import Stage
from rosterlink import identity_number

TODAY = date(2026, 9, 21)
LONG_AGO = date(2026, 1, 1)

SUBDISTRICT = "990001001"
EAST = "990001001001"
WEST = "990001001002"
REGIONS = {
    "99": "云岭省",
    "9900": "云江市",
    "990001": "云川县",
    SUBDISTRICT: "云屏街道",
    EAST: "东桥社区",
    WEST: "西桥社区",
    "990001002": "云溪街道",
    "990001002001": "北溪社区",
}
PRIMARY = "9900010011"
JUNIOR = "9900010012"
SCHOOLS = {
    PRIMARY: ("云屏中心小学", Stage.PRIMARY, SUBDISTRICT),
    JUNIOR: ("云屏中学", Stage.JUNIOR, SUBDISTRICT),
    "9900010021": ("云溪小学", Stage.PRIMARY, "990001002"),
}
# Role → (unit, title of the post). Communities and schools are named by where they lie.
OFFICES = {
    Role.LEAD: ("领导小组", "组长"),
    Role.EDU: ("教育中心", "主任"),
    Role.OFFICE: ("党政综合办公室", "干事"),
    Role.POLICE: ("派出所", "副所长"),
    Role.CIVIL: ("社会事务办（民政）", "干事"),
    Role.HEALTH: ("社会事务办（卫健）", "干事"),
    Role.JUSTICE: ("司法所", "所长"),
    Role.LABOR: ("劳务所", "所长"),
    Role.RURAL: ("乡村振兴服务科", "干事"),
    Role.CULTURE: ("文体服务科", "干事"),
    Role.MARKET: ("市场监管所", "干事"),
    Role.ENFORCEMENT: ("综合执法队", "队员"),
    Role.UNITED_FRONT: ("党建办", "干事"),
    Role.YOUTH: ("团工委", "书记"),
    Role.COUNTY: ("县教育局", "科长"),
    Role.AUDIT: ("审计室", "审计管理员"),
    Role.SYS: ("信息室", "系统管理员"),
    Role.SECADMIN: ("保密室", "安全管理员"),
}
NAMES = (
    "棠以宁",
    "柳知远",
    "槐序",
    "苏木",
    "江离",
    "白芷",
    "杜若",
    "沉香",
    "云实",
    "连翘",
    "景天",
    "半夏",
)
_numbers = count(1)


def region(code: str = SUBDISTRICT) -> Region:
    """A region with all that lie above it."""
    for length in (2, 4, 6, 9, 12):
        if length <= len(code):
            part = code[:length]
            found, _ = Region.objects.get_or_create(
                code=part, defaults={"name": REGIONS.get(part, f"第{part}号区")}
            )
    return found


def school(code: str = PRIMARY) -> School:
    name, stage, place = SCHOOLS[code]
    found, _ = School.objects.get_or_create(
        code=code, defaults={"name": name, "stage": stage, "region": region(place)}
    )
    return found


def officer(username: str = "", name: str = "", **fields: object) -> Officer:
    """An account past its first sign-in; it has no password unless one is set."""
    number = next(_numbers)
    given = {
        "password": make_password(None),
        "must_change_password": False,
        "password_changed_at": clock.now(),
        **fields,
    }
    return Officer.objects.create(
        username=username or f"officer{number}", name=name or NAMES[number % len(NAMES)], **given
    )


def unit(role: str, *, place: str = SUBDISTRICT, school_code: str = "") -> Unit:
    at = region(place)
    if role in {Role.SCHOOL, Role.TEACHER}:
        of = school(school_code or PRIMARY)
        fields = {"role": Role.SCHOOL, "school": of}
        return Unit.objects.get_or_create(region=at, name=of.name, defaults=fields)[0]
    name = f"{at.name}居委会" if role == Role.COMM else OFFICES[Role(role)][0]
    return Unit.objects.get_or_create(region=at, name=name, defaults={"role": role})[0]


def post(
    role: str, *, place: str = "", school_code: str = "", class_name: str = "", title: str = ""
) -> Post:
    """A seat for a role: 东桥社区, 云屏中心小学, else an office of the subdistrict."""
    default_place = {Role.COMM: EAST, Role.COUNTY: "990001"}.get(Role(role), SUBDISTRICT)
    of = unit(role, place=place or default_place, school_code=school_code)
    if role == Role.TEACHER:
        class_name = class_name or "三年级1班"
    titles = {Role.COMM: "分管专干", Role.SCHOOL: "校长", Role.TEACHER: "班主任"}
    title = title or titles.get(Role(role)) or OFFICES[Role(role)][1]
    return Post.objects.get_or_create(
        unit=of,
        title=title,
        class_name=class_name,
        until=None,
        defaults={"role": role, "since": LONG_AGO},
    )[0]


def holding(
    role: str, *, who: Officer | None = None, since: date = LONG_AGO, **where: str
) -> Holding:
    """Somebody in a post for a role, with all that the post needs."""
    seat = post(role, **where)
    held = Holding.objects.filter(post=seat, until=None).first()
    if held is None or who is not None:
        held = Holding.objects.begin(seat, who or officer(), since)
    return Holding.objects.with_place().get(pk=held.pk)


def acting(role: str, **where: str) -> Acting:
    """Who acts, ready to be handed to an action: `acting(Role.COMM, place=WEST)`."""
    return in_post(holding(role, **where), address="127.0.0.1")


def session_of(by: Acting) -> SessionStore:
    """A session in which this officer has passed the door and chosen this post."""
    who = Officer.objects.get(pk=by.officer_id)
    session = SessionStore()
    session["_auth_user_id"] = str(who.pk)
    session["_auth_user_backend"] = "oosc.members.backends.OfficerBackend"
    session["_auth_user_hash"] = who.get_session_auth_hash()
    if Holding.objects.filter(post=by.post_id, role__in=(Role.SYS, Role.SECADMIN, Role.AUDIT)):
        device, _ = Factor.objects.get_or_create(user=who, confirmed=True, name="动态口令")
        session["otp_device_id"] = device.persistent_id
    sessions.fill(session, who, clock.now())
    session[sessions.POST] = str(by.post_id)
    session.save()
    return session


def id_no(birth_date: date = date(2016, 4, 20), serial: int = 11) -> str:
    """A number with a right check digit, of nobody: odd serials are boys."""
    head = f"350582{birth_date:%Y%m%d}{serial:03d}"
    return head + identity_number.check_digit(head)


def child(
    name: str = "林小雨",
    *,
    place: str | None = EAST,
    hukou: str | None = None,
    school_code: str = "",
    grade: int | None = None,
    class_name: str = "",
    phone: str = "",
    address: str = "",
    **fields: object,
) -> Child:
    """A child of the register that lives at a place, with a mother where a phone is given."""
    given = {"birth_date": date(2016, 4, 20), "origin": "run", "registered_on": LONG_AGO, **fields}
    made = Child(name=name, **given)
    places = [PlaceFacts(PlaceKind.RESIDENCE, region_id=region(place).pk)] if place else []
    if hukou:
        places.append(PlaceFacts(PlaceKind.HUKOU, region_id=region(hukou).pk))
    if school_code:
        of = school(school_code).pk
        places.append(PlaceFacts(PlaceKind.SCHOOL, None, of, grade, class_name))
    intake.settle(made, places)
    made.save()
    for one in places:
        lies_at = {"address": address} if one.kind is PlaceKind.RESIDENCE else {}
        made.places.create(
            kind=one.kind, region_id=one.region_id, school_id=one.school_id, grade=one.grade,
            class_name=one.class_name, since=LONG_AGO, **lies_at,
        )  # fmt: skip
    if phone:
        made.guardians.create(name="梅青", relation="母", phone=phone, is_main=True)
    return made

"""The door: passwords, lock-out, forced change, second factor, the post to act in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django_otp.oath import TOTP

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.members import sessions
from oosc.members.acting import Acting
from oosc.members.actions import accounts, posts
from oosc.members.models import Factor, Holding, Officer
from oosc.members.passwords import one_time_password
from oosc.parameters.models import Parameter

pytestmark = pytest.mark.django_db

PASSWORD = "Yunping-2026-qiu"
DOOR = "/members/sign-in/"


@pytest.fixture
def with_password():
    """Somebody in a post who signs in by password."""

    def make(role: str = Role.COMM, **fields: object) -> Officer:
        who = factories.officer(username="qingqiao01")
        accounts.set_password(who, PASSWORD, at=factories.clock.now(), one_time=False)
        Officer.objects.filter(pk=who.pk).update(**fields)
        factories.holding(role, who=who)
        who.refresh_from_db()
        return who

    return make


def sign_in(client, password=PASSWORD, username="qingqiao01", **more):
    return client.post(DOOR, {"username": username, "password": password, **more})


def code_of(device: Factor) -> str:
    totp = TOTP(device.key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_the_right_password_opens(client, with_password):
    with_password()

    response = sign_in(client)

    assert response["Location"] == "/"
    assert client.get("/members/me/").status_code == 200
    assert verbs() == ["officer.signed_in"]


def test_the_page_asked_for_comes_after_the_door(client, with_password):
    with_password()

    asked = client.get("/members/me/")
    response = sign_in(client, next="/members/me/")

    assert asked["Location"] == f"{DOOR}?next=/members/me/"
    assert response["Location"] == "/members/me/"


@pytest.mark.parametrize("wanted", ["https://example.com/", "//example.com", "javascript:1", "x"])
def test_nobody_is_sent_to_another_site(client, with_password, wanted):
    with_password()

    assert sign_in(client, next=wanted)["Location"] == "/"


def test_a_wrong_password_says_how_many_tries_remain(client, with_password):
    who = with_password()

    response = sign_in(client, password="nothing")

    assert response.status_code == 422
    assert "还可试 4 次，之后须等 30 分钟" in response.content.decode()
    event = Event.objects.get()
    assert (event.verb, event.subject_id) == ("officer.sign_in_failed", str(who.pk))


def test_known_and_unknown_names_get_the_same_answer(client, with_password):
    with_password()

    known, unknown = sign_in(client, password="nothing"), sign_in(client, username="nobody")

    assert known.status_code == unknown.status_code
    assert _words(known, "qingqiao01") == _words(unknown, "nobody")


def test_what_was_typed_as_a_name_stays_out_of_the_trail(client, with_password):
    sign_in(client, username=PASSWORD)

    assert PASSWORD not in str(Event.objects.values())


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, with_password):
    with_password()
    for _ in range(5):
        sign_in(client, password="nothing")

    response = sign_in(client)

    assert response.status_code == 429
    assert "请 30 分钟后再试" in response.content.decode()
    assert verbs()[-1] == "officer.locked_out"


def test_a_colleague_at_another_address_is_not_locked_out(client, with_password):
    with_password()
    for _ in range(5):
        sign_in(client, password="nothing")

    response = client.post(
        DOOR, {"username": "qingqiao01", "password": PASSWORD}, REMOTE_ADDR="10.0.0.7"
    )

    assert response.status_code == 302


def test_sys_lifts_the_lock(client, with_password, sys_officer):
    who = with_password()
    for _ in range(5):
        sign_in(client, password="nothing")

    accounts.unlock(who, by=sys_officer)

    assert sign_in(client).status_code == 302


def test_the_lock_follows_the_parameter(client, with_password, secadmin_officer):
    with_password()
    set_everywhere("lock_out_tries", "3", secadmin_officer)
    for _ in range(3):
        sign_in(client, password="nothing")

    assert sign_in(client).status_code == 429


def test_a_disabled_account_is_answered_like_a_wrong_password(client, with_password):
    with_password(is_active=False)

    response = sign_in(client)

    assert response.status_code == 422
    assert "账号或密码不对" in response.content.decode()


def test_the_session_key_changes_at_the_door(client, with_password):
    with_password()
    client.get(DOOR)
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    sign_in(client)

    assert client.cookies["sessionid"].value != before


def test_a_one_time_password_must_be_changed_before_anything_else_opens(client, with_password):
    with_password(must_change_password=True)
    sign_in(client)

    assert client.get("/members/me/")["Location"] == "/members/password/"
    new = {"present": PASSWORD, "new": "Xin-mima-2026!", "again": "Xin-mima-2026!"}
    response = client.post("/members/password/", new)

    assert response["Location"] == "/members/me/"
    assert client.get("/members/me/").status_code == 200
    assert verbs()[-1] == "officer.password_changed"


def test_a_password_is_used_up_after_ninety_days(client, with_password, monkeypatch):
    with_password()
    monkeypatch.setenv("OOSC_TODAY", "2026-12-20")
    sign_in(client)
    last_day = client.get("/members/me/")
    client.post("/members/sign-out/")
    monkeypatch.setenv("OOSC_TODAY", "2026-12-21")
    sign_in(client)

    assert last_day.status_code == 200
    assert client.get("/members/me/")["Location"] == "/members/password/"


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("Ab1-short", "密码至少 12 位"),
        ("abcdefghijklmnop", "至少用到其中三类"),
        ("abcdefgh12345678", "至少用到其中三类"),
        ("Qingqiao01-ab", "相似"),
        (PASSWORD, "最近 5 次用过的密码不能再用"),
    ],
)
def test_a_weak_or_used_password_is_refused(client_as, community_officer, new, says):
    who = Officer.objects.get(pk=community_officer.officer_id)
    Officer.objects.filter(pk=who.pk).update(username="qingqiao01")
    accounts.set_password(who, PASSWORD, at=factories.clock.now(), one_time=False)

    response = client_as(community_officer).post(
        "/members/password/", {"present": PASSWORD, "new": new, "again": new}
    )

    assert response.status_code == 422
    assert says in response.content.decode()


def test_a_wrong_present_password_leaves_a_trace(client_as, community_officer):
    new = "Xin-mima-2026!"
    given = {"present": "guessed", "new": new, "again": new}

    response = client_as(community_officer).post("/members/password/", given)

    assert "与现在的密码不符" in response.content.decode()
    assert verbs() == ["officer.password_check_failed"]


def test_only_the_last_five_passwords_are_remembered(with_password):
    who = with_password()
    for number in range(5):
        accounts.set_password(
            who, f"Another-{number}-pass", at=factories.clock.now(), one_time=False
        )

    assert who.past_passwords.count() == 5
    assert not who.check_password(PASSWORD)


def test_one_time_passwords_keep_the_rules():
    for _ in range(20):
        validate_password(one_time_password())


def test_a_changed_password_ends_the_other_sessions(client, client_as, with_password):
    who = with_password()
    sign_in(client)
    accounts.set_password(who, "Another-1-pass", at=factories.clock.now(), one_time=False)

    assert client.get("/members/me/")["Location"].startswith(DOOR)


@pytest.mark.parametrize("role", [Role.SYS, Role.SECADMIN, Role.AUDIT])
def test_an_administrator_sets_up_a_second_factor_first(client, with_password, role):
    who = with_password(role)
    sign_in(client)

    assert client.get("/members/me/")["Location"] == "/members/second-factor/"
    page = client.get("/members/second-factor/")
    picture = client.get("/members/second-factor/qr.svg")
    device = Factor.objects.get(user=who)
    wrong = client.post("/members/second-factor/", {"token": "000000"})
    Factor.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    right = client.post("/members/second-factor/", {"token": code_of(device)})

    assert page.status_code == 200
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture["Cache-Control"] == "no-store"
    assert wrong.status_code == 422
    assert right["Location"] == "/members/me/"
    assert client.get("/members/me/").status_code == 200
    assert "factor.set" in verbs()


def test_the_second_factor_is_asked_at_every_sign_in(client, with_password):
    who = with_password(Role.SYS)
    device = Factor.objects.create(user=who, name="动态口令", confirmed=True)
    sign_in(client)

    assert client.get("/members/officers/")["Location"] == "/members/second-factor/code/"
    assert client.get("/members/second-factor/qr.svg").status_code == 409
    response = client.post("/members/second-factor/code/", {"token": code_of(device)})

    assert response["Location"] == "/members/officers/"
    assert client.get("/members/officers/").status_code == 200


def test_a_code_is_accepted_once(client, with_password):
    who = with_password(Role.SYS)
    device = Factor.objects.create(user=who, name="动态口令", confirmed=True)
    code = code_of(device)
    sign_in(client)
    client.post("/members/second-factor/code/", {"token": code})
    client.post("/members/sign-out/")
    sign_in(client)

    response = client.post("/members/second-factor/code/", {"token": code})

    assert response.status_code == 422
    assert verbs()[-1] == "factor.failed"


def test_a_wrong_code_makes_the_next_wait(client, with_password):
    who = with_password(Role.SYS)
    device = Factor.objects.create(user=who, name="动态口令", confirmed=True)
    sign_in(client)
    client.post("/members/second-factor/code/", {"token": "000000"})

    response = client.post("/members/second-factor/code/", {"token": code_of(device)})

    assert response.status_code == 422


def test_who_holds_several_posts_chooses_one(client, with_password):
    who = with_password()
    west = factories.holding(Role.COMM, who=who, place=factories.WEST)
    sign_in(client)

    assert client.get("/members/me/")["Location"] == "/members/post/"
    assert "西桥社区居委会" in client.get("/members/post/").content.decode()
    response = client.post("/members/post/", {"post": str(west.post_id)})

    assert response["Location"] == "/members/me/"
    assert client.get("/members/me/").context["request"].acting.region_code == factories.WEST
    assert verbs()[-1] == "post.chosen"


def test_a_post_of_somebody_else_cannot_be_chosen(client, with_password):
    who = with_password()
    factories.holding(Role.COMM, who=who, place=factories.WEST)
    foreign = factories.holding(Role.EDU)
    sign_in(client)

    client.post("/members/post/", {"post": str(foreign.post_id)})

    assert client.get("/members/me/")["Location"] == "/members/post/"


def test_without_a_post_nothing_opens(client):
    who = factories.officer(username="qingqiao01")
    accounts.set_password(who, PASSWORD, at=factories.clock.now(), one_time=False)
    sign_in(client)

    assert client.get("/")["Location"] == "/members/post/"
    assert "还没有岗位" in client.get("/members/post/").content.decode()


def test_a_post_that_ended_is_gone_at_the_next_request(client_as, community_officer, acting):
    client = client_as(community_officer)
    before = client.get("/members/me/").status_code
    holding = Holding.objects.get(post=community_officer.post_id)

    posts.end(holding, by=acting(Role.SECADMIN), on=factories.TODAY)

    assert before == 200
    assert client.get("/members/me/")["Location"] == "/members/post/"


def test_a_disabled_account_is_out_at_the_next_request(client_as, community_officer, sys_officer):
    client = client_as(community_officer)

    accounts.disable(Officer.objects.get(pk=community_officer.officer_id), by=sys_officer)

    assert client.get("/members/me/")["Location"].startswith(DOOR)


@pytest.mark.parametrize(
    ("key", "ago_s", "is_open"),
    [
        (sessions.SEEN, 29 * 60, True),
        (sessions.SEEN, 31 * 60, False),
        (sessions.BEGAN, 12 * 3600 - 60, True),
        (sessions.BEGAN, 12 * 3600 + 60, False),
    ],
)
def test_a_session_rests_thirty_minutes_and_lasts_twelve_hours(
    client_as, community_officer, key, ago_s, is_open
):
    client = client_as(community_officer)
    session = client.session
    session[key] -= ago_s
    session.save()

    response = client.get("/members/me/")

    assert (response.status_code == 200) is is_open
    assert ("session.ended" in verbs()) is not is_open


def test_all_devices_are_signed_out_at_once(client_as, community_officer):
    desk, phone = client_as(community_officer), client_as(community_officer)

    response = desk.post("/members/me/end-sessions/")

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert desk.get("/members/me/")["Location"].startswith(DOOR)
    assert phone.get("/members/me/")["Location"].startswith(DOOR)


def test_signing_out_ends_the_session_and_leaves_nothing(client_as, community_officer):
    client = client_as(community_officer)

    response = client.post("/members/sign-out/")

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/members/me/")["Location"].startswith(DOOR)
    assert verbs() == ["officer.signed_out"]


def test_signing_out_takes_a_click_and_no_link(client_as):
    assert client_as("comm").get("/members/sign-out/").status_code == 405


def test_a_piece_of_a_page_sends_the_whole_page_to_the_door(client):
    response = client.get(
        "/members/me/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?state=x"},
    )

    assert response.status_code == 204
    assert response["HX-Redirect"] == f"{DOOR}?next=%2Fcases%2F"


def test_who_is_in_needs_no_door(client_as):
    assert client_as("comm").get(DOOR)["Location"] == "/"


def _words(response, username: str) -> str:
    page = response.content.decode().replace(username, "")
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def set_everywhere(code: str, value: str, by: Acting) -> None:
    Parameter.objects.create(
        code=code,
        value=value,
        effective_from=factories.LONG_AGO,
        basis="本机设定",
        set_at=factories.clock.now(),
        set_by=by.post_id,
        set_by_words=by.post_title,
    )


# --- what is kept of wrong tries, and who keeps a session alive -----------------------------


def test_what_was_typed_as_a_user_name_is_kept_as_a_hash(client, with_password):
    with_password()
    for typed in ("qingqiao01", "My-Password-2026"):
        client.post(DOOR, {"username": typed, "password": "wrong"})

    kept = AccessAttempt.objects.values_list("username", "post_data", "get_data")
    assert len(kept) == 2
    assert not any(
        word in str(row) for row in kept for word in ("qingqiao01", "My-Password-2026", "wrong")
    )


def test_a_page_that_asks_again_by_itself_keeps_no_session_alive(client_as):
    client = client_as("comm")
    session = client.session
    session[sessions.SEEN] -= 600
    session.save()
    seen = session[sessions.SEEN]

    client.get("/jobs/", headers={"X-By-Itself": "1"})
    assert client.session[sessions.SEEN] == seen

    client.get("/jobs/")
    assert client.session[sessions.SEEN] > seen


def test_every_piece_that_asks_again_says_that_it_does_so_by_itself():
    rooms = Path(sessions.__file__).parents[1]
    asking = [
        line
        for path in rooms.rglob("*.html")
        for line in path.read_text("utf-8").splitlines()
        if 'hx-trigger="every' in line
    ]

    assert len(asking) >= 2
    assert [line for line in asking if '"X-By-Itself"' not in line] == []

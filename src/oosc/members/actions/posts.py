"""Units, their posts, and who holds them."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from oosc.access.policy import Permission, allows, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members import rules
from oosc.members.acting import Acting
from oosc.members.models import Holding, Officer, Post, Unit
from oosc.places.models import Region, School


@transaction.atomic
def found_unit(
    *, by: Acting, name: str, role: str, region: Region, school: School | None = None
) -> Unit:
    """Enter a member body (SD-1a)."""
    require(by, Permission.POST_GRANT)
    if (role == Role.SCHOOL) != (school is not None):
        raise Refused("学校单位须选学校，其他单位不选学校。")
    if Unit.objects.filter(region=region, name=name).exists():
        raise Refused(f"{region.name}已有名为“{name}”的单位。")
    unit = Unit.objects.create(name=name, role=role, region=region, school=school)
    trail.record("unit.founded", unit, by=by, role=role)
    return unit


@transaction.atomic
def end_unit(unit: Unit, *, by: Acting, on: date) -> Unit:
    require(by, Permission.POST_GRANT, unit)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.ended_on is not None:
        raise Refused("这个单位已经撤销。")
    if unit.posts.open_on(on).exists():
        raise Refused("本单位还有未撤销的岗位。请先撤销岗位，再撤销单位。")
    unit.ended_on = on
    unit.save(update_fields=["ended_on"])
    trail.record("unit.ended", unit, by=by)
    return unit


@transaction.atomic
def reopen_unit(unit: Unit, *, by: Acting) -> Unit:
    """Take back that a unit ended. Its posts stay closed until each is reopened."""
    require(by, Permission.POST_GRANT, unit)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.ended_on is None:
        raise Refused("这个单位没有撤销，不用恢复。")
    unit.ended_on = None
    unit.save(update_fields=["ended_on"])
    trail.record("unit.reopened", unit, by=by)
    return unit


@transaction.atomic
def open_post(
    unit: Unit, *, by: Acting, role: str, title: str, since: date, class_name: str = ""
) -> Post:
    """Set up a seat in a unit. Its role never changes: another role is another post."""
    require(by, Permission.POST_GRANT, unit)
    rules.check_post_role(unit.role, role)
    if (role == Role.TEACHER) != bool(class_name):
        raise Refused("班主任岗位须写明班级，其他岗位不写班级。")
    if unit.posts.filter(title=title, class_name=class_name, until=None).exists():
        raise Refused(f"{unit.name}已有“{title}{class_name}”岗位。")
    post = unit.posts.create(role=role, title=title, class_name=class_name, since=since)
    trail.record("post.opened", post, by=by, role=role)
    return post


@transaction.atomic
def close_post(post: Post, *, by: Acting, on: date) -> Post:
    """Abolish a seat that nobody holds from that day on."""
    require(by, Permission.POST_GRANT, post)
    post = _locked(post)
    if post.until is not None:
        raise Refused("该岗位已经撤销。")
    if post.holdings.overlapping(on, None).exists():
        raise Refused("该岗位还有人在任。请先卸任，再撤销岗位。")
    if on < post.since:
        raise Refused("撤销日期不能早于设立日期。")
    post.until = on
    _save(post, "until")
    trail.record("post.closed", post, by=by)
    return post


@transaction.atomic
def reopen_post(post: Post, *, by: Acting) -> Post:
    """Take back that a seat was abolished. Nobody holds it until it is granted."""
    require(by, Permission.POST_GRANT, post)
    post = _locked(post)
    if post.until is None:
        raise Refused("该岗位没有撤销，不用恢复。")
    if post.unit.ended_on is not None:
        raise Refused("它的单位还是撤销的。请先恢复单位。")
    same = post.unit.posts.filter(title=post.title, class_name=post.class_name, until=None)
    if same.exists():
        raise Refused(f"{post.unit.name}已另设了同名的岗位，不能再恢复这一个。")
    post.until = None
    _save(post, "until")
    trail.record("post.reopened", post, by=by)
    return post


@transaction.atomic
def grant(
    post: Post,
    officer: Officer,
    *,
    by: Acting,
    since: date,
    until: date | None = None,
    version: int | None = None,
) -> Holding:
    """Give a post to an officer for a period. Nobody gives to themselves."""
    require(by, Permission.POST_GRANT, post)
    post = _locked(post, version)
    holding = _begin(post, officer, by, since, until)
    _save(post)
    trail.record("post.granted", post, by=by, officer=officer.pk, holding=holding.pk)
    return holding


@transaction.atomic
def end(holding: Holding, *, by: Acting, on: date) -> Holding:
    """End a holding: from that day on the right is gone, on the day itself at the next request."""
    require(by, Permission.POST_GRANT, holding.post)
    holding = Holding.objects.select_for_update().select_related("post__unit").get(pk=holding.pk)
    if on < holding.since:
        raise Refused("卸任日期不能早于任职日期。")
    if holding.until is not None and holding.until <= on:
        raise Refused("该任职已经结束。")
    holding.until = on
    holding.save(update_fields=["until"])
    _save(holding.post)
    trail.record("post.ended", holding.post, by=by, officer=holding.officer_id, holding=holding.pk)
    return holding


@transaction.atomic
def hand_over(
    post: Post, to: Officer, *, by: Acting, on: date, today: date, version: int | None = None
) -> Holding:
    """Give a post its next holder. What is open stays with the post, so nothing is moved."""
    require(by, Permission.POST_HAND_OVER, post)
    rules.check_hand_over(
        is_administrator=post.is_administrator,
        may_grant=allows(by, Permission.POST_GRANT, post),
        on=on,
        today=today,
    )
    post = _locked(post, version)
    before = post.holdings.overlapping(on, None).filter(since__lte=on).first()
    if before and before.officer_id == to.pk:
        raise Refused("接任人就是现任，请另选一人。")
    if before:
        before.until = on
        before.save(update_fields=["until"])
    holding = _begin(post, to, by, on, None)
    _save(post)
    trail.record(
        "post.handed_over",
        post,
        by=by,
        officer_before=before.officer_id if before else None,
        officer=to.pk,
        holding=holding.pk,
    )
    return holding


@transaction.atomic
def name_approver(holding: Holding, *, by: Acting, approves: bool) -> Holding:
    """The head names who answers 申请查看 in their stead, or takes it back (domain §8.3)."""
    require(by, Permission.REVEAL_APPROVE, holding.post)
    rules.check_not_oneself(holding.officer_id, by.officer_id, "指定代批")
    holding = Holding.objects.select_for_update().select_related("post__unit").get(pk=holding.pk)
    holding.may_approve_reveals = approves
    holding.save(update_fields=["may_approve_reveals"])
    trail.record(
        "post.approver_named" if approves else "post.approver_withdrawn",
        holding.post,
        by=by,
        officer=holding.officer_id,
    )
    return holding


def _begin(post: Post, officer: Officer, by: Acting, since: date, until: date | None) -> Holding:
    rules.check_not_oneself(officer.pk, by.officer_id, "授予岗位")
    rules.check_period(since, until)
    # Two grants to one officer at once would each see the other's absence without this lock.
    officer = Officer.objects.select_for_update().get(pk=officer.pk)
    if not officer.is_active:
        raise Refused("该账号已停用，不能任职。请先由系统管理员启用。")
    if not Post.objects.filter(Q(until=None) | Q(until__gt=since), pk=post.pk).exists():
        raise Refused("该岗位到那一天已撤销。")
    others = officer.holdings.overlapping(since, until)
    rules.check_separation(post.role, others.values_list("role", flat=True))
    rules.check_free(post.holdings.overlapping(since, until).exists())
    return Holding.objects.begin(post, officer, since, until)


def _locked(post: Post, version: int | None = None) -> Post:
    """The post as it is now, kept from others. `version`: the one that the officer has seen.

    Needs no join: PostgreSQL would lock the joined rows too.
    """
    Post.objects.select_for_update().get(pk=post.pk)
    post = Post.objects.select_related("unit__region").get(pk=post.pk)
    if version not in (None, post.version):
        raise ChangedMeanwhile
    return post


def _save(post: Post, *fields: str) -> None:
    post.version += 1
    post.save(update_fields=[*fields, "version"])

"""Every action leaves exactly its event: which one stands here, and an action without a line fails.

The first half reads the sources; the second does each of them and counts what it left.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction

import factories
import world
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases.actions import assigning, opening, proving, reporting, striking_off, visiting
from oosc.cases.models import Case, MandatoryReport, Visit
from oosc.cases.states import Body, Conclusion, EvidenceKind, Means, Reason, State
from oosc.cases.states import Source as Suspected
from oosc.children import actions as children
from oosc.children.facts import ChildFacts, PlaceFacts
from oosc.children.states import Masked, PlaceKind, Purpose
from oosc.exports import actions as exports
from oosc.exports.actions import Listed
from oosc.jobs import actions as jobs
from oosc.jobs.models import Job
from oosc.jobs.states import State as JobState
from oosc.kernel import clock
from oosc.linkage import actions as linkage
from oosc.linkage.states import Verdict
from oosc.members.actions import accounts, factor, group, posts
from oosc.members.models import Officer, Post, Unit
from oosc.parameters import actions as parameters
from oosc.places import actions as places
from oosc.places.rules import SchoolRow
from oosc.places.states import Stage
from oosc.portal import actions as portal
from oosc.rosters import actions as rosters
from oosc.rosters.models import Roster
from oosc.rosters.states import State as RosterState
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import RosterKind, Source, Status

SOURCE = Path(__file__).resolve().parents[2] / "src" / "oosc"
FILES = sorted([*SOURCE.glob("*/actions.py"), *SOURCE.glob("*/actions/*.py")])
MODULES = {
    path.relative_to(SOURCE).with_suffix("").as_posix().replace("/actions", ""): path
    for path in FILES
    if path.stem != "__init__"
}

# Action → its event. Where there are several, each is one of a step that the action takes.
EVENTS = {
    "cases/opening.raise_suspicion": "case.raised case.reopened",
    "cases/opening.raise_suspicions": "case.raised case.reopened",
    "cases/assigning.assign": "case.assigned",
    "cases/assigning.assign_many": "case.assigned",
    "cases/assigning.reassign": "case.reassigned",
    "cases/assigning.hand_back": "case.handed_back",
    "cases/visiting.correct_visit": "case.visit_corrected",
    "cases/striking_off.recheck": "case.rechecked",
    "cases/opening.end_leaves": "case.reopened",
    "cases/opening.raise_lapsed": "case.raised case.reopened",
    "cases/assigning.start_verifying": "case.verifying",
    "cases/visiting.record_visit": "case.visited case.confirmed case.dropout_noted",
    "cases/visiting.note_dropouts": "case.dropout_noted",
    "cases/proving.add_evidence": "case.evidence_added",
    "cases/proving.take_back_evidence": "case.evidence_withdrawn",
    "cases/striking_off.rule_out": "case.ruled_out",
    "cases/striking_off.approve_closing": "case.closing_approved",
    "cases/striking_off.send_back": "case.sent_back",
    "cases/withdrawing.withdraw": "case.withdrawn",
    "cases/withdrawing.withdraw_resting_on": "case.withdrawn",
    "cases/reporting.report_mandatory": "mandatory_report.made",
    "cases/reporting.tell_more": "mandatory_report.told",
    "cases/reporting.answer_mandatory": "mandatory_report.answered",
    "cases/reporting.annul_report": "mandatory_report.annulled",
    "cases/reporting.reports_exported": "mandatory_report.exported",
    "cases/reporting.open_for_visit": "mandatory_report.opened",
    "cases/reporting.open_mandatory_report": "mandatory_report.opened",
    "cases/reporting.open_report_for_child": "mandatory_report.opened",
    "cases/sealing.exported": "case.exported",
    "children.register_child": "child.registered",
    "children.correct_child": "child.corrected",
    "children.add_place": "child.moved",
    "children.end_place": "child.place_ended",
    "children.add_circumstance": "child.circumstance_added",
    "children.end_circumstance": "child.circumstance_ended",
    "children.tell_apart": "child.told_apart",
    "children.add_guardian": "child.guardian_added",
    "children.change_guardian": "child.guardian_changed",
    "children.make_main": "child.guardian_made_main",
    "children.end_guardian": "child.guardian_ended",
    "children.restore_guardian": "child.guardian_restored",
    "children.merge_children": "child.merged",
    "children.undo_merge": "child.merge_undone",
    "children.request_reveals": "child.reveal_asked",
    "children.withdraw_request": "child.reveal_withdrawn",
    "children.note_student_number": "child.corrected",
    "children.upsert_from_run": "child.received",
    "children.open_file": "child.opened",
    "children.leave_search": "child.searched",
    "children.reveal": "child.revealed",
    "children.request_reveal": "child.reveal_asked",
    "children.answer_reveal": "child.reveal_answered",
    "exports.ask": "export.asked",
    "exports.keep": "export.made",
    "exports.fetch": "export.fetched",
    "exports.destroy_expired": "export.destroyed",
    "exports.ask_clear": "export.clear_asked",
    "exports.answer_clear": "export.clear_answered",
    "exports.withdraw_clear": "export.clear_withdrawn",
    "exports.make_clear": "export.clear_made export.row_in_clear export.destroyed",
    "jobs.cancel": "job.cancelled",
    "linkage.start_run": "run.started",
    "linkage.decide": "pair.decided",
    "linkage.undo": "pair.undone",
    "linkage.raise_suspicions": "run.suspicions_raised",
    "linkage.raise_batch": "run.suspicions_raised",
    "linkage.raise_portion": "run.suspicions_raised",
    "linkage.raise_pending": "run.suspicions_raised",
    "linkage.raise_rest": "run.batch_continued",
    "linkage.withdraw_batch": "run.batch_withdrawn",
    "linkage.withdraw_rest": "run.batch_withdrawn",
    "linkage.exported": "run.list_exported",
    "linkage.withdraw_with": "run.roster_withdrawn",
    "lists.exported": "list.exported",
    "members/accounts.create": "officer.created",
    "members/accounts.change": "officer.changed",
    "members/accounts.disable": "officer.disabled",
    "members/accounts.enable": "officer.enabled",
    "members/accounts.unlock": "officer.unlocked",
    "members/accounts.reset_password": "officer.password_reset",
    "members/accounts.change_password": "officer.password_changed",
    "members/accounts.end_sessions": "officer.sessions_ended",
    "members/factor.confirm": "factor.set",
    "members/factor.verify": "factor.verified factor.failed",
    "members/factor.ask_reset": "factor.reset_asked",
    "members/factor.decide_reset": "factor.reset_approved factor.reset_refused",
    "members/founding.appoint_administrators": "administrator.appointed",
    "members/group.publish": "group.published",
    "members/group.add_member": "group.member_added",
    "members/group.change_member": "group.member_changed",
    "members/group.move_member": "group.member_moved",
    "members/group.remove_member": "group.member_removed",
    "members/posts.found_unit": "unit.founded",
    "members/posts.end_unit": "unit.ended",
    "members/posts.reopen_unit": "unit.reopened",
    "members/posts.open_post": "post.opened",
    "members/posts.close_post": "post.closed",
    "members/posts.reopen_post": "post.reopened",
    "members/posts.grant": "post.granted",
    "members/posts.end": "post.ended",
    "members/posts.hand_over": "post.handed_over",
    "members/posts.name_approver": "post.approver_named post.approver_withdrawn",
    "parameters.set_parameter": "parameter.set",
    "parameters.withdraw_parameter": "parameter.withdrawn",
    "parameters.enter_year": "calendar.entered",
    "parameters.restore_year": "calendar.restored",
    "places.import_regions": "region.imported",
    "places.import_schools": "school.imported",
    "places.recode": "region.recoded",
    "places.end_region": "region.ended",
    "places.reopen_region": "region.reopened",
    "places.add_alias": "region.alias_added",
    "places.change_alias": "region.alias_changed",
    "places.remove_alias": "region.alias_removed",
    "places.add_school": "school.added",
    "places.change_school": "school.changed",
    "places.close_school": "school.closed",
    "places.reopen_school": "school.reopened",
    "places.add_campus": "campus.added",
    "places.change_campus": "campus.changed",
    "places.remove_campus": "campus.removed",
    "portal.enter_duty_text": "duty_text.entered",
    "rosters.hand_in": "roster.handed_in",
    "rosters.map_headings": "roster.mapped",
    "rosters.check_again": "roster.checked_again",
    "rosters.check": "roster.refused",
    "rosters.receive": "roster.received",
    "rosters.withdraw": "roster.withdrawn",
    "rosters.discard": "roster.discarded",
    "rosters.record_download": "roster.downloaded",
    "rosters.record_receipt": "roster.receipt_printed",
    "rosters.destroy": "roster.destroyed",
    "rosters.destroy_expired": "roster.destroyed",
    "schooling.set_status": "schooling.set",
    "schooling.set_statuses": "schooling.set_by_run",
    "schooling.carry_leaves_over": "schooling.set",
    "schooling.end_leaves": "schooling.set",
    "schooling.seal": "schooling.sealed",
    "schooling.seal_rows": "schooling.sealed",
    "schooling.correct_sealed": "schooling.sealed_corrected",
    "schooling.exported": "schooling.exported",
}
# What leaves none by itself, and why.
WITHOUT = {
    "children.note_answers_seen": "what was read is one's own, and its answer left the trace",
    "exports.note_clear_read": "as above",
    "cases/withdrawing.may_withdraw": "asks only",
    "cases/visiting.may_correct": "asks only",
    "cases/reporting.may_annul": "asks only",
    "cases/sealing.seal_ledger": "schooling.seal_rows leaves it",
    "jobs.enqueue": "whoever asks for the work leaves it",
    "jobs.again": "the action of the room whose work it is leaves it",
    "jobs.claim": "the machine's own: what the work did leaves its own",
    "jobs.heartbeat": "as above",
    "jobs.part": "as above",
    "jobs.step": "as above",
    "jobs.finish": "as above",
    "jobs.fail": "as above",
    "jobs.stop": "as above",
    "jobs.release": "as above",
    "jobs.delete_ended": "as above",
    "linkage.follow": "learns from the job how it ended",
    "linkage.check_rosters": "asks only",
    "linkage.claim_next_pair": "the page leaves pair.opened",
    "linkage.claim_pair": "as above",
    "linkage.withdraw_portion": "cases.withdraw leaves one for each case",
    "members/accounts.set_password": "whoever calls it leaves it",
    "members/factor.begin": "nothing holds before it is confirmed",
    "places.compare": "asks only",
    "places.compare_schools": "asks only",
    "schooling.sealed_rows": "asks only",
}


RECORDING = {"trail.record", "trail.record_each"}


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _verbs(name: str, functions: dict[str, ast.FunctionDef], seen: frozenset[str]) -> set[str]:
    """The verbs that a function records, itself or through another of its module."""
    found = set()
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDING:
            found |= _dotted(node.args[0]) or _dotted(functions[name])
        if isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
            found |= _verbs(node.id, functions, seen | {node.id})
    return found


def _dotted(tree: ast.AST) -> set[str]:
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {w for w in words if isinstance(w, str) and w.count(".") == 1 and w.islower()}


def test_every_action_records_what_stands_here():
    found = {}
    for module, path in MODULES.items():
        functions = _functions(path)
        for name in functions:
            if not name.startswith("_"):
                found[f"{module}.{name}"] = _verbs(name, functions, frozenset({name}))

    assert {name: verbs for name, verbs in found.items() if name not in WITHOUT} == {
        name: set(verbs.split()) for name, verbs in EVENTS.items()
    }
    assert {name for name in WITHOUT if found.get(name)} == set()
    assert set(WITHOUT) <= set(found)


# --- done, and counted ----------------------------------------------------------------------


@pytest.fixture
def here(db) -> SimpleNamespace:
    """A world, who acts in it by role, and its things by short names."""
    home = world.home()
    by = {role.value: home.acting(role) for role in Role}
    names = {name.replace(" ", "_"): thing for name, thing in home.things.items()}
    return SimpleNamespace(by=SimpleNamespace(**by), world=home, **names)


def _state(here, state: State, **more: object) -> Case:
    Case.objects.filter(pk=here.case.pk).update(state=state, **more)
    return Case.objects.get(pk=here.case.pk)


def _closing(here) -> Case:
    return _state(
        here, State.CLOSING, closing_reason=Reason.ENROLLED, closing_from=State.VERIFYING,
        closing_by_id=here.by.comm.officer_id,
    )  # fmt: skip


def _unvisited(here) -> Case:
    child = factories.child("苏小禾", place=here.world.community)
    suspicion = opening.Suspicion(child, Suspected.MATCH, "never_on_roll", "学籍中没有此人")
    return opening.raise_suspicion(suspicion, by=None, on=TODAY)


def _ready(here) -> Case:
    proving.add_evidence(
        here.case, by=here.by.comm, kind=EvidenceKind.DEATH, file=world.PDF, number=""
    )
    return here.case


def _told(here) -> MandatoryReport:
    return reporting.report_mandatory(
        here.report, by=here.by.comm, kind=MandatoryReport.Kind.HARM, account="有伤",
        measures="", told=[_telling(Body.POLICE)],
    )  # fmt: skip


def _telling(body: Body) -> reporting.Telling:
    return reporting.Telling(body, "值班员 3021", Means.PHONE, clock.now())


LISTED = Listed("children", "/children/", "", "", "儿童名单", "不限", rows=1)


def _confirmed(here) -> Visit:
    facts = world.visit_facts(conclusion=Conclusion.NEVER_ENROLLED)
    return visiting.record_visit(here.case, by=here.by.comm, facts=facts)


def _abroad(here) -> Case:
    asked = {"closing_reason": Reason.ABROAD, "closed_on": TODAY, "recheck_on": TODAY}
    return _state(here, State.CLOSED, **asked)


def _roster(here, state: RosterState) -> Roster:
    Roster.objects.filter(pk=here.roster_of_police.pk).update(
        state=state, previous=None, file_hash="f" * 64
    )
    return Roster.objects.get(pk=here.roster_of_police.pk)


def _empty_unit(here) -> Unit:
    return Unit.objects.create(name="新所", role=Role.POLICE, region=here.region)


def _empty_post(here) -> Post:
    return Post.objects.create(
        unit=_empty_unit(here), role=Role.POLICE, title="民警", since=factories.LONG_AGO
    )


def _queued(here) -> Job:
    return Job.objects.create(
        name="rosters.check", title="检查", state=JobState.QUEUED, created_at=NOW,
        post_id=here.by.police.post_id, unit_id=here.by.police.unit_id,
    )  # fmt: skip


def _decided(here):
    return linkage.decide(here.pair, by=here.by.edu, verdict=Verdict.SKIPPED, now=NOW)


def _facts(here, name: str) -> ChildFacts:
    at = PlaceFacts(PlaceKind.RESIDENCE, region_id=here.community.pk)
    return ChildFacts(name=name, sex="女", birth_date=date(2017, 3, 5), places=(at,))


TODAY = factories.TODAY
NOW = world.NOON
LATER = datetime(2026, 9, 22, 9, 0, tzinfo=NOW.tzinfo)
EDU_TEXT = {"text": "原文", "document_number": "云办〔2026〕1号"}
# Action → (what comes before and is not counted, the action itself).
Step = Callable[..., object]
DONE: dict[str, tuple[Step | None, Step]] = {
    "cases/opening.raise_suspicion": (None, _unvisited),
    "cases/assigning.assign": (
        _unvisited,
        lambda h, c: assigning.assign(
            c, by=h.by.edu, on=TODAY, region=h.community, school=h.school
        ),
    ),
    "cases/assigning.start_verifying": (
        lambda h: _state(h, State.ASSIGNED),
        lambda h, c: assigning.start_verifying(c, by=h.by.comm, on=TODAY),
    ),
    "cases/visiting.record_visit": (
        None, lambda h: visiting.record_visit(h.case, by=h.by.comm, facts=world.visit_facts()),
    ),
    "cases/proving.add_evidence": (None, _ready),
    "cases/proving.take_back_evidence": (
        None, lambda h: proving.take_back_evidence(h.evidence, by=h.by.comm)
    ),
    "cases/striking_off.rule_out": (
        _ready,
        lambda h, c: striking_off.rule_out(c, by=h.by.comm, on=TODAY, reason=Reason.DECEASED),
    ),
    "cases/striking_off.send_back": (
        _closing, lambda h, c: striking_off.send_back(c, by=h.by.edu, on=TODAY, why="不全"),
    ),
    "cases/reporting.report_mandatory": (
        None,
        lambda h: reporting.report_mandatory(
            h.report, by=h.by.comm, kind=MandatoryReport.Kind.HARM, account="有伤", measures="",
            told=[_telling(Body.POLICE)],
        ),
    ),
    "cases/reporting.tell_more": (
        _told, lambda h, r: reporting.tell_more(r, by=h.by.comm, told=[_telling(Body.CIVIL)]),
    ),
    "cases/reporting.answer_mandatory": (
        _told,
        lambda h, r: reporting.answer_mandatory(r, by=h.by.comm, body=Body.POLICE, answer="已查"),
    ),
    "cases/reporting.annul_report": (
        None, lambda h: reporting.annul_report(h.report, by=h.by.comm, why="误点"),
    ),
    "cases/assigning.reassign": (
        None,
        lambda h: assigning.reassign(
            h.case, by=h.by.edu, on=TODAY, region=h.community, school=None, why="不在该校"
        ),
    ),
    "cases/assigning.hand_back": (
        None, lambda h: assigning.hand_back(h.case, by=h.by.comm, on=TODAY, why="不住本社区"),
    ),
    "cases/visiting.correct_visit": (
        None, lambda h: visiting.correct_visit(h.visit, by=h.by.comm, on=TODAY, why="点错了"),
    ),
    "cases/striking_off.recheck": (
        _abroad, lambda h, c: striking_off.recheck(c, by=h.by.comm, on=TODAY, found="仍在境外"),
    ),
    "cases/reporting.open_mandatory_report": (
        None, lambda h: reporting.open_mandatory_report(h.case, by=h.by.comm)
    ),
    "cases/reporting.open_report_for_child": (
        None, lambda h: reporting.open_report_for_child(h.child, by=h.by.comm)
    ),
    "children.register_child": (
        None,
        lambda h: children.register_child(by=h.by.comm, facts=_facts(h, "江晚"), on=TODAY),
    ),
    "children.correct_child": (
        None,
        lambda h: children.correct_child(
            h.child, by=h.by.comm, on=TODAY, version=h.child.version,
            facts=ChildFacts(name="鹿晴", sex="男", birth_date=h.child.birth_date),
        ),
    ),
    "children.end_place": (None, lambda h: children.end_place(h.place, by=h.by.comm, on=TODAY)),
    "children.end_circumstance": (
        None, lambda h: children.end_circumstance(h.circumstance, by=h.by.comm, on=TODAY)
    ),
    "children.open_file": (None, lambda h: children.open_file(h.child, by=h.by.comm)),
    "children.reveal": (
        None,
        lambda h: children.reveal(
            h.child, Masked.ID_NO, by=h.by.comm, purpose=Purpose.VERIFY, at=NOW, case_id=h.case.pk
        ),
    ),
    "children.request_reveal": (
        None,
        lambda h: children.request_reveal(
            h.child, by=h.by.edu, fields=[Masked.ID_NO], purpose=Purpose.VERIFY, reason="核对",
            at=NOW,
        ),
    ),
    "children.answer_reveal": (
        None,
        lambda h: children.answer_reveal(
            h.request, by=h.by.lead, granted=True, answer="", at=clock.now()
        ),
    ),
    "jobs.cancel": (_queued, lambda h, j: jobs.cancel(j, by=h.by.police)),
    "linkage.decide": (None, _decided),
    "linkage.undo": (_decided, lambda h, p: linkage.undo(p, by=h.by.edu, now=NOW)),
    "linkage.withdraw_batch": (
        None, lambda h: linkage.withdraw_batch(h.batch, by=h.by.edu, on=TODAY, now=NOW)
    ),
    "linkage.exported": (
        None,
        lambda h: linkage.exported(
            h.run, by=h.by.edu, what="suspected", purpose="存档备查", rows=1, form="xlsx"
        ),
    ),
    "members/accounts.create": (
        None,
        lambda h: accounts.create(by=h.by.sys, at=NOW, username="new1", name="棠梨"),
    ),
    "members/accounts.change": (
        None, lambda h: accounts.change(h.officer, by=h.by.sys, name="棠梨", phone=""),
    ),
    "members/accounts.disable": (None, lambda h: accounts.disable(h.officer, by=h.by.sys)),
    "members/accounts.enable": (None, lambda h: accounts.enable(h.officer, by=h.by.sys)),
    "members/accounts.reset_password": (
        None, lambda h: accounts.reset_password(h.officer, by=h.by.sys, at=NOW)
    ),
    "members/accounts.end_sessions": (
        None, lambda h: accounts.end_sessions(h.officer, by=h.by.police)
    ),
    "members/factor.decide_reset": (
        None,
        lambda h: factor.decide_reset(h.factor_reset, by=h.by.secadmin, at=LATER, approve=True),
    ),
    "members/group.publish": (
        None,
        lambda h: group.publish(
            h.region, by=h.by.office, document_number="2号", title="调整", effective_from=TODAY
        ),
    ),
    "members/group.remove_member": (
        None, lambda h: group.remove_member(h.group_member, by=h.by.office)
    ),
    "members/posts.found_unit": (
        None,
        lambda h: posts.found_unit(by=h.by.secadmin, name="新所", role="police", region=h.region),
    ),
    "members/posts.end_unit": (
        _empty_unit, lambda h, u: posts.end_unit(u, by=h.by.secadmin, on=TODAY),
    ),
    "members/posts.open_post": (
        _empty_unit,
        lambda h, u: posts.open_post(
            u, by=h.by.secadmin, role="police", title="民警", since=TODAY
        ),
    ),
    "members/posts.close_post": (
        _empty_post, lambda h, p: posts.close_post(p, by=h.by.secadmin, on=TODAY),
    ),
    "members/posts.grant": (
        _empty_post,
        lambda h, p: posts.grant(p, h.officer, by=h.by.secadmin, since=TODAY),
    ),
    "members/posts.end": (None, lambda h: posts.end(h.holding, by=h.by.secadmin, on=TODAY)),
    "members/posts.hand_over": (
        lambda h: Officer.objects.create(username="next1", name="棠梨"),
        lambda h, o: posts.hand_over(h.post, o, by=h.by.lead, on=TODAY, today=TODAY),
    ),
    "members/posts.name_approver": (
        None, lambda h: posts.name_approver(h.holding, by=h.by.lead, approves=True)
    ),
    "parameters.set_parameter": (
        None,
        lambda h: parameters.set_parameter(
            "reveal_seconds", "30", by=h.by.edu, region=h.region, effective_from=TODAY,
            basis="会议", today=TODAY,
        ),
    ),
    "places.import_regions": (
        None, lambda h: places.import_regions({"990001001009": "新桥社区"}, by=h.by.sys)
    ),
    "places.import_schools": (
        None,
        lambda h: places.import_schools(
            [SchoolRow(2, "9900010039", "新小学", Stage.PRIMARY, h.region.code)], by=h.by.edu
        ),
    ),
    "places.end_region": (
        None, lambda h: places.end_region(factories.region("990001001008"), by=h.by.sys, on=TODAY)
    ),
    "places.add_alias": (None, lambda h: places.add_alias(h.region, by=h.by.sys, name="老街")),
    "places.remove_alias": (None, lambda h: places.remove_alias(h.alias, by=h.by.sys)),
    "places.add_school": (
        None,
        lambda h: places.add_school(
            by=h.by.edu, code="9900019999", name="新小学", stage="primary", region=h.region
        ),
    ),
    "places.close_school": (None, lambda h: places.close_school(h.school, by=h.by.edu, on=TODAY)),
    "places.add_campus": (None, lambda h: places.add_campus(h.school, by=h.by.edu, name="东区")),
    "portal.enter_duty_text": (
        None, lambda h: portal.enter_duty_text("SQ-2a", by=h.by.office, on=TODAY, **EDU_TEXT)
    ),
    "rosters.check_again": (
        lambda h: _roster(h, RosterState.CHECKED),
        lambda h, r: rosters.check_again(r, by=h.by.police),
    ),
    "rosters.receive": (
        lambda h: _roster(h, RosterState.CHECKED),
        lambda h, r: rosters.receive(r, by=h.by.police, at=NOW),
    ),
    "rosters.discard": (
        lambda h: _roster(h, RosterState.CHECKED),
        lambda h, r: rosters.discard(r, by=h.by.police),
    ),
    "exports.ask_clear": (
        None,
        lambda h: exports.ask_clear(
            LISTED, by=h.by.edu, fields=["id_no"], purpose="核对信息", destination="派出所",
            reason="核对户籍", at=world.NOON,
        ),
    ),
    "exports.answer_clear": (
        None,
        lambda h: exports.answer_clear(
            h.clear_export, by=h.by.lead, granted=True, answer="", at=world.NOON
        ),
    ),
    "exports.withdraw_clear": (
        None, lambda h: exports.withdraw_clear(h.clear_export, by=h.by.edu)
    ),
    "exports.make_clear": (
        lambda h: exports.ask_clear(
            LISTED, by=h.by.edu, fields=["id_no"], purpose="核对信息", destination="派出所",
            reason="核对户籍", at=world.NOON,
        ),
        lambda h, made: exports.make_clear(
            made, by=h.by.edu, keys=[h.child.pk], at=world.NOON
        ),
    ),
    "rosters.record_download": (
        None, lambda h: rosters.record_download(h.roster_of_police, "marked", by=h.by.police)
    ),
    "rosters.record_receipt": (
        None, lambda h: rosters.record_receipt(h.roster_of_police, "pdf", by=h.by.police)
    ),
    "children.note_student_number": (
        None,
        lambda h: children.note_student_number(
            h.child, by=h.by.edu, number="G" + factories.id_no(serial=97)
        ),
    ),
    "schooling.set_status": (
        None,
        lambda h: schooling.set_status(
            h.child, school_year=world.THIS_YEAR, status=Status.ENROLLED_UNREGISTERED,
            by=h.by.edu, source=Source.HAND, on=TODAY,
        ),
    ),
    "schooling.set_statuses": (
        None,
        lambda h: schooling.set_statuses(
            [StatusRow(h.child.pk, world.THIS_YEAR, Status.PENDING)], by=None, on=TODAY
        ),
    ),
    "schooling.seal": (
        None,
        lambda h: schooling.seal(
            RosterKind.NOT_ENROLLED, world.THIS_YEAR, h.region, by=h.by.edu, on=TODAY
        ),
    ),
    "schooling.correct_sealed": (
        None,
        lambda h: schooling.correct_sealed(
            h.sealed, row=1, column="remark", now="已核", why="核对", by=h.by.comm, on=TODAY
        ),
    ),
}  # fmt: skip
# What an action leaves beside its own: the room below that it writes to has its own event.
BESIDE = {
    "cases/opening.raise_suspicion": ["schooling.set"],
    "exports.make_clear": ["export.row_in_clear"],  # one for each child
}


def test_each_done_leaves_exactly_one_with_who_and_what(here):
    wrong = []
    for name, (before, act) in DONE.items():
        with transaction.atomic():
            made = [before(here)] if before else []
            mark = Event.objects.order_by("-pk").first()
            act(here, *made)
            left = list(Event.objects.filter(pk__gt=mark.pk).order_by("pk"))
            transaction.set_rollback(True)
        expected = sorted([EVENTS[name].split()[0], *BESIDE.get(name, [])])
        if sorted(event.verb for event in left) != expected:
            wrong.append(f"{name}: {[event.verb for event in left]}")
        signed = name in ("cases/opening.raise_suspicion", "schooling.set_statuses")
        if not signed and not all(event.officer_id and event.at for event in left):
            wrong.append(f"{name}: nobody signs")

    assert wrong == [], "\n".join(wrong)

"""A roster's life: handed in, checked, received, corrected, withdrawn; and what is refused."""

from __future__ import annotations

import json
import os
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from oosc.audit.models import Event
from oosc.jobs.models import Job
from oosc.kernel.refusal import Refused
from oosc.parameters.actions import set_parameter
from oosc.places.models import Region
from oosc.rosters import actions, effects, in_clear, queries, sheets
from oosc.rosters.models import HeadingMapping, Roster
from oosc.rosters.states import State
from oosc.vault import files
from oosc.vault.models import StoredFile
from roster_files import (
    HEADINGS,
    NOON,
    child,
    hand_in,
    id_number,
    later,
    put_in,
    receive,
    run_jobs,
    workbook,
)
from rosterlink.reading import Marked, answer

pytestmark = pytest.mark.django_db


def test_a_file_is_checked_by_a_job_and_then_received(police_officer):
    roster = hand_in(police_officer, workbook([child(1), child(2)], title="学龄人口"))

    assert (roster.state, roster.rows, roster.new) == (State.CHECKED, 2, 2)
    assert roster.sheets == [["名册", 2, 2]]

    actions.receive(roster, by=police_officer, at=NOON)
    roster.refresh_from_db()
    assert roster.state == State.RECEIVED
    assert queries.table(roster)["name"].to_pylist() == [child(1)[0], child(2)[0]]
    assert queries.latest("990001001") == [roster]


def test_the_rows_lie_encrypted(received, data_folder):
    name = child(1)[0].encode()
    stored = [path.read_bytes() for path in (data_folder / "files").rglob("*") if path.is_file()]

    assert stored
    assert not any(name in content for content in stored)


def test_rows_are_named_by_the_batch_whatever_ids_the_sender_gave(police_officer):
    headings = ("row_id", *HEADINGS)
    roster = receive(police_officer, workbook([["H1", *child(1)], ["H2", *child(2)]], headings))

    assert queries.table(roster)["row_id"].to_pylist() == [
        f"{roster.stem}:1:2",
        f"{roster.stem}:1:3",
    ]


def test_a_bad_cell_is_told_by_its_place_and_its_row_is_kept(received):
    (problem,) = queries.problems(received)

    assert (problem.row, problem.heading) == (4, "公民身份号码")
    assert "990000201506220320" not in problem.problem
    assert (received.rows, received.problems, received.rows_with_problems) == (3, 1, 1)
    assert sum(received.problem_counts.values()) == 1


def test_new_changed_unchanged_and_gone(received, police_officer):
    moved = child(2)
    moved[4] = "西桥社区"
    rows = [child(1), moved, child(5)]

    second = hand_in(police_officer, workbook(rows), as_of=date(2026, 9, 20))

    assert (second.new, second.changed, second.unchanged, second.gone) == (1, 1, 1, 1)
    assert second.previous == received


def test_the_same_file_is_not_received_twice(received, police_officer):
    content = files.read(received.file_key)

    with pytest.raises(actions.AlreadyHere, match="2026-09-21 收下"):
        hand_in(police_officer, content)

    assert Roster.objects.count() == 1


def test_a_row_taken_for_headings_lies_encrypted(police_officer):
    roster = put_in(police_officer, workbook([child(2)], child(1)), name="桑夏至.xlsx")
    run_jobs()
    roster.refresh_from_db()

    assert roster.state == State.UNMAPPED
    assert id_number(1) in roster.headings
    assert id_number(1) in roster.refusal
    for name in ("headings", "refusal", "mapping", "file_name"):
        sealed = Roster.objects.values_list(name, flat=True).get()
        assert id_number(1).encode() not in sealed.data
        assert "桑夏至".encode() not in sealed.data


def test_two_drafts_of_one_file_cannot_both_be_received(police_officer):
    content = workbook([child(1)])
    first, second = hand_in(police_officer, content), hand_in(police_officer, content)
    actions.receive(first, by=police_officer, at=NOON)

    with pytest.raises(Refused, match="没有重复收取"):
        actions.receive(second, by=police_officer, at=NOON)


def test_a_withdrawn_file_may_come_again(received, police_officer):
    content = files.read(received.file_key)
    actions.withdraw(received, by=police_officer, at=later(1), why="时点填错了")

    assert receive(police_officer, content, at=later(1)).state == State.RECEIVED


def test_one_check_at_a_time(police_officer):
    put_in(police_officer, workbook([child(1)]))

    with pytest.raises(Refused, match="上一份还在检查"):
        put_in(police_officer, workbook([child(2)]))


def test_a_day_to_come_is_refused(police_officer):
    with pytest.raises(Refused, match="时点在今天之后"):
        hand_in(police_officer, workbook([child(1)]), as_of=date(2026, 9, 22))


def test_a_unit_sends_only_its_own_kinds(civil_officer):
    with pytest.raises(Refused, match="不报送“户籍学龄人口”"):
        hand_in(civil_officer, workbook([child(1)]))


def test_an_office_hands_in_only_for_itself(civil_officer, police_station):
    with pytest.raises(Refused, match="只能办理本单位"):
        hand_in(civil_officer, workbook([child(1)]), sender=police_station)


def test_the_centre_hands_in_for_any_unit_in_reach(education_officer, police_station):
    roster = receive(education_officer, workbook([child(1)]), sender=police_station)

    assert roster.sender == police_station


def test_each_office_sees_its_own_and_the_centre_all(received, civil_officer, education_officer):
    assert not Roster.objects.visible_to(civil_officer).exists()
    assert Roster.objects.visible_to(education_officer).get() == received


def test_a_missing_heading_waits_for_the_clerk_and_is_remembered(police_officer):
    headings = ("人名", *HEADINGS[1:])
    roster = hand_in(police_officer, workbook([child(1)], headings))
    assert roster.state == State.UNMAPPED
    assert "人名" in roster.headings
    assert "姓名" in roster.refusal

    actions.map_headings(roster, mapping={"name": "人名"}, by=police_officer, at=NOON)
    run_jobs()
    roster.refresh_from_db()
    assert (roster.state, roster.mapping["name"]) == (State.CHECKED, "人名")

    second = hand_in(police_officer, workbook([child(2)], headings))
    assert second.state == State.CHECKED
    assert [one.label for one in queries.headings_shown(second) if one.told] == ["姓名"]


def test_what_was_remembered_is_passed_over_where_the_file_has_it_no_more(police_officer):
    roster = hand_in(police_officer, workbook([child(1)], ("人名", *HEADINGS[1:])))
    actions.map_headings(roster, mapping={"name": "人名"}, by=police_officer, at=NOON)
    run_jobs()

    assert hand_in(police_officer, workbook([child(2)])).state == State.CHECKED
    assert HeadingMapping.objects.count() == 1


def test_a_field_that_the_kind_lacks_cannot_be_mapped(police_officer):
    roster = hand_in(police_officer, workbook([child(1)]))

    with pytest.raises(Refused, match="不是这种名册的内容"):
        actions.map_headings(roster, mapping={"passport": "姓名"}, by=police_officer, at=NOON)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 broken", "。"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "。"),
        (workbook([]), "。"),
    ],
    ids=["broken zip", "broken xls", "no rows"],
)
def test_what_cannot_be_read_is_put_away_with_a_sentence(police_officer, content, sentence):
    roster = hand_in(police_officer, content)

    assert roster.state in (State.DISCARDED, State.CHECKED)
    if roster.state == State.DISCARDED:
        assert roster.refusal.endswith(sentence)
        assert not StoredFile.objects.live().exists()


def test_a_check_that_is_stopped_leaves_nothing_and_can_begin_again(police_officer, incoming):
    roster = put_in(police_officer, workbook([child(1)]))

    class Killed(BaseException):
        """As a kill would end it: past every handler."""

    def killed_while_saving(done: int, total: int, sentence: str) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        actions.check(roster, step=killed_while_saving)

    roster.refresh_from_db()
    assert (roster.state, roster.rows_key) == (State.CHECKING, "")
    assert StoredFile.objects.live().count() == 1  # the file as it came
    assert not list(incoming.iterdir())

    run_jobs()
    roster.refresh_from_db()
    assert (roster.state, roster.rows) == (State.CHECKED, 1)


def test_what_a_killed_process_left_in_clear_is_swept(incoming):
    left, fresh = incoming / "left", incoming / "fresh.upload.xlsx"
    left.mkdir()
    (left / "a.xlsx").write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(left, (0, 0))

    with in_clear.private_folder() as folder:
        assert set(incoming.iterdir()) == {fresh, folder}

    fresh.unlink()


def test_a_stopped_check_is_asked_for_again(police_officer):
    roster = put_in(police_officer, workbook([child(1)]))
    actions.jobs.cancel(roster.job_id, by=police_officer)
    assert queries.is_stuck(roster)

    actions.check_again(roster, by=police_officer)
    run_jobs()

    roster.refresh_from_db()
    assert roster.state == State.CHECKED


def test_discarding_destroys_the_file(police_officer):
    roster = hand_in(police_officer, workbook([child(1)]))

    actions.discard(roster, by=police_officer)

    roster.refresh_from_db()
    assert (roster.state, roster.file_key, roster.rows_key) == (State.DISCARDED, "", "")
    assert not StoredFile.objects.live().exists()


def test_a_received_roster_is_not_discarded(received, police_officer):
    with pytest.raises(Refused, match="不能转为“未收下”"):
        actions.discard(received, by=police_officer)


def test_another_one_received_meanwhile_asks_for_a_new_check(police_officer):
    draft = hand_in(police_officer, workbook([child(1)]))
    receive(police_officer, workbook([child(1), child(2)]))

    with pytest.raises(Refused, match="重新检查"):
        actions.receive(draft, by=police_officer, at=NOON)

    actions.check_again(draft, by=police_officer)
    run_jobs()
    draft.refresh_from_db()
    assert draft.gone == 1
    assert actions.receive(draft, by=police_officer, at=NOON).state == State.RECEIVED


def test_withdrawing_tells_and_undoes_what_it_caused(received, police_officer):
    undone = []

    def teller(roster: Roster) -> list[str]:
        return [f"第 1 次比对用过它的 {roster.rows} 行。"]

    def undoer(roster: Roster, *, by: object, why: str) -> None:
        undone.append((roster.pk, why))

    effects.register(teller)
    effects.on_withdraw(undoer)
    try:
        assert effects.caused_by(received) == ["第 1 次比对用过它的 3 行。"]
        actions.withdraw(received, by=police_officer, at=later(1), why="发错了文件")
    finally:
        effects._tellers.remove(teller)
        effects._undoers.remove(undoer)

    received.refresh_from_db()
    assert (received.state, received.withdrawn_why) == (State.WITHDRAWN, "发错了文件")
    assert undone == [(received.pk, "发错了文件")]
    assert queries.latest("990001001") == []


def test_withdrawing_needs_a_reason(received, police_officer):
    with pytest.raises(Refused, match="请写明撤回理由"):
        actions.withdraw(received, by=police_officer, at=later(1), why="  ")


def test_the_newest_by_its_day_is_the_latest(received, police_officer):
    older = receive(police_officer, workbook([child(4)]), as_of=date(2026, 8, 1), at=later(1))

    assert queries.latest("990001001") == [received]
    assert older.state == State.RECEIVED


def test_only_failed_rows_come_again_and_take_their_place(received, police_officer):
    book = openpyxl.load_workbook(BytesIO(sheets.failed_rows(received)))
    rows = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    headings, wrong = rows[2], rows[3]
    assert len(rows) == 4
    assert wrong[0] == f"{received.stem}:1:4"
    wrong[headings.index("公民身份号码")] = id_number(3)

    second = receive(police_officer, workbook([wrong], headings), supplements=received, at=later(1))

    table = queries.table(second)
    assert (second.rows, second.problems) == (3, 0)
    assert (second.new, second.changed, second.unchanged, second.gone) == (1, 0, 2, 1)
    assert table["id_no"].to_pylist()[-1] == id_number(3)
    assert table["row_id"].to_pylist()[-1] == f"{received.stem}:1:4"
    assert table["source_row"].to_pylist()[-1] == 4
    assert queries.latest("990001001") == [second]


def test_headings_in_two_rows_come_back_in_two_rows_and_are_read_again(police_officer):
    """证件 over 身份证号码 is written back so, and not as 证件身份证号码."""
    groups = ("姓名", "性别", "出生日期", "证件", "", "所属社区", "户籍状态")
    heads = ("", "", "", "类型", "身份证号码", "", "")
    wrong = child(3, id_no="990000201506220321")
    lines = [[*line[:3], "居民身份证", *line[3:]] for line in (child(1), wrong)]
    taken = receive(police_officer, workbook([heads, *lines], groups))
    assert taken.mapping["id_no"] == "证件身份证号码"

    sheet = openpyxl.load_workbook(BytesIO(sheets.failed_rows(taken))).active
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    at = rows[3].index("身份证号码")
    assert "证件" in rows[2]
    assert "证件身份证号码" not in [*rows[2], *rows[3]]

    rows[4][at] = id_number(3)
    again = receive(police_officer, workbook(rows[3:], rows[2]), supplements=taken, at=later(1))
    assert (again.rows, again.problems) == (2, 0)


def test_a_correction_that_is_still_wrong_stands_where_its_row_stood(received, police_officer):
    line = [f"{received.stem}:1:4", *child(3, id_no="990000201506220321")]

    second = receive(
        police_officer, workbook([line], ("行号标识", *HEADINGS)), supplements=received
    )

    assert [(p.row, p.heading) for p in queries.problems(second)] == [(4, "公民身份号码")]


@pytest.mark.parametrize(
    ("headings", "line", "sentence"),
    [
        (HEADINGS, child(3), "没有找到“行号标识”一列"),
        (("行号标识", *HEADINGS), ["没有这一行", *child(3)], "不在原花名册里"),
    ],
)
def test_a_correction_must_say_which_row(received, police_officer, headings, line, sentence):
    second = hand_in(police_officer, workbook([line], headings), supplements=received)

    assert second.state == State.DISCARDED
    assert sentence in second.refusal


def test_the_marked_workbook_has_the_wrong_cell_coloured(received):
    content, way = sheets.marked(received)

    cell = openpyxl.load_workbook(BytesIO(content)).active["D4"]
    assert way is Marked.ORIGINAL is queries.way_marked(received)
    assert cell.comment
    assert cell.fill.fgColor.rgb == "FFFFC7CE"


def test_what_a_correction_leaves_wrong_is_marked_in_the_first_file(received, police_officer):
    """Round after round: the first file has every row, each under its own heading."""
    again = received
    for last in "12":
        line = [f"{received.stem}:1:4", *child(3, id_no=f"99000020150622032{last}")]
        again = receive(
            police_officer, workbook([line], ("行号标识", *HEADINGS)), supplements=again
        )

    content, way = sheets.marked(again)

    sheet = openpyxl.load_workbook(BytesIO(content)).active
    marked = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert marked == ["D4"]
    assert way is Marked.ORIGINAL


@pytest.mark.parametrize(("name", "way"), [("名册.csv", Marked.COPY), ("名册.xlsx", Marked.LIST)])
def test_what_cannot_be_coloured_as_it_is_says_so(police_officer, monkeypatch, name, way):
    monkeypatch.setattr(answer, "ROWS_MARKED_AT_MOST", 0)
    monkeypatch.setattr(answer, "CELLS_COPIED_AT_MOST", 0 if way is Marked.LIST else 100)
    rows = [HEADINGS, child(3, id_no="990000201506220320")]
    text = "\n".join(",".join(row) for row in rows).encode()
    roster = receive(police_officer, text if ".csv" in name else workbook(rows[1:]), name=name)

    content, came = sheets.marked(roster)

    assert came is way is queries.way_marked(roster)
    assert openpyxl.load_workbook(BytesIO(content)).active.title == (
        "问题" if way is Marked.LIST else "名册"
    )


def test_only_who_handed_it_in_may_take_it_out(received, education_officer, police_officer):
    actions.record_download(received, "failed", by=police_officer)

    with pytest.raises(Refused, match="只有报送单位"):
        actions.record_download(received, "failed", by=education_officer)


def by_itself(by) -> None:
    """Let the place destroy what is over without asking anybody."""
    set_parameter(
        "roster_destruction_by_itself",
        "1",
        by=by,
        region=Region.objects.get(code=by.region_code),
        basis="会议决定",
        effective_from=date(2026, 9, 21),
        today=date(2026, 9, 21),
    )


def test_nothing_is_destroyed_unasked(received, education_officer, police_officer):
    over, last = date(2027, 9, 22), date(2027, 9, 21)
    assert actions.destroy_expired(over) == 0
    assert queries.expired(education_officer, last) == []
    assert queries.expired(education_officer, over) == [received]

    with pytest.raises(Refused, match="没有期满"):
        actions.destroy([received], by=education_officer, today=last)
    with pytest.raises(Refused):
        actions.destroy([received], by=police_officer, today=over)
    assert actions.destroy([received], by=education_officer, today=over) == 1

    received.refresh_from_db()
    assert received.file_destroyed_by_id == education_officer.post_id
    assert Event.objects.get(verb="roster.destroyed").post_id == education_officer.post_id
    assert queries.expired(education_officer, over) == []
    with pytest.raises(Refused, match="没有期满"):
        actions.destroy([received], by=education_officer, today=over)


def test_files_are_destroyed_by_themselves_where_the_place_wants_it(
    received, education_officer, police_officer
):
    by_itself(education_officer)
    assert actions.destroy_expired(date(2027, 9, 21)) == 0
    assert actions.destroy_expired(date(2027, 9, 22)) == 1
    assert actions.destroy_expired(date(2027, 9, 23)) == 0

    received.refresh_from_db()
    assert received.file_destroyed_on == date(2027, 9, 22)
    assert received.file_hash
    with pytest.raises(Refused, match="已销毁"):
        queries.table(received)
    # The next one of this sender has nothing left to be compared with.
    assert hand_in(police_officer, workbook([child(9)]), at=later(400)).new == 1


def test_nothing_personal_in_trail_jobs_or_tables(received):
    kept = json.dumps(
        [
            *Event.objects.values("verb", "subject_id", "facts"),
            *Job.objects.values("title", "arguments", "result", "sentence"),
            received.problem_counts,
            received.mapping,
            received.skipped,
            received.sheets,
        ],
        ensure_ascii=False,
        default=str,
    )

    assert child(1)[0] not in kept
    assert id_number(1) not in kept
    assert "990000201506220320" not in kept

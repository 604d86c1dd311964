"""Workbooks that go out: the empty template of a kind, and the rows that have problems.

What writes them takes a second to load: the pages that hand one out import this when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import xlsxwriter

from oosc.lists.workbook import Column, Sheet, to_bytes
from oosc.rosters import in_clear, queries
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind
from oosc.vault import files
from rosterlink.reading import LAYOUTS, Marked, Problem, Reading, mark
from rosterlink.reading.intake import find_headings, open_sheets

ROW_ID = "行号标识"
ID_FIELDS = frozenset(
    ["id_no", "guardian_id", "father_id", "mother_id", "household_head_id", "student_no", "cert_no"]
)
OWN_COLUMNS = frozenset({"row_id", "source_sheet", "source_row"}) | queries.COUNTERS

# Made up: region 9900 does not exist.
SAMPLES = {
    "name": "桑夏至",
    "sex": "女",
    "birth_date": "2015-06-22",
    "id_type": "居民身份证",
    "id_no": "990000201506220028",
    "ethnicity": "汉",
    "community": "青桥社区",
    "address": "青桥路 8 号",
    "home_address": "青桥路 8 号",
    "guardian_name": "桑仲和",
    "guardian_relation": "父",
    "phone": "13800000000",
    "household_no": "0010023",
    "school_code": "2135000001",
    "school_name": "青桥小学",
    "grade": "六年级",
    "class_no": "3",
    "student_no": "G990000201506220028",
    "enrol_date": "2021-09",
    "state": "",
    "cert_no": "99000020150622002843",
    "until": "2027-08-31",
    "exit_date": "2026-03-01",
    "return_date": "",
    "death_date": "2026-01-05",
    "reg_date": "2025-10-20",
}
HOW = {
    "name": "与户口簿一致；中间点写“·”",
    "sex": "男或女",
    "birth_date": "年-月-日，如 2015-06-22",
    "id_no": "18 位，本列已设为文本，末位 X 大写",
    "phone": "手机 11 位；多个号码用“、”隔开",
    "grade": "一年级至九年级，或 2021 级",
    "class_no": "班号，如 3",
    "student_no": "以 G、J 或 L 开头的 19 位",
    "cert_no": "20 位：身份证号加类别、等级",
    "return_date": "仍在境外的留空",
}
STATES = {
    Kind.POLICE_HUKOU: "正常、迁出、死亡注销",
    Kind.POLICE_FLOATING: "在住、离开",
    Kind.SCHOOL_ROLL: "在读、休学、离校、转出",
    Kind.ELSEWHERE_ROLL: "在读、休学、离校、转出",
}


def template(kind: Kind) -> bytes:
    """An empty workbook with the headings of a kind, and a sheet that says how to fill it in."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    _empty_sheet(book, kind)
    _guide(book, kind)
    book.close()
    return out.getvalue()


def _empty_sheet(book: xlsxwriter.Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet(kind.label[:31])
    head = book.add_format({"bold": True, "bg_color": "#EBEFF3", "border": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    for number, (field, heading) in enumerate(queries.fields_of(kind).items()):
        sheet.set_column(number, number, 22 if field in ID_FIELDS else 14, text)
        sheet.write_string(0, number, heading, head)
    sheet.freeze_panes(1, 0)


def _guide(book: xlsxwriter.Workbook, kind: Kind) -> None:
    """One line a column, the sample in it: a sample row on the sheet would be read as a child."""
    sheet = book.add_worksheet("填表说明")
    head = book.add_format({"bold": True, "bg_color": "#EBEFF3", "border": 1})
    cell = book.add_format({"border": 1, "num_format": "@", "text_wrap": True})
    for number, (heading, width) in enumerate(
        [("列名", 20), ("要不要填", 16), ("怎么填", 44), ("示例", 26)]
    ):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, heading, head)
    for row, (field, heading) in enumerate(queries.fields_of(kind).items(), start=1):
        how = STATES.get(kind, "") if field == "state" else HOW.get(field, "")
        line = (heading, _wanted(kind, field), how, SAMPLES.get(field, ""))
        for number, words in enumerate(line):
            sheet.write_string(row, number, words, cell)


def _wanted(kind: Kind, field: str) -> str:
    group = next((group for group in queries.needed_by(kind) if field in group), None)
    if group is None:
        return "有则填"
    if len(group) == 1:
        return "必填"
    names = queries.fields_of(kind)
    return f"{'、'.join(names[one] for one in group)}至少填一项"


def failed_rows(roster: Roster) -> bytes:
    """A workbook of the rows with problems, to be corrected and handed in again.

    Its first column says which row each one is; that is how a correction finds its place.
    """
    table, problems = queries.table(roster), queries.problems(roster)
    names = [name for name in table.column_names if name not in OWN_COLUMNS]
    stacked = _stacked(roster)
    columns = [_column(_heading(roster, name), stacked) for name in names]
    sheet = Sheet(
        title=f"{roster.get_kind_display()} 有问题的行",
        subtitle=f"改好后存盘，在花名册页点“更正有问题的行”交回。请保留“{ROW_ID}”一列。",
        columns=[Column(ROW_ID, 26), Column("问题", 40), *columns],
        rows=_failed(table, names, problems),
    )
    return to_bytes(sheet)


def _failed(
    table: pa.Table, names: Sequence[str], problems: Sequence[Problem]
) -> Iterator[list[str]]:
    wrong: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in problems:
        heading = f"{problem.heading}：" if problem.heading else ""
        wrong[problem.sheet, problem.row].append(heading + problem.problem)
    places = zip(table["source_sheet"].to_pylist(), table["source_row"].to_pylist(), strict=True)
    for number, place in enumerate(places):
        if place in wrong:
            row = table.slice(number, 1).to_pylist()[0]
            yield [row["row_id"], "；".join(wrong[place]), *(str(row[name]) for name in names)]


def _heading(roster: Roster, name: str) -> str:
    return str(roster.mapping.get(name) or queries.fields_of(roster.kind).get(name, name))


def _column(heading: str, stacked: Mapping[str, tuple[str, str]]) -> Column:
    group, under = stacked.get(heading, ("", heading))
    return Column(under, 18, group=group)


def _stacked(roster: Roster) -> dict[str, tuple[str, str]]:
    """The headings that stand in two rows in the sender's file, as read: group, and what is under.

    证件 over 身份证号码 is read as 证件身份证号码, which is nobody's heading.
    """
    first = queries.first_of(roster)
    found: dict[str, tuple[str, str]] = {}
    if not first.file_key:
        return found
    with _in_clear(first) as path:
        for sheet in open_sheets(path)[0]:
            heads = find_headings(sheet, LAYOUTS[first.kind])
            if heads.row < 1:  # none, or none above it
                continue
            for label, cell in zip(heads.labels, sheet.top(heads.row + 1)[-1], strict=True):
                under = " ".join((cell or "").split())
                if under and label != under and label.endswith(under):
                    found[label] = (label.removesuffix(under), under)
    return found


@contextmanager
def _in_clear(roster: Roster) -> Iterator[Path]:
    """The sender's own file, for as long as the block lasts."""
    with in_clear.private_folder() as folder:
        path = folder / f"原表{Path(roster.file_name).suffix.lower() or '.xlsx'}"
        with path.open("wb") as file:
            for chunk in files.chunks(roster.file_key):
                file.write(chunk)
        yield path


def marked(roster: Roster) -> tuple[bytes, Marked]:
    """The sender's own file with the wrong cells coloured, and how it could be given.

    A correction holds only some rows: what is still wrong is marked in the file it corrects.
    """
    first = queries.first_of(roster)
    problems = queries.problems(roster)
    with _in_clear(first) as path:
        if first != roster:
            problems = _in_the_first(problems, path, first)
        out = path.with_name("标记.xlsx")
        way = mark(path, _as_read(first, path, problems), out)
        return out.read_bytes(), way


def _in_the_first(problems: Sequence[Problem], path: Path, first: Roster) -> list[Problem]:
    """Put problems of corrected rows under the column of their heading in the first file.

    The file of a correction has the same headings, but not in the same columns.
    """
    columns: dict[tuple[str, str], int] = {}
    for sheet in open_sheets(path)[0]:
        labels = find_headings(sheet, LAYOUTS[first.kind]).labels
        for number, label in enumerate(labels, start=sheet.first_column + 1):
            columns.setdefault((sheet.name, label), number)
    return [
        replace(problem, column=columns.get((problem.sheet, problem.heading), 0))
        for problem in problems
    ]


def _as_read(roster: Roster, path: Path, problems: Sequence[Problem]) -> Reading:
    """What marking asks of a reading. The rows lie in the vault and are not read for it."""
    return Reading(
        roster=roster.kind,
        path=path,
        table=pa.table({"row_id": pa.nulls(roster.rows, pa.string())}),
        problems=tuple(problems),
        problem_count=roster.problems,
        problem_counts=roster.problem_counts,
        sheets=(),
        skipped=(),
        headings=tuple(roster.headings),
        mapping=roster.mapping,
        sha256=roster.file_hash,
    )

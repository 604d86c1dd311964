"""One file in, one Reading out: the formats, the sheets, the columns, the problems."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.reading import body, cells, columns, textfiles
from rosterlink.reading import headings as headings_
from rosterlink.reading.answer import HeadingsMissing, Problem, Reading, SheetRead, Unreadable
from rosterlink.reading.columns import Fault, Rows, flags
from rosterlink.reading.headings import Headings
from rosterlink.reading.layouts import Layout
from rosterlink.reading.limits import LIMITS, Limits
from rosterlink.reading.row_ids import assign_row_ids
from rosterlink.reading.sheets import Sheet, workbook

PROBLEMS_KEPT = 1000
COLUMNS_AT_ONCE = 2  # most of the reading is done outside the interpreter's lock

WORKBOOKS = (".xlsx", ".xls", ".ods")
OTHER_FORMATS = {
    ".et": "不能直接读取 WPS 的 .et 文件：请用 WPS 打开，选“文件—另存为”，类型选 .xlsx，再上传。",
    ".xlsm": "工作簿可能含有宏：请用表格软件另存为 .xlsx 后再上传。",
    ".xlsb": "不能读取 .xlsb 文件：请用表格软件另存为 .xlsx 后再上传。",
    ".xltx": "这是模板文件：请用表格软件另存为 .xlsx 后再上传。",
}
OTHER = "不能读取这种文件，请上传 .xlsx、.xls、.ods、.csv 或 .parquet 格式的文件。"

NO_SHEET = "文件里没有名册：可见的工作表都是空的。"
NO_NAME = "缺姓名。"
NOTHING_TO_MATCH = "没有可用的证件号和出生日期，无法比对。"
BIRTH_DATE_DIFFERS = "出生日期与证件号里的出生日期不一致，请按原件核对。"
SEX_DIFFERS = "性别与证件号第 17 位不一致，请按原件核对。"

_RESERVED = frozenset(("row_id", "source_sheet", "source_row"))


@dataclass(frozen=True)
class _Placed:
    """A fault with its heading; the rows count as the spreadsheet does, column 0 is the row."""

    sheet: str
    column: int
    heading: str
    problem: str
    rows: Rows


@dataclass(frozen=True)
class _Part:
    """What one sheet gave."""

    table: pa.Table
    faults: list[_Placed]
    skipped: list[str]
    sheet: SheetRead


def read(
    path: Path,
    layout: Layout,
    *,
    mapping: Mapping[str, str] | None = None,
    sheets: Sequence[str] | None = None,
    limits: Limits = LIMITS,
    keep: int = PROBLEMS_KEPT,
) -> Reading:
    """Read a roster file by its layout.

    `mapping` says by hand which heading holds a field; `sheets` which sheets to read, otherwise
    all that are not hidden and have the headings; `keep` how many problems are kept (all are
    counted).

    Raises:
        HeadingsMissing: no sheet has the headings that are needed, or one has them twice.
        Unreadable: the file cannot be taken in at all.
    """
    _check_fields(layout, mapping or {})
    came, said = open_sheets(path, limits)
    chosen, passed = _choose(came, layout, mapping, sheets)
    parts = [_read_sheet(sheet, found, layout) for sheet, found in chosen]
    several = len(parts) > 1
    faults = [fault for part in parts for fault in part.faults]
    found = chosen[0][1]
    reading = Reading(
        roster=layout.roster,
        path=path,
        table=_together([part.table for part in parts], layout),
        problems=tuple(_first(faults, path.name, keep)),
        problem_count=sum(len(fault.rows) for fault in faults),
        problem_counts=_counts(faults),
        sheets=tuple(part.sheet for part in parts),
        skipped=(
            *said,
            *passed,
            *(f"“{p.sheet.name}”{line}" if several else line for p in parts for line in p.skipped),
        ),
        headings=tuple(label for label in found.labels if label),
        mapping={field: found.labels[column] for field, column in found.columns.items()},
        sha256=_sha256(path),
    )
    return assign_row_ids([reading])[0]


def open_sheets(path: Path, limits: Limits = LIMITS) -> tuple[list[Sheet], list[str]]:
    """Return the sheets of a file as they came, and what the sender should be told of them."""
    suffix = path.suffix.lower()
    if textfiles.is_in_parts(path):
        return textfiles.column_file(path, limits), []
    if not path.is_file():
        raise Unreadable(f"找不到文件“{path.name}”。")
    if not path.stat().st_size:
        raise Unreadable("文件是空的，请重新导出后再上传。")
    if suffix in WORKBOOKS:
        sheets, found = workbook(path, limits)
        hidden = [(found.hidden_rows, "行"), (found.hidden_columns, "列")]
        return sheets, [f"有 {n} 个隐藏的{what}，已一并读取。" for n, what in hidden if n]
    if suffix == ".csv":
        return textfiles.text_file(path, limits), []
    if suffix == ".parquet":
        return textfiles.column_file(path, limits), []
    raise Unreadable(OTHER_FORMATS.get(suffix, OTHER))


def find_headings(
    sheet: Sheet, layout: Layout, mapping: Mapping[str, str] | None = None
) -> Headings:
    top = [list(sheet.labels)] if sheet.labels else sheet.top(headings_.ROWS_LOOKED_AT)
    return headings_.find(top, layout, mapping)


def _check_fields(layout: Layout, mapping: Mapping[str, str]) -> None:
    for field in mapping:
        if layout.column(field) is None:
            raise Unreadable(f"“{layout.name}”没有 {field} 这一项，不能指定对应的列。")


def _choose(
    came: list[Sheet],
    layout: Layout,
    mapping: Mapping[str, str] | None,
    wanted: Sequence[str] | None,
) -> tuple[list[tuple[Sheet, Headings]], list[str]]:
    """Return the sheets to read with their headings, and sentences about the others."""
    passed = []
    if wanted is not None:
        came = [sheet for sheet in came if sheet.name in wanted]
    chosen: list[tuple[Sheet, Headings]] = []
    refused: list[tuple[Sheet, Unreadable]] = []
    for sheet in came:
        if sheet.hidden and wanted is None:
            passed.append(f"工作表“{sheet.name}”是隐藏的，未读取。")
        elif sheet.table.num_rows or sheet.labels:
            try:
                chosen.append((sheet, _suiting(sheet, layout, mapping)))
            except Unreadable as error:
                refused.append((sheet, error))
    if not chosen:
        raise _closest([refusal for _, refusal in refused])
    for sheet, refusal in refused:
        if isinstance(refusal, HeadingsMissing) and refusal.twice:
            raise refusal
        passed.append(f"工作表“{sheet.name}”没有名册所需的表头，未读取。")
    return chosen, passed


def _suiting(sheet: Sheet, layout: Layout, mapping: Mapping[str, str] | None) -> Headings:
    found = find_headings(sheet, layout, mapping)
    if found.suits(layout):
        return found
    groups = found.missing(layout)
    fields = [field for group in groups for field in group]
    looked_for = {c.field: c.headings for c in layout.columns if c.field in fields}
    seen = [label for label in found.labels if label]
    raise HeadingsMissing(sheet.name, seen, groups, looked_for, found.twice)


def _closest(refusals: list[Unreadable]) -> Unreadable:
    """Return the refusal of the sheet that came nearest to being the roster."""
    missing = [refusal for refusal in refusals if isinstance(refusal, HeadingsMissing)]
    if missing:
        return min(missing, key=lambda refusal: (len(refusal.groups), -len(refusal.seen)))
    return refusals[0] if refusals else Unreadable(NO_SHEET)


def _read_sheet(sheet: Sheet, found: Headings, layout: Layout) -> _Part:
    first_row = found.row + 2
    came = _body(sheet, found)
    keep, skipped = body.roster_rows(came, found.columns, found.labels, first_row)
    skipped += [f"表头“{label}”与已采用的表头含义相同，只原样带入。" for label in found.passed_over]
    numbers = np.flatnonzero(keep) + first_row
    kept = [column.filter(pa.array(keep)) for column in came]
    fields, faults = _read_fields(kept, found, layout)
    faults += _between_fields(fields, faults)
    table = _table(sheet, numbers, fields, kept, found)
    placed = [
        _Placed(
            sheet.name,
            sheet.first_column + found.columns[field] + 1 if field else 0,
            found.labels[found.columns[field]] if field else "",
            fault.problem,
            numbers[fault.rows],
        )
        for field, fault in faults
        if len(fault.rows)
    ]
    return _Part(table, placed, skipped, SheetRead(sheet.name, found.row + 1, len(numbers)))


def _body(sheet: Sheet, found: Headings) -> list[pa.Array]:
    """Return the columns under the headings, with vertical merges filled but for who it is.

    A name merged over two rows is one child with a second line, not two children.
    """
    start = 0 if sheet.labels else found.row + 1
    identity = {found.columns.get(f) for f in ("name", "id_no", "birth_date", "cert_no")}
    came = []
    for number, column in enumerate(sheet.table.columns):
        merged = [(top, last) for at, top, last in sheet.merged if at == number and top >= start]
        if merged and number not in identity:
            values = column.to_pylist()
            for top, last in merged:
                values[top : last + 1] = [values[top]] * len(values[top : last + 1])
            column = pa.chunked_array([values], pa.string())
        came.append(column.slice(start).combine_chunks())
    return came


def _read_fields(
    kept: list[pa.Array], found: Headings, layout: Layout
) -> tuple[dict[str, pa.Array], list[tuple[str, Fault]]]:
    """Read the columns of the layout, in its order."""
    fields: dict[str, pa.Array] = {}
    faults: list[tuple[str, Fault]] = []
    asked = [column for column in layout.columns if column.field in found.columns]
    came = [kept[found.columns[column.field]] for column in asked]
    with ThreadPoolExecutor(COLUMNS_AT_ONCE) as pool:
        answers = pool.map(columns.read, came, [column.read for column in asked])
        for column, text, (answer, wrong) in zip(asked, came, answers, strict=True):
            fields[column.field] = answer
            faults += [(column.field, fault) for fault in wrong]
            if column.field == "grade":
                _class_from_grade(fields, text)
    return fields, faults


def _class_from_grade(fields: dict[str, pa.Array], came: pa.Array) -> None:
    """Take the class out of a grade column such as 八（3）班; a class column, read next, wins."""
    classes, _ = columns.read(came, lambda text: cells.grade_and_class(text)[1])
    if pc.any(pc.not_equal(classes, "")).as_py():
        fields["class_no"] = classes


def _between_fields(
    fields: Mapping[str, pa.Array], already: list[tuple[str, Fault]]
) -> list[tuple[str, Fault]]:
    """Find what only shows between two cells of a row."""
    faults = [("name", Fault(NO_NAME, np.flatnonzero(flags(pc.equal(fields["name"], "")))))]
    identity = [fields[f] for f in ("id_no", "cert_no", "birth_date", "passport") if f in fields]
    nothing = np.logical_and.reduce([flags(pc.equal(column, "")) for column in identity])
    faults.append(("", Fault(NOTHING_TO_MATCH, np.flatnonzero(nothing))))
    if "id_no" not in fields:
        return faults
    checked = columns.sound_numbers(fields["id_no"])
    if "birth_date" in fields:
        born = pc.replace_substring(fields["birth_date"], "-", "")
        whole = flags(pc.match_substring_regex(born, r"^\d{8}$")) & checked
        for field, fault in already:
            if field == "birth_date":
                whole[fault.rows] = False  # a day that does not exist has been told already
        differs = flags(pc.not_equal(pc.utf8_slice_codeunits(fields["id_no"], 6, 14), born))
        faults.append(("birth_date", Fault(BIRTH_DATE_DIFFERS, np.flatnonzero(whole & differs))))
    if "sex" in fields:
        odd = flags(pc.match_substring_regex(fields["id_no"], r"^\d{16}[13579]"))
        checked &= ~flags(pc.starts_with(fields["id_no"], "9"))  # a foreigner's does not tell
        said = flags(pc.equal(fields["sex"], "男"))
        known = flags(pc.not_equal(fields["sex"], "")) & checked
        faults.append(("sex", Fault(SEX_DIFFERS, np.flatnonzero(known & (odd != said)))))
    return faults


def _table(
    sheet: Sheet,
    numbers: Rows,
    fields: Mapping[str, pa.Array],
    kept: list[pa.Array],
    found: Headings,
) -> pa.Table:
    blank = pa.repeat(pa.scalar(""), len(numbers))
    made: dict[str, pa.Array] = {
        "row_id": blank,
        "source_sheet": pa.repeat(pa.scalar(sheet.name), len(numbers)),
        "source_row": pa.array(numbers, pa.int32()),
        **fields,
    }
    taken = set(found.columns.values())
    for number, column in enumerate(kept):
        label = found.labels[number]
        if number in taken or not (label or pc.any(pc.not_equal(column, "")).as_py()):
            continue
        made[_extra_name(label or f"第 {sheet.first_column + number + 1} 列", made)] = column
    return pa.table(made)


def _extra_name(label: str, made: Mapping[str, pa.Array]) -> str:
    while label in made:
        label += "（原表）"
    return label


def _together(tables: list[pa.Table], layout: Layout) -> pa.Table:
    """Put the sheets one under the other, the fields of the layout before the extra columns."""
    whole = pa.concat_tables(tables, promote_options="default")
    for number, name in enumerate(whole.column_names):
        if whole.column(name).null_count:
            whole = whole.set_column(number, name, pc.fill_null(whole.column(name), ""))
    known = ["row_id", "source_sheet", "source_row", *(c.field for c in layout.columns)]
    front = [name for name in known if name in whole.column_names]
    return whole.select(front + [name for name in whole.column_names if name not in front])


def _first(faults: list[_Placed], file: str, keep: int) -> list[Problem]:
    """Return the first problems in the order of sheet, row and column."""
    sheets = list(dict.fromkeys(fault.sheet for fault in faults))
    found: list[tuple[int, int, int, int]] = []
    for number, fault in enumerate(faults):
        some = np.sort(fault.rows)[:keep]
        found += [(sheets.index(fault.sheet), int(row), fault.column, number) for row in some]
    return [
        Problem(file, faults[n].sheet, row, column, faults[n].heading, faults[n].problem)
        for _, row, column, n in sorted(found)[:keep]
    ]


def _counts(faults: list[_Placed]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for fault in faults:
        counts[fault.problem] += len(fault.rows)
    return dict(counts.most_common())


def _sha256(path: Path) -> str:
    if path.is_dir():
        return hashlib.sha256(" ".join(map(_sha256, textfiles.parts(path))).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

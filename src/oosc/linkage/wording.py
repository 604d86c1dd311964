"""Why a child stands on a list, in a sentence that says what is particular to this child.

The library says which rule applied; here stand the place, the school, the grade and the day of
this child's own rows. What tells of a disability, of aid or of a border (domain §8.2) stays out:
lists are read by more than may read that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oosc.linkage.register import Line, grade_said
from rosterlink.school_age import grade_name

ROLL = "school_roll"
RESIDENT = {"police_hukou": "户籍", "police_floating": "居住登记"}
DOUBTFUL = "相近，但依据不足，需人工判定。"
# What a row of a pair may leave open, so that no program can decide it.
TELLING = {"birth_date": "出生日期", "id_no": "证件号", "guardian": "监护人"}


def suspected(code: str, said: str, lines: Sequence[Line], grade: int | None) -> str:
    """Of a child that was not found in school."""
    home, roll = _home(lines), next((line for line in lines if line.kind == ROLL), None)
    if code == "age_unknown":
        return f"{home}，{_age_gap(lines)}，无法判断是否适龄，请先核实；{_others(lines)}。"
    due = f"按年龄应读{grade_name(grade)}" if grade else "年级不详"
    if code == "never_on_roll":
        return f"{home}，{due}，本地和外地学籍里都没有；{_others(lines)}。"
    if code in ("left_roll", "transferred_out") and roll:
        state = roll.row.get("state", "")
        ends = "转入的学籍没有找到" if code == "transferred_out" else "没有新的在读学籍"
        marked = f"学籍标注“{state[:20]}”" if state else "学籍已不在读"
        return f"{home}，{due}；{_seat(roll)}{marked}，{ends}。"
    return said


def explained(code: str, said: str, by: Line | None) -> str:
    """Of a child that another roster accounts for; `by` is that roster's row."""
    if by is None:
        return said
    if code == "enrolled_elsewhere":
        where = by.row.get("province", "")
        return f"{where}{_seat(by)}在读（外地就读名册）。"
    if code == "suspended":
        return f"{_seat(by)}休学中，学籍保留。"
    if code == "deferred" and (until := by.row.get("until")):
        return f"已批准缓学，到 {until} 期满。"
    if code == "deceased" and (on := by.row.get("death_date")):
        return f"死亡登记：{on}。"
    if code == "moved_out" and (on := by.row.get("move_out_date") or by.row.get("leave_date")):
        return f"{by.row.get('community', '')}登记已于 {on} 迁出、离开。"
    return said


def found(roll: Line | None, said: str) -> str:
    return f"{_seat(roll)}在读，与居住登记为同一人。" if roll and _seat(roll) else said


def ghost(code: str, said: str, line: Line) -> str:
    """Of a student whom the police do not know."""
    seat = _seat(line)
    if code != "no_resident" or not seat:
        return said
    migrant = "，学籍记为随迁子女" if line.row.get("migrant_child") == "是" else ""
    return f"{seat}在读{migrant}；户籍和流动人口名册里没有此人，多为未登记的外来人口。"


def unregistered(said: str, line: Line) -> str:
    """Of a child whom neither police nor schools know: where its only roster places it."""
    where = line.row.get("community") or line.row.get("kindergarten") or ""
    if not where:
        return said
    return f"{said.removesuffix('，请查找。')}；登记在{where}，请查找。"


def doubtful(said: str, left: Mapping[str, str], right: Mapping[str, str]) -> str:
    """Of a pair: what agrees and differs, and what one side leaves open."""
    particular = said.removeprefix(DOUBTFUL)
    gaps = [label for name, label in TELLING.items() if not (left.get(name) and right.get(name))]
    open_ = f"{'、'.join(gaps)}无从比较。" if gaps else ""
    return f"{particular}{open_}" or said


def _home(lines: Sequence[Line]) -> str:
    """Where the police know the child: 户籍在东桥社区."""
    line = next((one for one in lines if one.kind in RESIDENT and one.is_current), lines[0])
    where = line.row.get("community", "") or line.source.roster.sender.name
    return f"{RESIDENT.get(line.kind, '登记')}在{where}"


def _age_gap(lines: Sequence[Line]) -> str:
    if any(line.row.get("birth_date") or line.row.get("id_no") for line in lines):
        return "出生日期不可信"
    return "没有出生日期和证件号"


def _others(lines: Sequence[Line]) -> str:
    """How many more rosters know the child; not which: some tell of aid or of a disability."""
    more = {str(line.source.roster.pk) for line in lines if line.kind not in RESIDENT}
    return f"另有 {len(more)} 份名册认得这个孩子" if more else "没有别的名册认得"


def _seat(line: Line) -> str:
    """School, grade and class of a row: 云屏中心小学三年级1班."""
    school = line.row.get("school_name") or getattr(line.source.roster.school, "name", "")
    if not school:
        return ""
    grade = grade_said(line.row.get("grade", ""), line.source.roster.as_of)
    group = line.row.get("class_no", "")
    in_class = f"{group.removesuffix('班')}班" if grade and group else ""
    return f"{school}{grade_name(grade) if grade else ''}{in_class}"

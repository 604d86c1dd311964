"""Reading a year's rest days as the State Council announces them or as an office lists them.

Both of these are read:
    三、春节：2月15日（周日）至23日（周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
    2027-02-05 放假 春节
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from oosc.kernel.refusal import Refused

SATURDAY = 5

_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)")
_HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、)?\s*([^\d：:，。]{1,12})[：:]")
_DATE = r"(?:(?P<y{0}>\d{{4}})[年/.-])?(?:(?P<m{0}>\d{{1,2}})[月/.-])(?P<d{0}>\d{{1,2}})日?"
_UNTIL = r"(?:(?:(?P<y2>\d{4})[年/.-])?(?P<m2>\d{1,2})[月/.-])?(?P<d2>\d{1,2})日?"
_SPAN = re.compile(_DATE.format(1) + rf"(?:\s*[至到—~]+\s*{_UNTIL})?")
_NAME_AFTER = re.compile(r"(?:放假|上班)\s+(\S{1,12})\s*$")


@dataclass(frozen=True)
class NamedDay:
    """A day that is not what its weekday says, or that has a name."""

    is_workday: bool
    name: str


def read_year(text: str, year: int) -> dict[date, NamedDay]:
    """Return the named days of a year, or refuse the first line that cannot be read."""
    days: dict[date, NamedDay] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for day, named in _read_line(_BRACKETS.sub("", line), number, year):
            if days.setdefault(day, named).is_workday != named.is_workday:
                raise Refused(f"{day:%m-%d} 既列为放假又列为上班。请核对第 {number} 行。")
    check_year(days, year)
    return days


def _read_line(line: str, number: int, year: int) -> Iterator[tuple[date, NamedDay]]:
    heading = _HEADING.match(line)
    after = _NAME_AFTER.search(line)
    name = heading[1] if heading else after[1] if after else ""
    for sentence in re.split(r"[。；;]", line):
        spans = list(_SPAN.finditer(sentence))
        if not spans:
            continue
        if "放假" not in sentence and "上班" not in sentence:
            raise Refused(f"第 {number} 行没有写明“放假”还是“上班”。请补上再录入。")
        is_workday = "上班" in sentence
        for span in spans:
            for day in _days_of(span, number, year):
                yield day, NamedDay(is_workday, name or ("调休" if is_workday else "放假"))


def _days_of(span: re.Match[str], number: int, year: int) -> Iterator[date]:
    """Yield the days of a span that lie in the year: New Year's rest may begin the year before."""
    try:
        first = date(int(span["y1"] or year), int(span["m1"]), int(span["d1"]))
        last = first
        if span["d2"]:
            last = date(
                int(span["y2"] or first.year), int(span["m2"] or first.month), int(span["d2"])
            )
    except ValueError:
        raise Refused(f"第 {number} 行有不存在的日期。请核对后再录入。") from None
    if not 0 <= (last - first).days <= 31:
        raise Refused(f"第 {number} 行的起止日期不对：止日应在起日之后，相隔不超过一个月。")
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.year == year:
            yield day


def check_year(days: Mapping[date, NamedDay], year: int) -> None:
    """Refuse a list that cannot be a whole year's: half pasted, or of another year."""
    new_year = days.get(date(year, 1, 1))
    if new_year is None or new_year.is_workday:
        raise Refused(f"没有读到 {year} 年元旦（1 月 1 日）放假。请粘贴该年的完整安排。")
    for day, named in days.items():
        if named.is_workday and day.weekday() < SATURDAY:
            raise Refused(f"{day:%Y-%m-%d} 不是双休日，本来就上班，不能列为调休上班。请核对年份。")


def as_text(days: Mapping[date, NamedDay]) -> str:
    """Write a year as `read_year` reads it."""
    return "\n".join(
        f"{day:%Y-%m-%d} {'上班' if named.is_workday else '放假'} {named.name}"
        for day, named in sorted(days.items())
    )

"""What is in a cell: one function for each kind, from the text as it came to the text we keep.

A function raises Bad where the value cannot be used, with the Chinese sentence for the officer and,
where the linking may still make something of it, the cleaned text.
"""

import re
import unicodedata
from datetime import date, timedelta

from rosterlink import identity_number
from rosterlink.identity_number import Kind


class Bad(ValueError):
    """The cell has a fault. `kept` is what stands in the table all the same, "" for nothing."""

    def __init__(self, sentence: str, kept: str = "") -> None:
        super().__init__(sentence)
        self.kept = kept


EARLIEST_YEAR = 1900
LATEST_YEAR = 2099
SERIALS = range(20_000, 65_000)  # Excel's days since 1899-12-30: 1954-10-03 to 2077-12-15

_NO_MONTH_DAY = "日期无法识别，请写作 2017-09-01。"
_MONTH_ONLY = "出生日期缺“日”，仅能用到月，请补全。"
_NOTHING = frozenset(
    ("无", "暂无", "没有", "不详", "未知", "/", "\\", "-", "—", "——", "*", "N/A", "NULL")
)

# Every mark that has been seen between the parts of a name such as 次仁·格桑.
_MIDDLE_DOTS = re.compile(
    r"\s*[··•・‧∙⋅﹒．･●᛫⸱]\s*|(?<=[\u4e00-\u9fff])\s*\.\s*(?=[\u4e00-\u9fff])"
)
_PROTECTED = re.compile(r'="(.*)"')  # how exports keep a spreadsheet from turning text to numbers
_SPACES = re.compile(r"\s+")

_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})[日号]?|月?)(?:[T\s]?[\d:.]+Z?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?(?:\d{6})?")
_REPUBLIC = re.compile(r"(?:中华)?民国(\d{1,3}|元)年(\d{1,2})月(?:(\d{1,2})[日号]?)?")
_SHORT_YEAR = re.compile(r"(\d{2})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_CHINESE_DIGITS = str.maketrans("〇○零Ｏ一二三四五六七八九", "0000123456789")
_CHINESE_DATE = re.compile(r"[〇○零一二三四五六七八九十廿卅元\d年月日号中华民国]+")

_MALE = frozenset(("男", "男性", "1", "M", "MALE", "男孩", "男生", "男儿童", "1男", "1-男"))
_FEMALE = frozenset(("女", "女性", "2", "F", "FEMALE", "女孩", "女生", "女儿童", "2女", "2-女"))
_SEX_UNKNOWN = frozenset(("0", "9", "未知", "未说明", "不详", "未知的性别", "未说明的性别"))

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,11}|[2-8]\d{6,7}")
_BETWEEN_PHONES = re.compile(r"[/、,;|\\\s或和]+")

_NUMERALS = {n: i for i, n in enumerate("一二三四五六七八九", 1)}
_GRADE = re.compile(
    r"(?:(小学?|初中?|高中?)([一二三四五六七八九1-9])|([一二三四五六七八九]|1[0-2]|[1-9])年?级?)"
    r"(?:年级)?"
)
_STAGES = {"小": (0, 6), "初": (6, 3), "高": (9, 3)}
_COHORT = re.compile(r"(?:小学?|初中?|高中?)?20\d{2}级")
_CLASS = re.compile(r"[(.-]?([一二三四五六七八九十]+|\d{1,2})\)?班?")


def plain(text: str) -> str:
    """Take away what nobody sees: control and zero-width marks, spaces around, an ="…" wrapping."""
    text = "".join(c for c in text if c in "\t\r\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    wrapped = _PROTECTED.fullmatch(text.strip())
    return _SPACES.sub(" ", wrapped[1] if wrapped else text).strip().removeprefix("'")


def words(text: str) -> str:
    text = plain(text)
    return "" if text in _NOTHING else text


def code(text: str) -> str:
    """Clean a number or code that is not ours to judge: half width, no spaces, capitals."""
    text = identity_number.clean(plain(text))
    return "" if text in _NOTHING else text


def name(text: str) -> str:
    """Trim a name and write every middle dot as ·; the name is otherwise kept as it came."""
    text = words(text)
    if text.isascii() and text.replace(".", "").isdigit():
        raise Bad("姓名栏里是数字，请核对是否错列。", text)
    return _MIDDLE_DOTS.sub("·", text)


def day(text: str) -> str:
    """Read a date in any of the styles that rosters use, as YYYY-MM-DD, or YYYY-MM without a day.

    Source: domain §5.3. A number of five digits is a day of the 1900 system of Excel.
    """
    cleaned = code(text)
    return _read_day(cleaned) if cleaned else ""


def birth_date(text: str) -> str:
    found = day(text)
    if len(found) == len("2017-09"):
        raise Bad(_MONTH_ONLY, found)
    return found


def _read_day(text: str) -> str:
    written = _figures(text) if _CHINESE_DATE.fullmatch(text) else text
    for shape in (_DAY, _COMPACT, _SHORT_YEAR, _REPUBLIC):
        if match := shape.fullmatch(written):
            return _iso(text, *_full_year(shape, match.groups()))
    serial = _SERIAL.fullmatch(written)
    if serial and int(serial[1]) in SERIALS:
        return (date(1899, 12, 30) + timedelta(days=int(serial[1]))).isoformat()
    raise Bad(_NO_MONTH_DAY, text)


def _full_year(shape: re.Pattern[str], parts: tuple[str | None, ...]) -> tuple[int, str, str]:
    year, month, day_ = parts
    assert year is not None  # every shape has a year
    assert month is not None  # and a month
    if shape is _REPUBLIC:
        return 1911 + (1 if year == "元" else int(year)), month, day_ or ""
    # A child of school age was born after 2000, so two figures of a year leave no doubt.
    return int(year) + (2000 if shape is _SHORT_YEAR else 0), month, day_ or ""


def _iso(text: str, year: int, month: str, day_: str) -> str:
    try:
        found = date(year, int(month), int(day_ or "1"))
    except ValueError:
        raise Bad("日期不存在，请核对。", text) from None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Bad("日期的年份不可能，请核对。", text)
    return found.isoformat() if day_ else found.isoformat()[:7]


def _figures(text: str) -> str:
    """Turn 二〇一七年九月二十一日 into 2017年9月21日."""
    head, year, rest = text.partition("年")
    parts = re.split(r"([年月日号])", rest)
    return head.translate(_CHINESE_DIGITS) + year + "".join(map(_below_hundred, parts))


def _below_hundred(text: str) -> str:
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return text.translate(_CHINESE_DIGITS)
    tens, _, ones = text.partition("十")
    return str(10 * _NUMERALS.get(tens, 1) + _NUMERALS.get(ones, 0))


def sex(text: str) -> str:
    text = code(text)
    if text in _MALE:
        return "男"
    if text in _FEMALE:
        return "女"
    if not text or text in _SEX_UNKNOWN:
        return ""
    raise Bad("性别应为男或女。")


def phone(text: str) -> str:
    """Return the usable numbers of a cell, joined by ";": 138…/136… are two."""
    text = unicodedata.normalize("NFKC", words(text)).replace("+86", "").replace("-", "")
    found = [part for part in _BETWEEN_PHONES.split(text) if part]
    if len(found) > 1 and all(len(part) < 7 for part in found):
        found = ["".join(found)]  # 138 1234 5678
    good = [part for part in found if _MOBILE.fullmatch(part) or _LANDLINE.fullmatch(part)]
    if found and not good:
        raise Bad("电话号码位数或格式不对。")
    return ";".join(dict.fromkeys(good))


def grade(text: str) -> str:
    """Return "1" to "12"; a cohort such as 2022级 is kept, for it depends on the day."""
    return grade_and_class(text)[0]


def class_no(text: str) -> str:
    text = _narrow(text)
    alone = _CLASS.fullmatch(text)
    return str(_number(alone[1])) if alone else grade_and_class(text)[1] or text


def grade_and_class(text: str) -> tuple[str, str]:
    """Split 八（3）班, 初二3班, 2022级3班, 七年级 into a grade and a class, either may be "".

    A class that stands alone, such as 3 or 3班, is no grade here: see `class_no`.
    """
    text = _narrow(text)
    cohort = _COHORT.match(text)
    if cohort:
        return cohort[0], _class(text[cohort.end() :])
    match = _GRADE.match(text)
    if not match or text[match.end() :] == "班":
        return "", _class(text)
    return _grade(match), _class(text[match.end() :])


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", words(text)).replace(" ", "")


def _grade(match: re.Match[str]) -> str:
    stage, within, plain_grade = match.groups()
    if stage is None:
        return str(_number(plain_grade))
    before, years = _STAGES[stage[0]]
    # 初七 and 初中八年级 count on from primary school.
    number = _number(within)
    return str(number + before if number <= years else number)


def _class(text: str) -> str:
    match = _CLASS.fullmatch(text)
    return str(_number(match[1])) if match else text.removesuffix("班")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(_below_hundred(text))


def child_identity(text: str) -> str:
    """Clean a child's identity number; a faulty one is kept, and the linking weighs it."""
    return _identity(text, faulty=frozenset(identity_number.PROBLEMS))


def adult_identity(text: str) -> str:
    """Clean an adult's number, for whom 15 digits are an old card and no fault."""
    return _identity(text, faulty=frozenset(identity_number.PROBLEMS) - {Kind.FIFTEEN_DIGITS})


def _identity(text: str, faulty: frozenset[Kind]) -> str:
    number = identity_number.read(plain(text))
    if number.kind in faulty:
        raise Bad(number.problem, number.text)
    return number.text


def disability_certificate(text: str) -> str:
    """Clean a 残疾人证号: identity number, category 1 to 7, degree 1 to 4, at times a suffix (B1).

    Source: domain §5.1.
    """
    text = code(text)
    if not text:
        return ""
    number = identity_number.read(text[:18])
    if number.kind is Kind.SCIENTIFIC:
        raise Bad("残疾人证号成了科学计数，后几位已丢失，请把该列设为文本后按原件重填。", text)
    if len(text) < 20:
        raise Bad("残疾人证号位数不足，应为 20 位。", text)
    if number.problem:
        raise Bad("残疾人证号前 18 位的身份证号有误，请按原件核对。", text)
    if text[18] not in "1234567" or text[19] not in "1234":
        raise Bad("残疾人证号的类别或等级码不对，请按原件核对。", text)
    return text


def school_code(text: str) -> str:
    text = code(text)
    if text and not (text.isdigit() and len(text) == 10):
        raise Bad("学校标识码应为 10 位数字。", text)
    return text


def student_no(text: str) -> str:
    """Clean a 学籍号; one that is not G, J or L with 18 characters may be the city's own (辅号)."""
    return code(text)


def yes_no(text: str) -> str:
    text = words(text)
    if text.upper() in ("是", "1", "Y", "YES", "TRUE", "√", "有"):
        return "是"
    return "否" if text.upper() in ("否", "0", "N", "NO", "FALSE", "×") else text


_ROLL_STATES = {
    "01": "在读", "1": "在读", "05": "在读", "5": "在读", "在校": "在读", "在籍": "在读",
    "正常": "在读", "正常在读": "在读", "复学": "在读", "在籍在读": "在读", "就读": "在读",
    "02": "休学", "2": "休学", "休学中": "休学",
    "03": "离校", "3": "离校", "退学": "离校", "06": "离校", "6": "离校", "流失": "离校",
    "辍学": "离校", "毕业": "离校", "07": "离校", "7": "离校", "结业": "离校", "肄业": "离校",
    "10": "转出", "转学": "转出", "转学(转出)": "转出", "转学（转出）": "转出", "已转出": "转出",
}  # fmt: skip
_HUKOU_STATES = {
    "normal": "正常", "moved_out": "迁出", "cancelled_death": "死亡注销", "在册": "正常",
    "已迁出": "迁出", "死亡": "死亡注销", "注销": "死亡注销", "1": "正常",
}  # fmt: skip
_FLOATING_STATES = {"在": "在住", "正常": "在住", "居住": "在住", "有效": "在住", "注销": "离开",
                    "已离开": "离开", "离开本地": "离开", "失效": "离开"}  # fmt: skip


def roll_state(text: str) -> str:
    """Bring the state of a student to 在读, 休学, 离校, 转出; codes of JY/T 1001 (domain §4.7)."""
    text = words(text)
    return _ROLL_STATES.get(text, text)


def hukou_state(text: str) -> str:
    text = words(text)
    return _HUKOU_STATES.get(text, text)


def floating_state(text: str) -> str:
    text = words(text)
    return _FLOATING_STATES.get(text, text)

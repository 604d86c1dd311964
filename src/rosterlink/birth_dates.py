"""Birth dates as rosters write them, brought to eight digits; and what the farmers' calendar says.

Eight digits and no `date`, because a lunar date that was copied as a solar one may be a day that
no month has (30 February), and is still a good sign of who is meant.
"""

import re
import unicodedata
from datetime import date, timedelta

# Farmers' calendar (农历), 1989 to 2051: the solar day of its New Year, the month after which a
# month is doubled (0: none), and for each month in turn whether it has 30 days (1) or 29 (0).
# Source: GB/T 33661 《农历的编算和颁行》, as computed by the Unicode ICU calendar "chinese".
_FIRST_YEAR = 1989
_YEARS = (  # noqa: SIM905 - a table, not 63 quoted words
    "0206,0,100101010111 0127,5,0100100101111 0215,0,010010010111 0204,0,011001001011 "
    "0123,3,0110101001010 0210,0,111010100101 0131,8,0110101100101 0219,0,010110101100 "
    "0207,0,101010110110 0128,5,1001001101110 0216,0,100100101110 0205,0,110010010110 "
    "0124,4,1101010010101 0212,0,110101001010 0201,0,110110100101 0122,2,0101101010101 "
    "0209,0,010101101010 0129,7,1010101011011 0218,0,001001011101 0207,0,100100101101 "
    "0126,5,1100100101011 0214,0,101010010101 0203,0,101101001010 0123,4,1011011001010 "
    "0210,0,101011010101 0131,9,0101010110101 0219,0,010010111010 0208,0,101001011011 "
    "0128,6,0101001010111 0216,0,010100100111 0205,0,101010010011 0125,4,0111010010101 "
    "0212,0,011010101010 0201,0,101011010101 0122,2,0100110110101 0210,0,010010110110 "
    "0129,6,1010010101110 0217,0,101001001111 0207,0,010100100110 0126,5,1110100100110 "
    "0213,0,110101010010 0202,0,110110101010 0123,3,0110101101010 0211,0,100101101101 "
    "0131,11,0100101011101 0219,0,010010101101 0208,0,101001001101 0128,6,1101001001011 "
    "0215,0,110100100101 0204,0,110101010010 0124,5,1101101010100 0212,0,101101011010 "
    "0201,0,010101101101 0122,2,0100101011011 0210,0,010010011011 0130,7,1010010010111 "
    "0217,0,101001001011 0206,0,101010100101 0126,5,1011010100101 0214,0,011011010010 "
    "0202,0,101011011010 0123,3,0101010110110 0211,0,100100110111 "
).split()

_NUMERALS = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
_ERA = re.compile(r"(?:民国|民國)\s*(\d{1,3}|[一二三四五六七八九十百]+)年")
_PARTS = re.compile(r"(\d{4})\D+(\d{1,2})(?:\D+(\d{1,2}))?\D*")
_DAY_FIRST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})")
_MIDNIGHT = re.compile(r"[T\s]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")
_FIRST_SERIAL, _LAST_SERIAL = 32874, 55153  # 1990 to 2050 as spreadsheets count days
_SERIAL_ORIGIN = date(1899, 12, 30)


def comparable_birth_date(text: str) -> str:
    """Return eight digits, "00" for a day or month that is not given, "" for what is no date.

    Understands 20150304, 2015-03-04, 2015/3/4, 2015年3月4日, 2015.3, 二〇一五年三月四日,
    民国104年3月4日, 42067 (a spreadsheet's day number), each with a time of day behind it.
    """
    value = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip(" '`\u200b\ufeff"))
    if not value:
        return ""
    if value.isdigit() and value.isascii():
        return _from_digits(value)
    value = _arabic(value)
    if parts := _PARTS.fullmatch(value):
        return _eight(parts[1], parts[2], parts[3] or "0")
    if parts := _DAY_FIRST.fullmatch(value):
        return _eight(parts[3], parts[2], parts[1])
    return ""


def lunar(birth: str) -> str:
    """Return a solar date in the farmers' calendar, both as eight digits; "" outside 1989-2051.

    A leap month bears the number of the month it doubles.
    """
    day = as_date(birth)
    if day is None:
        return ""
    for year in (day.year, day.year - 1):
        if 0 <= year - _FIRST_YEAR < len(_YEARS) and _new_year(year) <= day:
            return _lunar_in(year, (day - _new_year(year)).days)
    return ""


def as_date(birth: str) -> date | None:
    """Return the day that eight digits name, or None where there is no such day."""
    if len(birth) != 8:
        return None
    try:
        return date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        return None


def _from_digits(value: str) -> str:
    if len(value) == 8:
        return _eight(value[:4], value[4:6], value[6:])
    if len(value) == 6:
        return _eight(value[:4], value[4:], "0")
    if len(value) == 5 and _FIRST_SERIAL <= int(value) <= _LAST_SERIAL:
        return (_SERIAL_ORIGIN + timedelta(days=int(value))).strftime("%Y%m%d")
    return ""


def _eight(year: str, month: str, day: str) -> str:
    plausible = 1900 <= int(year) <= 2100 and int(month) <= 12 and int(day) <= 31
    return f"{int(year):04d}{int(month):02d}{int(day):02d}" if plausible else ""


def _arabic(value: str) -> str:
    """Write Chinese numerals and years of the republican era in figures."""
    if era := _ERA.match(value):
        count = int(era[1]) if era[1].isdigit() else _tens(era[1])
        value = f"{1911 + count}年{value[era.end() :]}"
    value = re.sub(
        r"[一二三四五六七八九]?十[一二三四五六七八九]?", lambda m: str(_tens(m[0])), value
    )
    return value.translate(_NUMERALS)


def _tens(numeral: str) -> int:
    """Read 十, 廿一 style counts below 200: 十二 is 12, 一百零四 is 104."""
    hundreds, _, rest = numeral.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    total = 100 * int((hundreds or "0").translate(_NUMERALS))
    if ten:
        total += 10 * int((tens or "1").translate(_NUMERALS))
    return total + int((ones.lstrip("零") or "0").translate(_NUMERALS))


def _new_year(year: int) -> date:
    solar = _YEARS[year - _FIRST_YEAR]
    return date(year, int(solar[:2]), int(solar[2:4]))


def _lunar_in(year: int, days: int) -> str:
    """Name the day that lies `days` after the New Year of `year`."""
    _, doubled, lengths = _YEARS[year - _FIRST_YEAR].split(",")
    for index, length in enumerate(lengths):
        if days < 29 + int(length):
            month = index + 1 if not int(doubled) or index < int(doubled) else index
            return f"{year:04d}{month:02d}{days + 1:02d}"
        days -= 29 + int(length)
    return ""

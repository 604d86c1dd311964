"""Names as they are compared: one spelling for traditional and variant characters, how they sound.

Everything here is asked once for each distinct name of a run, never once a row.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

COMPOUND_SURNAMES = frozenset(
    (  # noqa: SIM905 - quoted one by one they would fill the page
        "欧阳 司马 上官 诸葛 皇甫 尉迟 公孙 慕容 令狐 端木 夏侯 司徒 东方 独孤 南宫 长孙 宇文 "
        "呼延 澹台 轩辕 钟离 淳于 单于 太史 申屠 闻人 濮阳 赫连 第五 百里 东郭 西门 南门 完颜 "
        "拓跋 万俟 司空 鲜于 闾丘 亓官 仲孙 公冶 太叔 宗政 范姜 张简"
    ).split()
)
# How a character is read when it is a surname, where that is not how it is mostly read.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "盖": "ge",
    "朴": "piao", "任": "ren", "翟": "zhai", "员": "yun", "乐": "yue", "缪": "miao", "覃": "qin",
    "种": "chong", "黑": "he", "洗": "xian", "冼": "xian", "折": "she", "秘": "bi", "薄": "bo",
    "宁": "ning", "卜": "bu", "贾": "jia", "车": "che", "召": "shao", "万": "wan", "华": "hua",
    "尹": "yin", "重": "chong", "那": "na", "燕": "yan", "应": "ying", "纪": "ji", "谌": "chen",
    "尉": "wei", "长": "zhang", "逄": "pang", "郇": "xun", "隗": "wei", "佴": "nai", "晁": "chao",
    "六": "lu", "牟": "mou", "过": "guo", "干": "gan", "柏": "bai", "曲": "qu", "阚": "kan",
}  # fmt: skip
# Two spellings of one surname or character that registers use side by side (二简字, 异体字).
VARIANTS = {
    "萧": "肖", "傅": "付", "閆": "闫", "阎": "闫", "戴": "代", "蓝": "兰", "丘": "邱", "钟": "锺",
    "鐘": "锺", "於": "于", "遊": "游", "谘": "咨", "堃": "坤", "喆": "哲", "昇": "升", "炤": "照",
    "犇": "奔", "淼": "渺", "峯": "峰", "翆": "翠", "甯": "宁", "邨": "村", "菓": "果", "珮": "佩",
    "叡": "睿", "徳": "德", "恵": "惠", "渊": "渊", "鑑": "鉴", "妤": "妤", "畧": "略", "艶": "艳",
    "卢": "芦", "詹": "占",
}  # fmt: skip
UNKNOWN = "?"  # a character the sender could not write, or masked

_NOTES = re.compile(r"[(\[{（【〔<《].*?[)\]}）】〕>》]|[(\[{（【〔<《].*$")
_UNKNOWN_MARKS = str.maketrans(dict.fromkeys("*＊□■○●�?？△×", UNKNOWN))
_DOTS = re.compile(r"[·•‧・．.。∙⋅●•᛫˙´`'’‘,，、]")
_LETTERS = re.compile(r"[A-Z]+")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_ONLY_HAN = re.compile(r"[\u4e00-\u9fff]+")
_RUNS = re.compile(r"[A-Z]+|.")
_AFTER_HAN = re.compile(r"(?<=[\u3400-\u9fff])[0-9]+$")
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_NEAR_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_NEAR_HEADS = {"l": "n", "f": "h", "r": "n"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the forms that are compared.

    `plain` is the spelling compared, without spaces and dots; `turned` the same with its parts
    (or words) in order; `sound` the syllables without tone, `near` with the sounds merged that
    southern speakers do not part; `letters` the syllables or the Latin letters written together.
    """

    plain: str = ""
    turned: str = ""
    sound: str = ""
    near: str = ""
    letters: str = ""
    surname: str = ""
    given: str = ""
    latin: bool = False


EMPTY = Name()


def read(text: str) -> Name:
    """Return the comparable forms of a name as a roster writes it."""
    words = _words(text)
    spelling = "".join(words)
    if not spelling:
        return EMPTY
    if not _HAN.search(spelling):
        return _latin(spelling, words)
    surname, given = split(spelling)
    syllables = _syllables(spelling, surname)
    return Name(
        plain=spelling,
        turned="".join(sorted(words)),
        sound=" ".join(syllables),
        near=" ".join(map(near, syllables)),
        letters="".join(syllables).upper(),
        surname=surname,
        given=given,
    )


def split(plain: str) -> tuple[str, str]:
    """Part a Chinese name into surname and given name."""
    length = 2 if plain[:2] in COMPOUND_SURNAMES and len(plain) > 2 else 1
    return plain[:length], plain[length:]


@cache
def near(syllable: str) -> str:
    """Merge what is often heard alike: zh/z, ch/c, sh/s, n/l/r, f/h, and -ng with -n."""
    for flat, merged in _NEAR:
        if syllable.startswith(flat):
            syllable = merged + syllable[2:]
    for ending, merged in _NEAR_ENDS:
        if syllable.endswith(ending):
            syllable = syllable[: -len(ending)] + merged
    return _NEAR_HEADS.get(syllable[:1], syllable[:1]) + syllable[1:]


def plain(text: str) -> str:
    """Return only the spelling that is compared."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    """Clean a name and part it at spaces (Latin) and middle dots."""
    if _ONLY_HAN.fullmatch(text):
        return ["".join(map(plain_character, text))]
    value = _NOTES.sub("", unicodedata.normalize("NFKC", text)).upper()
    value = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in value)
    value = _AFTER_HAN.sub("", value.strip())
    if _HAN.search(value):
        value = value.replace(" ", "")
    value = value.translate(_UNKNOWN_MARKS)
    words = _DOTS.sub(" ", value).replace("-", " ").split()
    return ["".join(plain_character(c) for c in word) for word in words]


def _latin(plain: str, words: list[str]) -> Name:
    letters = "".join(_LETTERS.findall(plain))
    joined = letters.replace("LYU", "LV").replace("NYU", "NV")
    return Name(
        plain=plain,
        turned="".join(sorted(words)),
        letters=joined,
        surname=words[0],
        given="".join(words[1:]),
        latin=True,
    )


def _syllables(plain: str, surname: str) -> list[str]:
    """Read each character; letters inside a Chinese name stand for the sound of a rare one."""
    runs = list(plain) if _ONLY_HAN.fullmatch(plain) else _RUNS.findall(plain)
    readings = [run.lower() if run.isascii() else syllable_of(run) for run in runs]
    if len(surname) == 1 and surname in SURNAME_READINGS:
        readings[0] = SURNAME_READINGS[surname]
    return readings


@cache
def plain_character(character: str) -> str:
    simplified = _simplifier().convert(character) if not character.isascii() else character
    return VARIANTS.get(simplified, simplified)


@cache
def syllable_of(character: str) -> str:
    """Return the commonest syllable of a character without tone, ü as v; itself where unknown."""
    marked = _readings().get(ord(character), "").partition(",")[0]
    if not marked:
        return character
    bare = unicodedata.normalize("NFD", marked).replace("u\u0308", "v")
    return "".join(c for c in bare if c.isascii())


@cache
def _simplifier() -> Any:  # Any: opencc publishes no types, and is imported late
    import opencc

    return opencc.OpenCC("t2s")


@cache
def _readings() -> dict[int, str]:
    """Read the table of pypinyin without its code, which loads its phrases too (0.2 s)."""
    import json
    from importlib.util import find_spec
    from pathlib import Path

    found = find_spec("pypinyin")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pypinyin")
    table = Path(found.origin).with_name("pinyin_dict.json").read_text(encoding="utf-8")
    return {int(code): readings for code, readings in json.loads(table).items()}

"""Why: a code and one Chinese sentence for every link and every row of every list.

No name, number, phone or address stands in a sentence: who reads it sees the rows beside it, as
far as may be. The fields that agree come first, then those that do not.
"""

from collections.abc import Mapping

from rosterlink.levels import CHILD, COMPARISONS
from rosterlink.school_age import grade_name

# Levels that agree in full; what is in neither set is said as a difference.
AGREE = {"same", "same_rare", "first", "by_number", "door_and_community"}
SILENT = {"missing"}
# Of what speaks against a pair, the first of these is the single reason.
AGAINST = (
    ("number", "two_numbers"),
    ("name", "unlike"),
    ("name", "surname"),
    ("name", "shared_character"),
    ("birth", "unlike"),
    ("birth", "same_month"),
    ("number", "unlike"),
    ("sex", "unlike"),
    ("name", "one_character"),
    ("guardian", "other_parents"),
    ("birth", "other_year"),
    ("birth", "one_digit"),
)

CERTAIN = "证件号码与姓名都一致。"
THROUGH_OTHERS = "两行分别与同一人的其他记录一致。"

EXPLAINED = {
    "suspended": "本地学籍为休学，保留学籍，复学时间以学校记录为准。",
    "enrolled_elsewhere": "外地就读名册中有在读学籍。",
    "deferred": "在已批准的缓学名单内，尚未到期。",
    "deceased": "公安或死亡登记显示已死亡。",
    "abroad": "出境后没有入境记录，视为在境外。",
    "moved_out": "公安登记已迁出或离开，没有现居住登记。",
}
GHOSTS = {
    "no_resident": (
        "学籍在读，公安户籍和流动人口名册中没有此人：在籍无居住登记，多为未登记的外来人口。"
    ),
    "moved_out": "学籍在读，但公安登记已迁出或离开，没有现居住登记。",
    "deceased": "学籍在读，但公安或死亡登记显示已死亡，请核对学籍是否应当注销。",
    "abroad": "学籍在读，但出境后没有入境记录且无现居住登记，请核对是否仍在校。",
}
SUSPECTED = {
    "never_on_roll": "本地学籍和外地就读名册中都没有此人，也没有缓学、死亡、出境等说明。",
    "left_roll": "学籍已离校，本地和外地都没有新的在读学籍，也没有其他说明。",
    "transferred_out": "学籍已转出，但没有找到转入的学籍，也没有其他说明。",
    "age_unknown": "没有可信的出生日期，无法判断是否适龄，请先核实年龄。",
}
LEFT = "这条学籍就是这个孩子的，但已不在读。"
NOBODY_NEAR = ("no_candidate", "学籍名册中没有相近的学生。")
NOBODY_NEAR_RESIDENT = ("no_candidate", "公安名册中没有相近的人。")
VERDICTS = {
    "two_numbers": "两个证件号码都有效且姓名不同，是两个人（可能是兄弟姐妹）。",
    "taken": "这条学籍已确定属于另一个孩子。",
    "rival": "有两个孩子都可能是这条学籍的主人，需人工判定。",
    "twins": "姓名相近而两个证件号码都有效，可能是双胞胎，也可能换过号码，需人工判定。",
    "doubtful": "相近，但依据不足，需人工判定。",
    "apart": "人工已判定不是同一人。",
}
# What is to be done next about a row of each list.
NOTHING_TO_DO = "无需处理。"
VISIT = {
    "never_on_roll": "请社区入户核查是否在别处就读；确未入学的按程序劝返。",
    "left_roll": "请原学校核实离校去向，社区入户核查；确已辍学的按程序劝返。",
    "transferred_out": "请转出学校核实转入哪所学校；查不到转入学籍的由社区入户核查。",
    "age_unknown": "请公安核对出生日期；确属适龄的再入户核查。",
}
AFTER = {
    "suspended": "无需入户；休学期满前请学校确认复学。",
    "enrolled_elsewhere": "无需入户；每学期向就读地核对一次是否在读。",
    "deferred": "无需入户；缓学到期前通知家长按时入学。",
    "deceased": "无需入户；请公安和学校核对后注销登记。",
    "abroad": "无需入户；再有入境记录时重新核查。",
    "moved_out": "无需入户；请告知迁入地接续核查。",
}
LOOK_FOR = {
    "no_resident": "请学校核对现住址，由社区补登居住信息；查无此人的核对是否空挂学籍。",
    "moved_out": "请学校核对是否仍在校、现住何处；在校的由社区补登居住信息。",
    "deceased": "请学校与公安核对，确已死亡的注销学籍。",
    "abroad": "请学校核对是否仍在校；已出国的办理学籍变动。",
}
FIND = "请社区按名册上的住址和电话查找；找到后补登居住信息，并核对是否就学。"
MERGE = {
    "residents": "请公安核对后保留一条登记。",
    "roll": "请学校核对，保留实际就读的一条，另一条按重复学籍处理。",
}
DECIDE = {
    "rival": "请逐项对照两个孩子，选定这条学籍的主人。",
    "twins": "请向家长或学校核实两个号码各属于谁，再判定。",
    "doubtful": "请逐项对照，判定是否同一人；不能判定的向家长核实。",
}
DECIDE_FIRST = "先判定与最相近的一条是否同一人；不是的，"
REGISTERS = {
    "vaccination": "预防接种",
    "kindergarten_leavers": "幼儿园毕业生",
    "disabled_cert": "残疾人证",
    "poverty": "困难家庭",
    "left_behind": "留守儿童",
}


def codes(levels: Mapping[str, int]) -> dict[str, str]:
    return {c.code: c.levels[levels[c.code]].code for c in COMPARISONS}


def words(levels: Mapping[str, int]) -> dict[str, str]:
    """Return the verdict on each field, for a clerk who decides."""
    return {c.code: c.levels[levels[c.code]].words for c in COMPARISONS}


def agreement(levels: Mapping[str, int]) -> str:
    """Say what agrees and what does not, in one sentence."""
    same: list[str] = []
    other: list[str] = []
    for comparison in COMPARISONS:
        level = comparison.levels[levels[comparison.code]]
        if level.code in SILENT or (comparison.code == "ethnicity" and level.code == "same"):
            continue
        (same if level.code in AGREE else other).append(level.words)
    told = "、".join(same)
    if other:
        told += ("；" if told else "") + "、".join(other)
    return f"{told}。"


def link_code(levels: Mapping[str, int]) -> str:
    """Return what a link rests on, its number before its name."""
    code = codes(levels)
    if code["number"] in ("same", "first", "same_not_own"):
        return f"number_{code['number']}.name_{code['name']}"
    if code["number"] in ("fits", "fits_15", "one_slip", "two_slips"):
        return f"number_{code['number']}.name_{code['name']}"
    return f"name_{code['name']}.birth_{code['birth']}"


def failure(verdict: str, levels: Mapping[str, int]) -> tuple[str, str]:
    """Return the single reason, as code and sentence, why a pair was not linked."""
    if verdict in VERDICTS:
        return verdict, "最相近的一条：" + VERDICTS[verdict]
    code = codes(levels)
    for field, level in AGAINST:
        if code[field] == level:
            comparison = next(c for c in COMPARISONS if c.code == field)
            told = comparison.levels[levels[field]].words
            return f"{field}_{level}", f"最相近的一条：{told}，不足以认定为同一人。"
    return "weak", "最相近的一条：相同的内容太少，不足以认定为同一人。"


def correction(levels: Mapping[str, int]) -> str:
    """Say which cells of two rows of one child their senders should look at again."""
    told = codes(levels)
    wrong = [
        c.words for c in CHILD if told[c.code] not in SILENT | AGREE and told[c.code] != "former"
    ]
    return f"请名册来源单位按原件核对{'、'.join(wrong)}。" if wrong else NOTHING_TO_DO


def visit(code: str, nearest_code: str) -> str:
    """Say what to do about a child on the list; a clerk first, where a pair waits for one."""
    return (DECIDE_FIRST if nearest_code in DECIDE else "") + VISIT[code]


def look_for(code: str, nearest_code: str) -> str:
    return (DECIDE_FIRST if nearest_code in DECIDE else "") + LOOK_FOR[code]


def suspicion(born: str | None, roll_state: str | None, grade: int | None) -> tuple[str, str]:
    """Return why a child is on the list, as code and sentence."""
    if not born:
        code = "age_unknown"
    elif roll_state is None:
        code = "never_on_roll"
    else:
        code = "transferred_out" if "转" in roll_state else "left_roll"
    age = f"按年龄应读{grade_name(grade)}。" if grade else ""
    return code, age + SUSPECTED[code]


def only_known_to(rosters: list[str]) -> str:
    names = "、".join(REGISTERS.get(roster, roster) for roster in rosters)
    return f"只有{names}名册知道这个孩子，公安和学籍名册中都没有，请查找。"

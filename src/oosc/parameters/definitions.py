"""Every limit, period and threshold that the notice or the law leaves open, with its default.

What stands here is used as long as no office has set its own value. `standing` says how far a
default can be trusted: fixed by the notice or the law, a practice to be checked against its
source, or ours. The codes are those that `values.number`, `text` and `limit` are asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import TextChoices

from oosc.kernel.limits import Limit, TimeUnit
from oosc.kernel.refusal import Refused


class Group(TextChoices):
    CASES = "cases", "核查与台账"
    SCHOOLING = "schooling", "入学与学籍"
    ROSTERS = "rosters", "花名册"
    PRIVACY = "privacy", "查看与保密"
    SECURITY = "security", "登录与安全"


class Unit(TextChoices):
    WORKING_DAYS = "working_days", "个工作日"
    DAYS = "days", "天"
    HOURS = "hours", "小时"
    MINUTES = "minutes", "分钟"
    SECONDS = "seconds", "秒"
    YEARS_OF_AGE = "years_of_age", "周岁"
    SCHOOL_YEARS = "school_years", "学年"
    TIMES = "times", "次"
    PERSONS = "persons", "人"
    ROWS = "rows", "行"
    YES_NO = "yes_no", "（1 是，0 否）"
    MONTH_DAY = "month_day", "（月-日）"
    MONTHS = "months", "（月份）"


class Standing(TextChoices):
    FIXED = "fixed", "通知或法律写明"
    TO_CHECK = "to_check", "待核"
    OURS = "ours", "本地设定"


@dataclass(frozen=True)
class Definition:
    """One parameter: `least` and `most` bound what may be entered, both taken in."""

    code: str
    group: Group
    name: str
    default: str
    unit: Unit
    basis: str
    standing: Standing = Standing.OURS
    least: int = 0
    most: int = 3650

    @property
    def is_everywhere(self) -> bool:
        """Signing in belongs to the whole installation; all else can differ by region."""
        return self.group is Group.SECURITY

    @property
    def default_words(self) -> str:
        return self.words(self.default)

    def words(self, value: str) -> str:
        """Return a value with its unit: 5 个工作日, 4、8、2 月, 09-20."""
        if self.unit is Unit.MONTH_DAY:
            return value
        return f"{value} {'月' if self.unit is Unit.MONTHS else self.unit.label}"

    def read(self, text: str) -> str:
        """Return the value as it is kept, or refuse with what would be accepted."""
        text = text.strip()
        if self.unit is Unit.MONTH_DAY:
            return _month_day(text)
        if self.unit is Unit.MONTHS:
            return _months(text)
        if not text.isascii() or not text.isdigit() or not self.least <= int(text) <= self.most:
            raise Refused(f"请填 {self.least} 至 {self.most} 之间的整数。")
        return str(int(text))


def _month_day(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})[-月/.](\d{1,2})日?", text)
    # 02-29 is no day of most years, so no deadline can be set on it.
    if not found or not 1 <= int(found[2]) <= _last_day_of(int(found[1])):
        raise Refused("请填月和日，例如 09-20。")
    return f"{int(found[1]):02}-{int(found[2]):02}"


def _last_day_of(month: int) -> int:
    days = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
    return days.get(month, 31) if 1 <= month <= 12 else 0


def _months(text: str) -> str:
    months = [part for part in re.split(r"[,，、\s]+", text) if part]
    if not months or not all(m.isascii() and m.isdigit() and 1 <= int(m) <= 12 for m in months):
        raise Refused("请填月份，用顿号隔开，例如 4、8、2。")
    return "、".join(dict.fromkeys(str(int(month)) for month in months))


G, U, S = Group, Unit, Standing

ALL = (
    # Cases: domain §4.2. The notice sets none of these limits.
    Definition(
        "case.assign", G.CASES, "疑似立案后派核", "1", U.WORKING_DAYS, "SQ-2a（通知未写时限）"
    ),
    Definition(
        "case.verify",
        G.CASES,
        "派核后办结核查",
        "5",
        U.WORKING_DAYS,
        "SQ-2a（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.verify_across",
        G.CASES,
        "派核后办结核查（跨区域）",
        "10",
        U.WORKING_DAYS,
        "SQ-2a（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.persuade_again",
        G.CASES,
        "两次劝返至多相隔",
        "14",
        U.DAYS,
        "SQ-2c（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.place",
        G.CASES,
        "同意复学后安置",
        "5",
        U.WORKING_DAYS,
        "JY-1b（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.register",
        G.CASES,
        "返校后纳入学籍",
        "10",
        U.WORKING_DAYS,
        "JY-1c（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.close",
        G.CASES,
        "申请销号后审批",
        "5",
        U.WORKING_DAYS,
        "JY-5b（通知未写时限）",
        least=1,
    ),
    Definition(
        "case.term_reminder",
        G.CASES,
        "休学、缓学、转学、补籍期满和复核前几天提醒",
        "10",
        U.DAYS,
        "SQ-3b（县级口径：届满 10 日前重新申请）",
        least=1,
        most=90,
    ),
    Definition(
        "case.recheck_abroad",
        G.CASES,
        "以出国（境）销号后复核",
        "180",
        U.DAYS,
        "JY-5b（通知未写时限）",
        least=30,
    ),
    Definition(
        "case.recheck_missing",
        G.CASES,
        "以失踪销号后每隔多久复核",
        "180",
        U.DAYS,
        "JY-5b（每学期，通知未写时限）",
        least=30,
    ),
    Definition(
        "visit.visitors",
        G.CASES,
        "入户核查人数至少",
        "2",
        U.PERSONS,
        "SQ-2a（通知未写人数）",
        least=1,
        most=9,
    ),
    Definition(
        "amber_days",
        G.CASES,
        "剩几个工作日起亮黄灯",
        "2",
        U.WORKING_DAYS,
        "JZ-4（便于按期履职）",
        most=30,
    ),
    Definition(
        "mandatory_report_hours",
        G.CASES,
        "强制报告单提交",
        "2",
        U.HOURS,
        "《未成年人保护法》第十一条第二款（“立即”）",
        least=1,
        most=24,
    ),
    # From when a child counts as suspected, and as a dropout: domain §3.1 A18.
    Definition(
        "suspect_days",
        G.SCHOOLING,
        "无正当理由未到校，超过几天为疑似",
        "7",
        U.DAYS,
        "县级通知口径：超过一个星期，按自然日",
        S.TO_CHECK,
        least=1,
        most=90,
    ),
    Definition(
        "dropout_days",
        G.SCHOOLING,
        "疑似后劝返未果，超过几天为辍学",
        "30",
        U.DAYS,
        "他省口径：疑似满一个月",
        S.TO_CHECK,
        least=1,
        most=365,
    ),
    Definition(
        "pending_days",
        G.SCHOOLING,
        "开学后几天仍无匹配，待核实转疑似",
        "7",
        U.DAYS,
        "JY-5a（通知未写时限）",
        least=0,
        most=90,
    ),
    Definition(
        "pending_by_itself",
        G.SCHOOLING,
        "满期由系统自动转疑似并立案",
        "1",
        U.YES_NO,
        "JY-5a（通知未写由谁立案）",
        most=1,
    ),
    Definition(
        "entry_age",
        G.SCHOOLING,
        "入学年龄",
        "6",
        U.YEARS_OF_AGE,
        "《义务教育法》第十一条",
        S.FIXED,
        least=6,
        most=7,
    ),
    Definition(
        "entry_cutoff",
        G.SCHOOLING,
        "满入学年龄的截止日（含当日）",
        "08-31",
        U.MONTH_DAY,
        "招生通知的口径",
        S.TO_CHECK,
    ),
    Definition(
        "overage",
        G.SCHOOLING,
        "满几周岁仍未完成为超龄",
        "16",
        U.YEARS_OF_AGE,
        "法律未写明终止年龄",
        S.TO_CHECK,
        least=15,
        most=18,
    ),
    Definition("sealing_day", G.SCHOOLING, "入学、未入学花名册定稿", "09-20", U.MONTH_DAY, "SQ-1c"),
    Definition(
        "transfer_days",
        G.SCHOOLING,
        "转学途中至多",
        "40",
        U.WORKING_DAYS,
        "学籍管理办法：转出转入四方各 10 个工作日",
        S.TO_CHECK,
        least=1,
    ),
    Definition(
        "registration_days",
        G.SCHOOLING,
        "在校无学籍，限期补籍",
        "60",
        U.DAYS,
        "XX-3a（通知未写时限）",
        least=1,
    ),
    # Rosters: who hands in what by when.
    Definition(
        "roster_expected_months", G.ROSTERS, "派出所交换学龄人口的月份", "4、8、2", U.MONTHS, "GA-1"
    ),
    Definition(
        "disability_roster_day",
        G.ROSTERS,
        "残疾人证学龄花名册通报，至迟",
        "06-30",
        U.MONTH_DAY,
        "MZ-3b（“每年上半年”）",
        S.FIXED,
    ),
    Definition(
        "enrolment_forecast_day",
        G.ROSTERS,
        "向学校提供适龄儿童信息，至迟",
        "05-31",
        U.MONTH_DAY,
        "SQ-1b",
    ),
    Definition(
        "roster_file_school_years",
        G.ROSTERS,
        "花名册原文件留存",
        "1",
        U.SCHOOL_YEARS,
        "《个人信息保护法》第十九条",
        least=1,
        most=10,
    ),
    Definition(
        "roster_destruction_by_itself",
        G.ROSTERS,
        "期满的花名册不经批准自动销毁",
        "0",
        U.YES_NO,
        "《个人信息保护法》第四十七条（未写由谁批准）",
        most=1,
    ),
    # Opening what is masked; figures that could point at a child.
    Definition(
        "reveal_seconds",
        G.PRIVACY,
        "打开的内容多久后自动遮回",
        "60",
        U.SECONDS,
        "《个人信息保护法》第六条",
        least=10,
        most=600,
    ),
    Definition(
        "reveal_approval_hours",
        G.PRIVACY,
        "申请查看获准后有效",
        "8",
        U.HOURS,
        "《未成年人网络保护条例》第三十六条",
        least=1,
        most=72,
    ),
    Definition(
        "withheld_below",
        G.PRIVACY,
        "人数少于几人不显示",
        "5",
        U.PERSONS,
        "《个人信息保护法》第六条",
        least=2,
        most=50,
    ),
    Definition(
        "withheld_denominator_below",
        G.PRIVACY,
        "分母少于几人不显示比率",
        "10",
        U.PERSONS,
        "《个人信息保护法》第六条",
        least=2,
        most=100,
    ),
    # Lists that are taken along.
    Definition(
        "export_at_once_rows",
        G.PRIVACY,
        "导出多少行以上改为后台制作",
        "5000",
        U.ROWS,
        "系统性能",
        least=100,
        most=50_000,
    ),
    Definition(
        "export_kept_hours",
        G.PRIVACY,
        "后台导出的文件保存多久后销毁",
        "24",
        U.HOURS,
        "《个人信息保护法》第十九条",
        least=1,
        most=168,
    ),
    Definition(
        "clear_export_alone_rows",
        G.PRIVACY,
        "明文导出多少人以内不用另一人批准（24 小时合计）",
        "20",
        U.PERSONS,
        "《未成年人网络保护条例》第三十六条",
        least=0,
        most=200,
    ),
    Definition(
        "clear_export_most_rows",
        G.PRIVACY,
        "明文一次最多导出多少人",
        "1000",
        U.PERSONS,
        "《未成年人网络保护条例》第三十六条",
        least=1,
        most=5000,
    ),
    Definition(
        "clear_export_hours",
        G.PRIVACY,
        "明文导出获准后有效",
        "24",
        U.HOURS,
        "《未成年人网络保护条例》第三十六条",
        least=1,
        most=72,
    ),
    # Signing in: 等保三级, profile `dengbao`.
    Definition(
        "password_days",
        G.SECURITY,
        "口令至多使用",
        "90",
        U.DAYS,
        "GB/T 22239-2019 第三级",
        S.TO_CHECK,
        least=1,
        most=365,
    ),
    Definition(
        "lock_out_tries",
        G.SECURITY,
        "连续输错几次锁定",
        "5",
        U.TIMES,
        "GB/T 22239-2019 第三级",
        S.TO_CHECK,
        least=3,
        most=10,
    ),
    Definition(
        "lock_out_minutes",
        G.SECURITY,
        "锁定时间",
        "30",
        U.MINUTES,
        "GB/T 22239-2019 第三级",
        S.TO_CHECK,
        least=5,
        most=1440,
    ),
    Definition(
        "idle_minutes",
        G.SECURITY,
        "无操作自动退出",
        "30",
        U.MINUTES,
        "GB/T 22239-2019 第三级",
        S.TO_CHECK,
        least=5,
        most=120,
    ),
    Definition(
        "absolute_hours",
        G.SECURITY,
        "一次登录至多",
        "12",
        U.HOURS,
        "GB/T 22239-2019 第三级",
        S.TO_CHECK,
        least=1,
        most=24,
    ),
)

BY_CODE = {definition.code: definition for definition in ALL}

_TIME_UNITS = {Unit.WORKING_DAYS: TimeUnit.WORKING_DAYS, Unit.DAYS: TimeUnit.DAYS}


def time_unit(definition: Definition) -> TimeUnit:
    """Return which days a limit counts. Only limits in days have one."""
    return _TIME_UNITS[definition.unit]


def declared(code: str) -> Limit:
    """Return a limit as it stands here: for rules and tests that know no database."""
    definition = BY_CODE[code]
    return Limit(code, int(definition.default), time_unit(definition), definition.basis)

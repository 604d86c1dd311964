"""The roles of the notice and of the law (domain §8.1)."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a post is. A person may hold several posts; their rights do not add up."""

    LEAD = "lead", "领导小组组长、副组长"
    EDU = "edu", "教育中心"
    OFFICE = "office", "党政综合办公室"
    COMM = "comm", "社区居委会"
    SCHOOL = "school", "学校"
    TEACHER = "teacher", "班主任"
    POLICE = "police", "派出所"
    CIVIL = "civil", "社会事务办〔民政〕"
    HEALTH = "health", "社会事务办〔卫健〕"
    JUSTICE = "justice", "司法所"
    LABOR = "labor", "劳务所"
    RURAL = "rural", "乡村振兴服务科"
    CULTURE = "culture", "文体服务科"
    MARKET = "market", "市场监管所"
    ENFORCEMENT = "enforcement", "综合执法队"
    UNITED_FRONT = "united_front", "党建办〔统战〕"
    YOUTH = "youth", "团工委、妇工委"
    COUNTY = "county", "上级教育行政部门"
    AUDIT = "audit", "审计管理员"
    SYS = "sys", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"


# 三员分立: no officer may hold posts of two of them, and all three need a second factor.
ADMINISTRATORS = frozenset({Role.SYS, Role.SECADMIN, Role.AUDIT})

"""The demo: loaded once, whole, by the same commands that anyone uses."""

from __future__ import annotations

import json
import re

from oosc.access.roles import Role
from oosc.portal.demo.accounts import Account, table


def _count(installation):
    return json.loads(installation.run("count"))


def _passwords(said):
    return set(re.findall(r"\S{12}#", said))


def test_the_demo_from_the_first_kill_to_the_second_comparison(empty):
    """One test for one loading: it takes as long as all the others."""
    killed = empty.start("django", "load_demo")
    while "正在收花名册" not in killed.stdout.readline():
        pass
    killed.kill()
    killed.communicate()

    first = empty.manage("load_demo")
    assert "上次没有载入完" in first
    before = _count(empty)
    assert before["children"] > 2000
    assert before["runs"] == 1
    assert before["waiting"] > 0
    assert before["loaded"] == 1  # in the trail, by its verb demo.loaded
    assert {"suspected", "assigned", "verifying", "confirmed", "closing", "closed"} == set(
        before["states"]
    )
    assert before["lights"] == ["amber", "green", "red"]
    assert "留痕链完好" in empty.manage("verify_trail")

    second = empty.manage("load_demo")
    assert _count(empty) == before
    assert len(_passwords(second)) == len(_passwords(first)) == 21
    assert not _passwords(first) & _passwords(second)
    assert len(re.findall(r"  [A-Z2-7]{32}", second)) == 3

    said = empty.manage("match_rosters", "--officer", "edu01")
    assert "没有比对" in said
    assert _count(empty)["runs"] == 1
    said = empty.manage("match_rosters", "--officer", "edu01", "--commit")
    assert "第 2 次比对 已完成" in said
    assert _count(empty)["runs"] == 2
    assert "没有办理此事项的权限" in empty.manage(
        "match_rosters", "--officer", "comm19", "--commit", fails=True
    )


def test_only_a_demo_is_reset(filled):
    before = filled.run("report")

    assert "这里不是示例" in filled.manage("reset_demo", fails=True)
    assert "已有本单位的数据" in filled.manage("load_demo", fails=True)
    assert filled.run("report") == before


def test_the_table_stands_in_columns():

    accounts = [
        Account(Role.EDU, "edu01", "abcdefghijk1#", "竹知远", "教育中心　主任"),
        Account(Role.SYS, "sys15", "abcdefghijk2#", "柏言蹊", "系统管理　系统管理员", "A" * 32),
    ]

    head, education, administrator, *_ = table(accounts).splitlines()

    def column(line, word):
        before = line[: line.index(word)]
        return sum(1 if one.isascii() else 2 for one in before)

    assert column(head, "用户名") == column(education, "edu01") == column(administrator, "sys15")
    assert "A" * 32 in table(accounts)

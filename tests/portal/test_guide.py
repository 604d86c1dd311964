"""操作手册 inside the platform: every page of it, its links, its pictures, its search."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from oosc.portal import guide

pytestmark = pytest.mark.django_db
FRONT = reverse("portal:guide")


@pytest.mark.parametrize("name", guide.pages())
def test_every_page_is_read_whole(name):
    html = guide.pages()[name].html

    left = re.sub(r"<[^>]+>", "", html)
    assert not re.search(r"\*\*|\]\(|^#|^\||`|\.md", left, re.MULTILINE)
    assert html.count("<p>") + html.count("<li>") > 3


@pytest.mark.parametrize("name", guide.pages())
def test_its_links_and_pictures_lead_somewhere(name, client_as):
    html, client = guide.pages()[name].html, client_as("comm")

    for address in set(re.findall(r'href="([^"]+)"', html)):
        assert client.get(address).status_code == 200, address
    for picture in re.findall(r'src="/static/([^"?]+)', html):
        assert finders.find(picture), picture


def test_every_page_is_in_the_table_in_front():
    linked = set(re.findall(r"\]\(([\w-]+)\.md\)", guide.pages()[guide.FRONT].text))

    assert linked == set(guide.pages()) - {guide.FRONT}


def test_it_is_in_the_menu_of_everybody(client_as):
    for role in ("comm", "police", "lead", "audit", "sys", "secadmin"):
        assert f'href="{FRONT}"' in client_as(role).get("/").content.decode(), role


def test_words_are_found_with_the_page_they_stand_on(client_as):
    shown = client_as("comm").get(FRONT, {"q": "动态口令 手机"}).content.decode()

    assert "登录、账号、岗位" in shown
    assert "手机上的 6 位动态口令" in shown
    assert "**" not in shown


@pytest.mark.parametrize("words", ["查无此字", "。", "<script>", " "])
def test_what_is_not_there_is_said(client_as, words):
    answer = client_as("comm").get(FRONT, {"q": words})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert ("手册里没有这几个字" in answer.content.decode()) is bool(words.strip())


def test_a_page_that_there_is_not(client_as):
    assert client_as("comm").get(reverse("portal:guide_page", args=["none"])).status_code == 404


def test_what_an_author_writes_is_not_taken_for_markup():
    page = guide.Page("x", "x", '# x\n\n<b onclick="x">&</b> a | b\n')

    assert page.html == "<p>&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt; a | b</p>"

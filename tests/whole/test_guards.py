"""Guards over the whole: every field, template, grant, page without a token, answer of an error."""

from __future__ import annotations

import logging
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django.urls import include, path, reverse

import factories
import world
from access_table import LINES
from oosc.access.policy import GRANTS, Permission
from oosc.access.roles import Role

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "oosc"
LAYOUTS = sorted(SOURCE.glob("documents/layouts/*.typ"))
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


# --- every field ----------------------------------------------------------------------------


@pytest.mark.parametrize("room", settings.ROOMS)
def test_every_field_has_a_treatment(room):
    treated = import_module(f"oosc.{room}.privacy").FIELDS
    stored = {
        model.__name__: {field.name for field in model._meta.concrete_fields}
        for model in apps.get_app_config(room).get_models()
    }

    assert {name: set(fields) for name, fields in treated.items()} == stored


# --- every template -------------------------------------------------------------------------


def _named_in(source: str) -> set[str]:
    return set(re.findall(r'["\']([\w/]+\.html)["\']', source))


def test_no_template_is_unused_and_none_is_missing():
    sources = [*SOURCE.rglob("*.py"), *TEMPLATES]
    named = {name for path in sources for name in _named_in(path.read_text("utf-8"))}
    there = {str(path).split("/templates/")[1] for path in TEMPLATES}

    assert there - named == set()
    assert {name for name in named if name.split("/")[0] in settings.ROOMS} - there == set()


def test_a_template_lies_in_the_folder_of_its_room():
    wrong = [
        str(path.relative_to(SOURCE))
        for path in TEMPLATES
        if path.parent.name not in (path.relative_to(SOURCE).parts[0], "templates")
    ]

    assert wrong == []


def test_no_layout_of_a_paper_is_unused():
    sources = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    layouts = "".join(path.read_text("utf-8") for path in LAYOUTS)
    unused = [
        path.name
        for path in LAYOUTS
        if f'"{path.stem}"' not in sources and f'"{path.name}"' not in layouts
    ]

    assert unused == []


# --- every grant ----------------------------------------------------------------------------


def _grounds() -> set[str]:
    """Every clause that docs/notice.md heads; of docs/laws.md every law (等保), every article
    of it by short name and number (未保法11)."""
    notice = (ROOT / "docs" / "notice.md").read_text("utf-8")
    grounds = set(re.findall(r"^### (\S+)", notice, re.MULTILINE))
    laws = (ROOT / "docs" / "laws.md").read_text("utf-8")
    for section in laws.split("\n### ")[1:]:
        short = re.match(r".*?（(\w+)，", section)
        if short:
            articles = re.findall(r"第([一二三四五六七八九十百零]+)条", section)
            grounds |= {short[1]} | {f"{short[1]}{_number(words)}" for words in articles}
    return grounds


def _number(words: str) -> int:
    """一百零三 → 103, 三十六 → 36, 十一 → 11."""
    digits = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
    total = last = 0
    for character in words:
        if character in digits:
            last = digits[character]
        else:
            total += (last or 1) * {"十": 10, "百": 100}[character]
            last = 0
    return total + last


def test_every_grant_rests_on_a_clause_or_an_article_that_is_there():
    assert {grant.ground for grant in GRANTS} - _grounds() == set()


def test_every_permission_is_held_by_someone():
    assert set(Permission) == {grant.permission for grant in GRANTS}


def test_every_role_can_do_something():
    assert set(Role) == {grant.role for grant in GRANTS}


# --- every unsafe request -------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_unsafe_is_taken_without_a_token():
    here = world.home()
    keys = {
        role: factories.session_of(here.acting(role)).session_key
        for role in {next(iter(line.status)) for line in LINES}
    }
    logging.disable(logging.ERROR)
    taken = []
    for line in LINES:
        client = Client(enforce_csrf_checks=True)
        client.cookies[settings.SESSION_COOKIE_NAME] = keys[next(iter(line.status))]
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = client.generic(method, _address(line, here))
            if answer.status_code != 403 or "页面已过期" not in answer.content.decode():
                taken.append(f"{method} {line.route}: {answer.status_code}")
    logging.disable(logging.NOTSET)

    assert taken == []


def _address(line, here: world.World) -> str:
    fixed = {
        "clause": {"clause": "SQ-2a"},
        "guide": {"name": "visit"},
        "clear_source": {"name": "children"},
        "parameter": {"code": "reveal_seconds"},
        "year": {"number": 2026},
        "roster_name": {"kind": "not_enrolled"},
        "roster_kind": {"kind": "police_hukou"},
    }
    if line.thing == "-":
        return reverse(line.route)
    if line.thing in fixed:
        return reverse(line.route, kwargs=fixed[line.thing])
    key = here.child.pk
    which = {"list_of_run": "suspected", "roster_rows": "new"}.get(line.thing)
    if which:
        return reverse(line.route, args=[key, which])
    return reverse(line.route, args=[key])


# --- every answer of an error ---------------------------------------------------------------


SECRET = "林小雨"


@login_not_required
def _broken(request):
    raise RuntimeError(f"{SECRET} 没有学校")


urlpatterns = [
    *import_module("oosc.portal.urls").urlpatterns,
    path("broken/", include(([path("", _broken, name="healthz")], "portal"))),  # under its name
]
handler400 = "oosc.portal.views.bad_request"
handler403 = "oosc.portal.views.forbidden"
handler404 = "oosc.portal.views.not_found"
handler500 = "oosc.portal.views.server_error"


def _lacking(response) -> list[str]:
    wrong = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    return wrong + ([] if "default-src 'self'" in policy else ["Content-Security-Policy"])


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_an_error_has_the_headers_and_says_nothing_of_what_was_wrong(acting):
    client = Client(raise_request_exception=False)
    cookie = factories.session_of(acting(Role.EDU)).session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    logging.disable(logging.CRITICAL)

    response = client.get("/broken/")

    logging.disable(logging.NOTSET)
    assert response.status_code == 500
    assert SECRET not in response.content.decode()
    assert _lacking(response) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere/", 404),
        ("GET", "/children/not-a-key/", 404),
        ("DELETE", "/", 405),
        ("POST", "/lists/search/", 400),
    ],
)
def test_a_refused_request_has_the_headers(method, address, status, client_as):
    response = client_as("edu").generic(method, address)

    assert response.status_code == status
    assert _lacking(response) == []


@pytest.mark.django_db
def test_a_wrong_password_has_the_headers():
    factories.officer("liu", password=make_password("right-Horse-7-battery"))

    response = Client().post(reverse("members:sign_in"), {"username": "liu", "password": "x"})

    assert response.status_code in (200, 401, 422)
    assert _lacking(response) == []


@pytest.mark.django_db
def test_a_file_of_the_browser_may_be_kept_and_still_has_its_policy():
    response = Client().get("/static/oosc/app.js")

    assert b"".join(response.streaming_content)
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"

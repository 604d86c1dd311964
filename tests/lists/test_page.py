"""One page of a list, whatever the address says."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

import factories
from oosc.lists import page as pages
from oosc.lists.page import Filter, ListPage, Search, keep_search, list_page
from oosc.places.models import Region

pytestmark = pytest.mark.django_db
COUNT = 130


@pytest.fixture
def regions() -> None:
    factories.region(factories.SUBDISTRICT)
    Region.objects.bulk_create(
        Region(code=f"{factories.SUBDISTRICT}{n:03d}", name=f"{n:03d}号社区", level=12)
        for n in range(COUNT)
    )


def shown(query: str = "", session: dict[str, object] | None = None) -> ListPage:
    request = RequestFactory().get(f"/list/?{query}")
    request.session = session if session is not None else {}
    return list_page(
        request,
        Region.objects.filter(level=12),
        filters=[
            Filter(
                "half", "半", lambda rows, value: rows.filter(code__lt=value),
                [(f"{factories.SUBDISTRICT}065", "前一半")],
            ),
            Filter("from", "自", lambda rows, value: rows.filter(ended_on__gte=value), kind="date"),
        ],
        sorts={"code": ["code"], "name": ["name"]},
        default_sort="code",
        search=Search("名称", lambda rows, words: rows.filter(name__contains=words)),
    )  # fmt: skip


@pytest.mark.usefixtures("regions")
class TestAddress:
    @pytest.mark.parametrize(
        "size", ["", "0", "-1", "21", "100000", "²", "９", "20.0", "abc", "%00"]
    )
    def test_an_odd_size_is_twenty(self, size):
        assert len(shown(f"size={size}").objects) == 20

    def test_a_size_that_is_offered_is_taken(self):
        assert len(shown("size=100").objects) == 100

    @pytest.mark.parametrize(
        ("number", "is_"),
        [("", 1), ("0", 1), ("-3", 1), ("²", 1), ("x", 1), ("9" * 50, 1), ("99999", 7), ("3", 3)],
    )
    def test_a_page_number_is_always_one_there_is(self, number, is_):
        assert shown(f"page={number}").number == is_

    @pytest.mark.parametrize("sort", ["", "password", "--code", "-", "-unknown", "code,name", "?"])
    def test_an_order_that_is_not_offered_is_the_usual_one(self, sort):
        assert shown(f"sort={sort}").sort == "code"

    def test_turned_it_is_the_same_list_from_its_other_end(self):
        up, down = shown("sort=name&size=100"), shown("sort=-name&size=100")

        assert down.objects[0].name == f"{COUNT - 1:03d}号社区"
        assert set(up.objects) | set(down.objects) == set(Region.objects.filter(level=12))

    @pytest.mark.parametrize("value", ["", "x", "' or 1=1", "9", "%00"])
    def test_a_choice_that_is_not_offered_filters_nothing(self, value):
        found = shown(f"half={value}")

        assert (found.total, found.is_filtered) == (COUNT, False)

    @pytest.mark.parametrize("value", ["x", "2026-13-01", "2026-02-30", "%00"])
    def test_a_day_that_is_none_filters_nothing(self, value):
        assert shown(f"from={value}").total == COUNT

    def test_filter_and_page_together(self):
        found = shown(f"half={factories.SUBDISTRICT}065&page=4")

        assert (found.total, found.first, found.last) == (65, 61, 65)
        assert found.neighbours == [1, 2, 3, 4]


@pytest.mark.usefixtures("regions")
def test_far_down_the_list_the_rows_are_the_same(monkeypatch):
    near = shown("page=5&sort=-name").objects
    monkeypatch.setattr(pages, "DEEP", 10)

    assert shown("page=5&sort=-name").objects == near


@pytest.mark.usefixtures("regions")
class TestSearch:
    def kept(self, words: str) -> tuple[str, dict[str, object]]:
        request = RequestFactory().post("/")
        request.session = {}
        return keep_search(request, words), request.session

    def test_the_words_are_known_to_their_session_alone(self):
        token, session = self.kept("007")

        assert shown(f"s={token}", session).total == 1
        assert shown(f"s={token}", {}).total == COUNT
        assert "007" not in str(session)

    def test_what_no_keyboard_types_is_left_out_and_too_much_cut(self):
        token, session = self.kept("0\x0007" + "\n")
        assert shown(f"s={token}", session).query == "007"

        token, session = self.kept("长" * 500)
        assert len(shown(f"s={token}", session).query) == 60

    def test_only_the_last_thirty_are_kept(self):
        request = RequestFactory().post("/")
        request.session = {}
        first = keep_search(request, "001")
        for number in range(pages.KEPT_SEARCHES):
            keep_search(request, f"{number}")

        assert shown(f"s={first}", request.session).query == ""


class TestForm:
    def post(self, client_as, **fields: str):
        return client_as("edu").post("/lists/search/", fields)

    def test_searching_keeps_the_filters_and_goes_to_the_first_page(self, client_as):
        back = "/children/?grade=3&page=7&sort=birth"
        answer = self.post(client_as, back=back, q="桑夏至", f_grade="4")

        address = answer.headers["Location"]
        assert address.startswith("/children/?sort=birth&grade=4&s=")
        assert "page" not in address
        assert "桑" not in address

    def test_an_emptied_field_is_dropped(self, client_as):
        answer = self.post(client_as, back="/children/?grade=3&s=old", f_grade="", q="")

        assert answer.headers["Location"] == "/children/"

    @pytest.mark.parametrize(
        "back", ["", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
    )
    def test_it_leads_nowhere_else(self, client_as, back):
        assert self.post(client_as, back=back, q="x").status_code == 400

"""Many rows at once: written as one row would be."""

from __future__ import annotations

from datetime import date

import pytest

import factories
from oosc.children.models import Child, ChildSource, Guardian
from oosc.children.states import Origin
from oosc.database import bulk

pytestmark = pytest.mark.django_db


def test_rows_come_back_as_they_went_in():
    number = factories.id_no()
    children = [
        Child(
            name="林小雨",
            birth_date=date(2016, 4, 20),
            id_no=number,
            origin=Origin.RUN,
            registered_on=date(2026, 9, 1),
            home=factories.region(factories.EAST),
            corrected=["name"],
        ),
        Child(name="苏小禾", origin=Origin.RUN, registered_on=date(2026, 9, 1)),
    ]

    bulk.insert(Child, children)

    kept = Child.objects.get(id_no_index=number)
    assert (kept.pk, kept.id_no, kept.home.code) == (children[0].pk, number, factories.EAST)
    assert (kept.birth_date, kept.corrected, kept.origin) == (date(2016, 4, 20), ["name"], "run")
    assert Child.objects.get(name="苏小禾").birth_date is None


def test_the_database_makes_a_key_where_there_is_none():
    child, sender = factories.child(), factories.unit("police")
    source = ChildSource(
        child=child, roster_kind="police_hukou", sender=sender, fingerprint=b"row of H1"
    )

    bulk.insert(ChildSource, [source])

    assert bytes(ChildSource.objects.get().fingerprint) == b"row of H1"


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert(Child, [])


def test_a_row_that_is_made_quickly_is_as_its_model_makes_it():
    said = {"name": "林小雨", "origin": Origin.RUN, "registered_on": date(2026, 9, 1)}
    made = bulk.maker(Child)(**said, id_no=factories.id_no())
    usual = Child(**said, id_no=factories.id_no(), pk=made.pk)

    left = {name: value for name, value in made.__dict__.items() if name != "_state"}
    right = {name: value for name, value in usual.__dict__.items() if name != "_state"}

    assert left == right
    assert made._state.adding
    assert made.corrected is not bulk.maker(Child)(**said).corrected


def test_numbers_are_found_though_their_rows_were_inserted_together():
    child = factories.child()
    phones = ["13800001234", "138-0000-5678", ""]
    rows = [Guardian(child=child, name=f"林{n}", phone=phone) for n, phone in enumerate(phones)]

    bulk.insert(Guardian, rows)

    assert Guardian.objects.get(phone_index="13800001234").phone == phones[0]
    assert Guardian.objects.get(phone_last4="5678").phone == phones[1]
    assert Guardian.objects.get(phone_index=None, name="林2").phone == ""

"""What lies encrypted, comes back as it was written, and is found by its index."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime

import pytest
from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Value
from django.test.utils import isolate_apps
from uuid6 import uuid7

from oosc.database import bulk
from oosc.vault.blind_index import blind_index
from oosc.vault.cipher import Tampered
from oosc.vault.fields import EncryptedField
from oosc.vault.models import StoredFile
from oosc.vault.sealed import Sealed
from vault.register import Child, Guardian

NUMBER = "350582201503042311"
OTHER = "350582201608150024"

pytestmark = pytest.mark.usefixtures("registered")


def stored(column: str, child: models.Model) -> bytes:
    """What the database itself holds."""
    table = child._meta.db_table
    pk = child._meta.pk.get_db_prep_value(child.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'select {column} from "{table}" where id = %s', [pk])
        return bytes(cursor.fetchone()[0])


def put(column: str, child: models.Model, data: bytes) -> None:
    """Write behind our back, as somebody with the database in hand would."""
    table = child._meta.db_table
    pk = child._meta.pk.get_db_prep_value(child.pk, connection)
    binary = connection.Database.Binary(data)
    with connection.cursor() as cursor:
        cursor.execute(f'update "{table}" set {column} = %s where id = %s', [binary, pk])


@pytest.fixture
def child():
    return Child.objects.create(
        name="林小雨", id_no=NUMBER, phone="138 0000 1234", circumstance={"残疾": "听力"}
    )


def test_a_value_lies_encrypted_and_comes_back(child):
    found = Child.objects.get(pk=child.pk)

    assert (found.id_no, found.phone, found.circumstance) == (
        NUMBER,
        "138 0000 1234",
        {"残疾": "听力"},
    )
    assert NUMBER.encode() not in stored("id_no", child)
    assert len(stored("id_no", child)) == 18 + 30


def test_a_value_is_decrypted_only_when_it_is_looked_at(child):
    put("id_no", child, b"\x01" * 60)

    found = Child.objects.get(pk=child.pk)

    assert found.name == "林小雨"
    with pytest.raises(Tampered):
        _ = found.id_no


def test_an_unread_value_is_written_back_as_it_lies(child):
    before = stored("id_no", child), stored("id_no_index", child)
    found = Child.objects.get(pk=child.pk)
    found.name = "林雨"

    found.save()

    assert (stored("id_no", child), stored("id_no_index", child)) == before


def test_a_read_value_can_be_saved_again(child):
    found = Child.objects.get(pk=child.pk)
    found.circumstance["残疾"] = "视力"
    assert found.id_no == NUMBER

    found.save()

    assert Child.objects.get(pk=child.pk).circumstance == {"残疾": "视力"}


def test_a_copy_under_another_key_is_encrypted_anew(child):
    found = Child.objects.get(pk=child.pk)
    found.pk = uuid7()
    found.id_no = OTHER
    found._state.adding = True

    found.save()

    assert Child.objects.get(pk=found.pk).phone == "138 0000 1234"
    assert Child.objects.get(pk=child.pk).phone == "138 0000 1234"


def _pickled(instance):
    return pickle.loads(pickle.dumps(instance))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
def test_a_copied_instance_still_opens(copied):
    stored_at = datetime(2026, 9, 1, tzinfo=UTC)
    file = StoredFile.objects.create(sha256="0" * 64, size=1, data_key=NUMBER, stored_at=stored_at)

    found = copied(StoredFile.objects.get(pk=file.pk))

    assert found.data_key == NUMBER
    assert NUMBER.encode() not in pickle.dumps(StoredFile.objects.get(pk=file.pk))


def test_deferred_and_refreshed(child):
    found = Child.objects.only("name").get()
    assert found.id_no == NUMBER

    Child.objects.filter(pk=child.pk).bulk_update([_with(child, id_no=OTHER)], ["id_no"])
    found.refresh_from_db()
    assert found.id_no == OTHER


def test_a_deferred_value_is_not_touched_by_a_save(child):
    before = stored("id_no", child), stored("id_no_index", child)
    found = Child.objects.defer("id_no").get()

    found.save()

    assert (stored("id_no", child), stored("id_no_index", child)) == before
    assert "id_no" in found.get_deferred_fields()


def test_a_deferred_index_asks_to_be_saved_too(child):
    found = Child.objects.defer("id_no_index").get()
    with pytest.raises(ValueError, match="together with its index id_no_index"):
        found.save()

    found.id_no = OTHER
    found.save(update_fields=["id_no", "id_no_index", "id_no_last4"])

    assert Child.objects.get(id_no_index=OTHER) == found


def test_values_hand_out_no_text_and_no_bytes(child):
    row = Child.objects.values("pk", "id_no").get()

    for use in (str, bytes, "{}".format, json.dumps):
        with pytest.raises(TypeError):
            use(row["id_no"])
    assert repr(row["id_no"]) == "<Sealed test.Child.id_no>"
    assert row["id_no"].open(row["pk"]) == NUMBER
    [(pk, circumstance)] = Child.objects.values_list("pk", "circumstance")
    assert json.loads(circumstance.open(pk)) == {"残疾": "听力"}


def test_empty_and_null_stay_what_they_are(child):
    child.phone, child.note = "", None
    child.save()

    found = Child.objects.get(note__isnull=True)
    assert (found.phone, found.note, found.phone_index) == ("", None, None)
    assert stored("phone", child) == b""


@pytest.mark.parametrize("column", ["id_no", "circumstance"])
def test_a_required_value_cannot_be_emptied(child, column):
    with pytest.raises(IntegrityError), transaction.atomic():
        put(column, child, b"")
    with pytest.raises((IntegrityError, TypeError)), transaction.atomic():
        _with(child, **{column: ""}).save()


def test_an_emptied_required_value_is_refused_even_without_the_constraint():
    field = Child._meta.get_field("id_no")

    with pytest.raises(Tampered):
        field.from_db_value(b"").open(uuid7())


def test_what_is_not_text_is_refused(child):
    with pytest.raises(TypeError, match="holds text"):
        _with(child, id_no=35).save()
    with pytest.raises(TypeError, match="holds text"):
        _with(child, id_no=F("name")).save()


def test_without_a_key_nothing_can_be_encrypted():
    child = Child(name="林小雨", id_no=NUMBER)
    child.pk = None

    with pytest.raises(ValueError, match="primary key"):
        Child._meta.get_field("id_no").pre_save(child, add=True)


def test_found_by_index_however_it_was_written(child):
    Child.objects.bulk_create(
        [Child(name="陈一", id_no=" 35058220160815002x ", phone="+86 139-0000-5678")]
    )
    written = Child.objects.get(name="陈一")

    assert Child.objects.get(id_no_index="３５０５８２２０１６０８１５００２Ｘ") == written
    assert Child.objects.get(id_no_last4="002X") == written
    assert Child.objects.get(phone_index=blind_index("phone", "13900005678")) == written
    assert Child.objects.get(id_no_index__in=[NUMBER, "1"]) == child
    assert not Child.objects.filter(id_no_index="").exists()
    assert not Child.objects.filter(phone_index=" ").exists()


def test_bulk_update_takes_the_index_along(child):
    child.id_no, child.phone, child.name = OTHER, "", "林雨"

    changed = Child.objects.bulk_update([child], ["name", "id_no", "phone"])

    assert changed == 1
    found = Child.objects.get(id_no_index=OTHER)
    assert (found.id_no, found.phone, found.name, found.phone_index) == (OTHER, "", "林雨", None)
    assert Child.objects.get(id_no_last4="0024") == found
    assert not Child.objects.filter(id_no_index=NUMBER).exists()
    assert child.id_no == OTHER


@pytest.mark.parametrize("value", [OTHER, None, "", F("phone"), Value(OTHER)])
@pytest.mark.parametrize("name", ["id_no", "id_no_index"])
def test_update_is_refused(child, name, value):
    with pytest.raises(TypeError, match=r"update\(\)"):
        Child.objects.update(**{name: value})
    assert Child.objects.update(name="林雨") == 1


def test_update_is_refused_by_the_field_itself(child):
    with pytest.raises(TypeError, match=r"update\(\)"):
        models.QuerySet(Child).update(id_no=OTHER)


def test_a_loaded_fixture_is_encrypted_and_found():
    child = Child(name="林小雨", id_no=NUMBER, circumstance={"留守": True})

    DeserializedObject(child).save()

    found = Child.objects.get(id_no_index=NUMBER)
    assert (found.id_no, found.note, found.circumstance) == (NUMBER, None, {"留守": True})
    assert child.id_no == NUMBER
    DeserializedObject(_with(found, id_no=OTHER)).save()
    assert Child.objects.get(id_no_index=OTHER).id_no == OTHER


def test_a_conflict_updates_only_the_row_of_the_same_key(child):
    again = _with(child, id_no=OTHER)
    Child.objects.bulk_create(
        [again], update_conflicts=True, update_fields=["id_no"], unique_fields=["id"]
    )
    assert Child.objects.get(id_no_index=OTHER).id_no == OTHER

    newcomer = Child(name="陈一", id_no=OTHER)
    with pytest.raises(TypeError, match="conflict"):
        Child.objects.bulk_create(
            [newcomer],
            update_conflicts=True,
            update_fields=["phone"],
            unique_fields=["id_no_index"],
        )
    Child.objects.bulk_create(
        [newcomer], update_conflicts=True, update_fields=["name"], unique_fields=["id_no_index"]
    )
    assert Child.objects.get().name == "陈一"


def test_rows_inserted_in_bulk_are_sealed_once_and_found(child):
    before = stored("id_no", child), stored("id_no_index", child)
    unread = Child.objects.get()
    Child.objects.all().delete()

    bulk.insert(Child, [unread, Child(name="陈一", id_no=OTHER)])

    assert (stored("id_no", child), stored("id_no_index", child)) == before
    assert Child.objects.get(phone_index="13800001234").id_no == NUMBER
    assert Child.objects.get(id_no_index=OTHER).id_no == OTHER


def test_get_or_create_and_update_or_create(child):
    found, created = Child.objects.update_or_create(id_no_index=NUMBER, defaults={"id_no": OTHER})

    assert (found.pk, created) == (child.pk, False)
    assert Child.objects.get(id_no_index=OTHER).id_no == OTHER


def test_filtering_by_ciphertext_is_refused():
    with pytest.raises(FieldError, match="blind index"):
        Child.objects.filter(id_no=NUMBER)


def test_a_dump_would_be_in_clear(child):
    field = Child._meta.get_field("id_no")
    with pytest.raises(TypeError, match="backup"):
        field.value_to_string(child)
    assert Child._meta.get_field("id_no_index").value_to_string(child) == ""
    assert Child._meta.get_field("id_no_index").to_python("") is None


def test_the_form_field_is_that_of_the_plain_value(child):
    form_class = forms.modelform_factory(Child, fields=["name", "id_no", "phone", "circumstance"])
    data = {"name": "林雨", "id_no": OTHER, "phone": "", "circumstance": '{"留守": true}'}

    form = form_class(data, instance=Child.objects.get())
    assert form.initial["id_no"] == NUMBER
    form.save()

    assert Child.objects.get(id_no_index=OTHER).circumstance == {"留守": True}
    assert form_class({**data, "id_no": "1" * 19}).errors.keys() == {"id_no"}
    assert form_class({**data, "id_no": ""}).errors.keys() == {"id_no"}


def test_a_value_of_another_kind_becomes_text_when_cleaned(child):
    field = Child._meta.get_field("id_no")

    assert field.clean(350582, child) == "350582"
    assert field.to_python(None) is None
    with pytest.raises(ValidationError):
        field.clean("", child)


def test_a_field_that_would_not_be_safe_is_reported():
    with isolate_apps("oosc.vault"):

        class Careless(models.Model):
            id_no = EncryptedField(label="test.Child.id_no", unique=True)

            class Meta:
                app_label = "vault"

            def __str__(self) -> str:
                return str(self.pk)

        found = Careless._meta.get_field("id_no").check()

    assert {message.id for message in found} == {"vault.E001", "vault.E002", "vault.E003"}
    assert Child._meta.get_field("id_no").check() == []


def test_two_fields_with_one_label_are_reported(monkeypatch):
    field = Guardian._meta.get_field("id_no")
    monkeypatch.setattr(field, "label", "test.Child.id_no")

    assert [message.id for message in field.check()] == ["vault.E004"]


def test_a_migration_writes_the_field_as_it_is():
    for name in ("id_no", "circumstance", "id_no_index", "id_no_last4"):
        field = Child._meta.get_field(name)
        _, _, args, options = field.deconstruct()
        assert type(field)(*args, **options).deconstruct()[1:] == field.deconstruct()[1:]


def test_becoming_required_reaches_the_database():
    before, after = Guardian._meta.get_field("id_no"), EncryptedField(label="test.Guardian.id_no")
    after.set_attributes_from_name("id_no")

    assert connection.SchemaEditorClass(connection)._field_should_be_altered(before, after)
    assert before.db_check(connection) is None
    assert after.db_check(connection) == 'length("id_no") > 0'


def test_an_added_column_starts_empty():
    field = EncryptedField(label="test.Guardian.address", blank=True)

    written = field.get_db_prep_value(b"", connection)

    assert (
        bytes(getattr(written, "obj", written)) == b""
    )  # psycopg wraps what SQLite takes as it is
    assert field.get_db_prep_value(None, connection) is None


def test_the_class_gives_the_descriptor():
    assert Child.id_no.field is Child._meta.get_field("id_no")


def test_what_lies_there_knows_its_label(child):
    held = Child.objects.get(pk=child.pk).__dict__["id_no"]

    assert isinstance(held, Sealed)
    assert (held.label, held.pk) == ("test.Child.id_no", child.pk)


def _with(child: Child, **values: object) -> Child:
    for name, value in values.items():
        setattr(child, name, value)
    return child

"""The second factors that django-otp kept in clear, into the table whose secrets are encrypted.

Its app is not installed any more, so its table is read as it lies, and then dropped.
"""

from base64 import b32encode
from binascii import unhexlify
from uuid import UUID

from django.db import migrations

OLD = "otp_totp_totpdevice"
COLUMNS = "user_id, name, confirmed, key, drift, last_t"


def move(apps, editor):
    connection = editor.connection
    if OLD not in connection.introspection.table_names():
        return  # a new installation
    Factor = apps.get_model("members", "Factor")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM {OLD} ORDER BY id DESC")
        kept = {(str(row[0]), bool(row[2])): row for row in reversed(cursor.fetchall())}
        for user, name, confirmed, key, drift, last_step in kept.values():
            Factor.objects.create(
                user_id=UUID(str(user)),
                name=name,
                confirmed=bool(confirmed),
                secret=b32encode(unhexlify(key)).decode(),
                drift=drift,
                last_step=last_step,
            )
        cursor.execute(f"DROP TABLE {OLD}")


class Migration(migrations.Migration):
    dependencies = [("members", "0003_encrypted_factors")]

    # Nothing leads back: the secrets would lie in clear again.
    operations = [migrations.RunPython(move)]

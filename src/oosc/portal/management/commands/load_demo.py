"""Load the example subdistrict, once; print new passwords every time."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.members.models import Officer
from oosc.portal.demo import Demo, is_loaded, table


class Command(BaseCommand):
    help = "Load the example subdistrict and print one account for each role."

    def handle(self, **_options: Any) -> None:  # Any: Django's own signature
        call_command("migrate", verbosity=0)
        if Officer.objects.exists() and not is_loaded():
            raise CommandError("这里已有本单位的数据，不能载入示例。请用 OOSC_DATA 另指一个文件夹。")
        demo = Demo(self.stdout.write, clock.today())
        if not is_loaded():
            demo.load()
        demo.renew_passwords()
        self.stdout.write("")
        self.stdout.write(table(demo.accounts))
        self.stdout.write("")

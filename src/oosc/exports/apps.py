from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "oosc.exports"
    label = "exports"
    verbose_name = "导出"

    def ready(self) -> None:
        from oosc.exports import replay
        from oosc.lists import later

        later.register(replay.Background())

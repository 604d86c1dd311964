from django.apps import AppConfig


class SchoolingConfig(AppConfig):
    name = "oosc.schooling"
    label = "schooling"
    verbose_name = "就学"

    def ready(self) -> None:
        from oosc.children import deferrals
        from oosc.schooling import pieces, queries

        pieces.register()
        deferrals.register(queries.put_off)

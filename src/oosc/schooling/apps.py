from django.apps import AppConfig


class SchoolingConfig(AppConfig):
    name = "oosc.schooling"
    label = "schooling"
    verbose_name = "就学"

    def ready(self) -> None:
        from oosc.children import deferrals
        from oosc.exports import sources
        from oosc.schooling import clear, pieces, queries
        from oosc.schooling.states import RosterKind

        pieces.register()
        for kind in (RosterKind.ENROLLED, RosterKind.NOT_ENROLLED):
            sources.register(kind.value, clear.Roster(kind))
        deferrals.register(queries.put_off)

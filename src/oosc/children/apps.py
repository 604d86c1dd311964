from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "oosc.children"
    label = "children"
    verbose_name = "儿童"

    def ready(self) -> None:
        from oosc.children import clear
        from oosc.exports import sources

        sources.register("children", clear.Children())

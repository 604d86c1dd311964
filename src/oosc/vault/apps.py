from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "oosc.vault"
    label = "vault"
    verbose_name = "保密"

    def ready(self) -> None:
        from oosc.vault import saving

        saving.connect()

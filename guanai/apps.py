from django.apps import AppConfig


class GuanaiConfig(AppConfig):
    name = "guanai"
    verbose_name = "平台"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The signals of Django and axes are connected where they are read.
        from guanai import sign_ins  # noqa: F401

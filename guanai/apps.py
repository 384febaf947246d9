from django.apps import AppConfig


class GuanaiConfig(AppConfig):
    name = "guanai"
    verbose_name = "平台"
    default_auto_field = "django.db.models.BigAutoField"

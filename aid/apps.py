from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "aid"
    verbose_name = "关爱帮扶"
    default_auto_field = "django.db.models.BigAutoField"

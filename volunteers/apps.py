from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = "五老队伍"
    default_auto_field = "django.db.models.BigAutoField"

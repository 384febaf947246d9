from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "工作记录"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计与考评"
    default_auto_field = "django.db.models.BigAutoField"

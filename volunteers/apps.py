from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = "五老队伍"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now; the tasks import them.
        from guanai.jobs import JobKind, register
        from volunteers import menu_items, person_records, tasks
        from volunteers.registration import register_with_network
        from volunteers.services.import_jobs import ROSTER_IMPORT

        run, finish = tasks.run_roster_import.delay, tasks.finish_roster_import.delay
        register(JobKind(ROSTER_IMPORT, queue_start=run, queue_part=finish, queue_assembly=finish))
        menu_items.register()
        register_with_network()
        person_records.register()

"""Messages to the worker. Each only says "look at this row"; what is to be done stands in the row."""

from celery import shared_task

from reports.services import assemble_report, build_report_part, take_report_figures


@shared_task
def start_year_report_task(job_id: int) -> None:
    take_report_figures(job_id=job_id)


@shared_task
def build_part(part_id: int) -> None:
    build_report_part(part_id=part_id)


@shared_task
def assemble(job_id: int) -> None:
    assemble_report(job_id=job_id)

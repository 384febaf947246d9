"""The least that shows the same fifty rows: one query, one template, nobody asked who they are."""

from django.http import HttpRequest, HttpResponse
from django.template import engines

from activities.models import Activity
from volunteers.models import Volunteer

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1><p>{{ count }}</p><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table></body></html>"""
TEMPLATE = engines["django"].from_string(PAGE)


def volunteers(request: HttpRequest) -> HttpResponse:
    people = Volunteer.objects.select_related("unit").prefetch_related("specialities", "availabilities")
    rows = [
        (
            person.name,
            person.get_sex_display(),
            person.age,
            person.get_kind_display(),
            "、".join(speciality.name for speciality in person.specialities.all()),
            "、".join(str(time) for time in person.availabilities.all()),
            person.unit.name,
            person.masked_id,
            person.masked_phone,
            person.get_status_display(),
        )
        for person in people[:50]
    ]
    return HttpResponse(TEMPLATE.render({"title": "五老", "rows": rows, "count": people.count()}, request))


def activities(request: HttpRequest) -> HttpResponse:
    held = Activity.objects.select_related("unit", "theme", "venue")
    rows = [
        (
            activity.number,
            activity.name,
            activity.unit.name,
            activity.theme.name,
            activity.get_form_display(),
            activity.held_on,
            activity.where,
            activity.sessions,
            activity.young_people,
            activity.get_state_display(),
        )
        for activity in held[:50]
    ]
    return HttpResponse(TEMPLATE.render({"title": "活动", "rows": rows, "count": held.count()}, request))

"""The lines of the list of activities as HTML, fifty at a time, each value escaped by `filled`.

In Python and not in a template for the same reason as `volunteers.rows`: this is one of the two busiest pages.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.safestring import SafeString

from activities.enums import ActivityForm, ActivityState
from activities.models import Activity
from activities.rules import EDITABLE_STATES
from guanai.markup import filled
from guanai.templatetags.page import state
from orgs.enums import Action
from orgs.models import User
from orgs.scope import covering

STATE_KINDS = {
    ActivityState.SUBMITTED: "due",
    ActivityState.RETURNED: "back",
    ActivityState.ACCEPTED: "done",
}
FORMS: dict[str, str] = dict(ActivityForm.choices)
LINE = (
    '<tr><th scope="row"><a href="{url}">{name}</a><br><span class="quiet nowrap">{number}</span></th>'
    '<td class="nowrap">{held_on}</td><td>{unit}{joint}</td><td>{theme}<br><span class="quiet">{form}</span></td>'
    '<td class="num">{young_people}</td><td class="num">{others}</td><td>{state}</td>'
    '<td class="ops"><a href="{url}">查看</a>{edit}</td></tr>\n'
)
JOINT = SafeString('<br><span class="quiet">协办</span>')
EDIT = '<a href="{url}edit/">修改</a>'


def activity_lines(activities: Iterable[Activity], user: User) -> SafeString:
    """One `<tr>` for each activity of `queries.for_list`; 协办 where it is hosted outside the user's branches."""
    pages = reverse("activities:activity_list")
    states = {value: state(STATE_KINDS[value], value.label) for value in ActivityState}
    is_visible, is_writable = covering(user, Action.VIEW_ACTIVITIES), covering(user, Action.RECORD_ACTIVITIES)
    lines = []
    for activity in activities:
        url = f"{pages}{activity.pk}/"
        lines.append(
            filled(
                LINE,
                url=url,
                name=activity.name,
                number=activity.number,
                held_on=activity.held_on.isoformat(),
                unit=activity.unit.short_name,
                joint="" if is_visible(activity.unit) else JOINT,
                theme=activity.theme.name,
                form=FORMS[activity.form],
                young_people=f"{activity.young_people:,}",
                others=f"{activity.others:,}",
                state=states[ActivityState(activity.state)],
                edit=filled(EDIT, url=url) if activity.state in EDITABLE_STATES and is_writable(activity.unit) else "",
            )
        )
    return SafeString("".join(lines))

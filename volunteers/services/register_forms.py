"""Register forms in clear: who may, why, and a look written down for each person and field."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.clear_files import store_clear_file
from guanai.models import ClearFile
from orgs.enums import Action
from orgs.models import User
from orgs.scope import covering
from volunteers.models import Volunteer
from volunteers.querysets import VolunteerQuerySet
from volunteers.register_form import for_register_form, register_paper, secrets_given

REGISTER_FORM = "volunteers.register_form"
# More than a meeting has members: a whole roster in clear leaves as no file.
MOST_FORMS = 50


def forms_in_clear(
    *, people: VolunteerQuerySet, by: User, reason: str, shown: Collection[int] | None = None
) -> ClearFile:
    """One Word file with the forms of these people in clear, kept for `by` alone.

    The people are read, written down as looked at and printed in one transaction: what stands in the file is what
    the view log says. Fifty forms take a tenth of a second, so that no job is needed. `shown` are the keys of those
    whom `by` has seen named: nobody else's form leaves, though they meet the same conditions by now.

    Raises:
        PermissionDenied: somebody whose form this user may not export.
        ValidationError: nobody, too many, or others than were shown.
    """
    with transaction.atomic():
        found: list[Volunteer] = list(for_register_form(people)[: MOST_FORMS + 1])
        may = covering(by, Action.EXPORT_ROSTER_CLEAR)
        if not all(may(person.unit) for person in found):
            raise PermissionDenied("somebody of another branch")
        if not found:
            raise ValidationError("没有符合条件的人，请回名册改筛选条件。", code="nobody")
        if len(found) > MOST_FORMS:
            raise ValidationError(f"一次最多导出 {MOST_FORMS} 人，请回名册加筛选条件。", code="too_many")
        if shown is not None and {person.pk for person in found} != set(shown):
            raise ValidationError("名册刚刚有变动，请核对下面的名单再生成。", code="changed")
        return store_clear_file(
            kind=REGISTER_FORM,
            owner=by,
            label=f"登记表-{found[0].number}" if len(found) == 1 else f"登记表-{len(found)}人",
            suffix="docx",
            content=register_paper(found, in_clear=True, day=timezone.localdate()),
            record=Volunteer,
            given={person.pk: secrets_given(person) for person in found},
            reason=f"导出登记表：{reason}",
        )

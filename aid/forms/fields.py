from typing import Any

from django.forms import ModelChoiceField

from aid.models import FundAccount
from orgs.models import Unit
from volunteers.models import Volunteer


class AccountField(ModelChoiceField["FundAccount"]):
    """Accounts by unit and name: a name alone may stand in several townships."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=FundAccount.objects.none(), **{"label": "账户", "empty_label": "请选择", **kwargs})

    def label_from_instance(self, account: FundAccount) -> str:
        return f"{account.unit.short_name} · {account.name}"


class UnitField(ModelChoiceField["Unit"]):
    """Units by short name, those under a township with the township's name before."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), **{"label": "单位", "empty_label": "请选择", **kwargs})

    def label_from_instance(self, unit: Unit) -> str:
        parent = unit.parent
        return f"{parent.short_name} {unit.short_name}" if parent and parent.parent_id else unit.short_name


class VolunteerField(ModelChoiceField["Volunteer"]):
    """Helpers of the roster: name, 五老类别 and unit, since names repeat."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Volunteer.objects.none(), **{"label": "帮扶人", "empty_label": "请选择", **kwargs})

    def label_from_instance(self, volunteer: Volunteer) -> str:
        return f"{volunteer.name}（{volunteer.get_kind_display()}，{volunteer.unit.short_name}）"

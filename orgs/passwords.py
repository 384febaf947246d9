"""What hangs on a password of an account: its history (等保: the last five are not set again) and its tokens."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from orgs.models import PasswordRecord, User
from orgs.services.tokens import revoke_all_tokens

USED = "不能和最近 {last} 次用过的密码相同。"


class NotUsedLately:
    """Refuses the last `last` passwords. Django tells a validator whenever a password was set, by whatever way."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: Any = None) -> None:
        if not isinstance(user, User) or user.pk is None:
            return
        earlier = PasswordRecord.objects.filter(user=user).values_list("password", flat=True)[: self.last]
        # The present one is among them, unless it was set past Django's own way.
        if any(check_password(password, kept) for kept in {user.password, *earlier}):
            raise ValidationError(USED.format(last=self.last), code="used")

    def password_changed(self, password: str, user: Any = None) -> None:
        if not isinstance(user, User) or not user.has_usable_password():
            return
        PasswordRecord.objects.create(user=user, password=user.password)
        kept = PasswordRecord.objects.filter(user=user).values("pk")[: self.last]
        PasswordRecord.objects.filter(user=user).exclude(pk__in=kept).delete()

    def get_help_text(self) -> str:
        return f"不能和最近 {self.last} 次用过的相同"


class EndsTokens:
    """A new password ends the tokens that were made under the old one, by whatever way it was set: who changes it
    because somebody else knows it leaves that person nothing. Sessions end by themselves (Django keeps a digest of the
    password in each). It refuses nothing.
    """

    def validate(self, password: str, user: Any = None) -> None:
        pass

    def password_changed(self, password: str, user: Any = None) -> None:
        if isinstance(user, User):
            revoke_all_tokens(user=user)

    def get_help_text(self) -> str:
        return ""

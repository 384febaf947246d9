"""The second factor: an authenticator app is set up, confirmed, asked for and dropped."""

import base64
import secrets
import string

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.enums import SECOND_FACTOR_ROLES
from orgs.models import Membership, RecoveryCode, SecondFactor, User, recovery_digests
from orgs.services.tokens import revoke_verified_tokens

SECRET_BYTES = 20
RECOVERY_CODES = 10
# 32 signs that are not taken for each other: ten of them are 50 bits, behind a counter and a keyed digest.
ALPHABET = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("01lo")))
CODE_LENGTH = 10


def new_secret() -> str:
    """As authenticator apps take it: base32 without padding."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def begin_second_factor(*, user: User) -> SecondFactor:
    """A fresh key, not in force before a code of it was typed. An earlier one that was not confirmed is forgotten.

    Raises:
        ValidationError: the second factor is in force; it has to be dropped first.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.has_second_factor:
            raise ValidationError("双因素验证已经启用。", code="in_force")
        SecondFactor.objects.filter(user=user).delete()
        begun: SecondFactor = SecondFactor.objects.create(user=user, name="TOTP", secret=new_secret(), confirmed=False)
        return begun


def confirm_second_factor(*, user: User, code: str) -> tuple[SecondFactor, list[str]] | None:
    """Put the begun key in force by a code of it; gives it with its recovery codes. None for a wrong code."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=False).first()
        if factor is None or not factor.verify_token(code.strip()):
            return None
        factor.confirmed = True
        factor.made_at = timezone.now()
        factor.save(update_fields=["confirmed", "made_at"])
        _mark(user, has_one=True)
        return factor, _new_recovery_codes(factor)


def verify_code(*, user: User, code: str) -> SecondFactor | None:
    """The second factor that takes this code of the app, or recovery code; None for a wrong one, which counts."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True).first()
        return factor if factor is not None and factor.verify_token(code.strip()) else None


def renew_recovery_codes(*, user: User, code: str) -> list[str] | None:
    """Ten new recovery codes in the place of the old ones, against a code; None for a wrong one."""
    with transaction.atomic():
        factor = verify_code(user=user, code=code)
        return _new_recovery_codes(factor) if factor else None


def leave_second_factor(*, user: User, code: str) -> bool:
    """Switch one's own second factor off, against a code; False for a wrong one.

    Raises:
        ValidationError: a role of the account asks for it.
    """
    today = timezone.localdate()
    if Membership.objects.running(today).filter(user=user, role__in=SECOND_FACTOR_ROLES).exists():
        raise ValidationError("您的职责要求双因素验证，不能停用。", code="required")
    with transaction.atomic():
        if verify_code(user=user, code=code) is None:
            return False
        drop_second_factor(user=user)
    return True


def drop_second_factor(*, user: User) -> None:
    """Forget a person's second factor, whether in force or only begun, and end the tokens that stood on it."""
    revoke_verified_tokens(user=user)
    SecondFactor.objects.filter(user=user).delete()
    _mark(user, has_one=False)


def _mark(user: User, *, has_one: bool) -> None:
    user.has_second_factor = has_one
    User.objects.filter(pk=user.pk).update(has_second_factor=has_one)


def _new_recovery_codes(factor: SecondFactor) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    factor.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=recovery_digests(code)[0]) for code in codes)
    half = CODE_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]

"""What an account proves itself by: earlier passwords, the second factor, tokens of programs."""

import base64
import datetime
import time

from django.db import models
from django.utils import timezone
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from guanai.crypto import blind_indexes
from guanai.fields import EncryptedTextField
from guanai.history import tracked, untracked
from orgs.enums import TokenScope
from orgs.models.people import User

# A phone's clock may be this many steps of 30 seconds ahead or behind.
TOLERANCE = 1
# So many wrong codes in a row cost nothing; each further one doubles the time until the next is looked at.
FREE_GUESSES = 3


@untracked("the change of a password stands with the account")
class PasswordRecord(models.Model):
    """The hash of a password that was set once, so that it is not set again soon."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_records", verbose_name="账号")
    password = models.CharField("密码散列", max_length=128)
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user.username} {self.set_at:%Y-%m-%d}"


# Each code that is entered moves the counters; what counts is who has a second factor since when.
@tracked(exclude=("last_step", "throttling_failure_timestamp", "throttling_failure_count"), named_by=("user",))
class SecondFactor(ThrottlingMixin, Device):
    """An authenticator app (TOTP, RFC 6238: SHA-1, 30 seconds, 6 digits) and the recovery codes that go with it.

    django-otp's own devices keep the secret as hex and recovery codes in clear; here the one rests encrypted and the
    others as keyed digests, and both share one counter of wrong codes.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor", verbose_name="账号")
    secret = EncryptedTextField("密钥")
    # The time step of the last code that was accepted: a code works once.
    last_step = models.BigIntegerField(default=-1)
    made_at = models.DateTimeField("启用时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "双因素验证"

    def __str__(self) -> str:
        return self.user.username

    def get_throttle_factor(self) -> float:
        return 1 if self.throttling_failure_count >= FREE_GUESSES else 0

    def verify_token(self, token: str) -> bool:
        """Is it the app's code of now, or an unused recovery code? Called with the row locked; counts what is wrong."""
        if not self.verify_is_allowed()[0]:
            return False
        if self._is_code(token) or self._is_recovery_code(token):
            self.throttle_reset(commit=False)
            self.save()
            return True
        self.throttle_increment()
        return False

    def _is_code(self, token: str) -> bool:
        if not (token.isascii() and token.isdecimal() and len(token) == 6):
            return False
        totp = TOTP(base64.b32decode(self.secret))
        totp.time = time.time()
        if not totp.verify(int(token), TOLERANCE, self.last_step + 1):
            return False
        self.last_step = totp.t()
        return True

    def _is_recovery_code(self, token: str) -> bool:
        mine = self.recovery_codes.filter(digest__in=recovery_digests(token), used_at=None)
        return mine.update(used_at=timezone.now()) == 1


@tracked(named_by=("factor__user",))
class RecoveryCode(models.Model):
    """One of the codes for the day on which the phone is lost; each works once. Only its keyed digest is kept."""

    factor = models.ForeignKey(
        SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes", verbose_name="双因素验证"
    )
    digest = models.BinaryField("摘要", max_length=32)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备用码"

    def __str__(self) -> str:
        return self.factor.user.username


def recovery_digests(code: str) -> list[bytes]:
    """However it was typed: upper case, spaces and hyphens do not count. By every key that is held, the current first:
    a code is not kept, so that its digest cannot be made anew when keys are rotated."""
    return blind_indexes("recovery:" + "".join(sign for sign in code.lower() if sign.isalnum()))


@tracked(exclude=("used_at",), named_by=("user",))
class ApiToken(models.Model):
    """What a program signs its requests with, in place of a person; it may do what the person's roles may, or less.

    Kept as SHA-256 of 256 random bits: what nobody can guess needs no slow hash, and one index finds it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name="账号")
    name = models.CharField("用途", max_length=40)
    hint = models.CharField("开头", max_length=8)
    digest = models.BinaryField("摘要", max_length=32, unique=True)
    scope = models.CharField("权限", max_length=8, choices=TokenScope.choices)
    # Made in a session that had passed the second factor; without it, it stands for no role that needs one.
    is_verified = models.BooleanField("经双因素验证签发", default=False)
    made_at = models.DateTimeField("签发时间", auto_now_add=True)
    expires_at = models.DateTimeField("到期时间")
    used_at = models.DateTimeField("上次使用", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.user.username} {self.name}（{self.hint}…）"

    def works_at(self, moment: datetime.datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at

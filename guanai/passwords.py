"""What a password must be (domain.md, 7: 等保 level 2), and passwords made by chance."""

import secrets
import string
from collections.abc import Callable
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from guanai.pinyin import pinyin_key

CLASSES: tuple[Callable[[str], bool], ...] = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda character: not character.isalnum(),
)


def classes_of(password: str) -> int:
    """How many of lower case, upper case, digits and other signs occur. A Chinese character is none of them."""
    return sum(any(belongs(character) for character in password) for belongs in CLASSES)


class MixedPassword:
    """At least `min_length` characters of at least `classes` of the four classes."""

    def __init__(self, min_length: int = 8, classes: int = 3) -> None:
        self.min_length = min_length
        self.classes = classes

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(f"密码至少 {self.min_length} 位，现在是 {len(password)} 位。", code="too_short")
        if classes_of(password) < self.classes:
            raise ValidationError(
                f"大写字母、小写字母、数字、符号要有 {self.classes} 种，现在有 {classes_of(password)} 种。",
                code="too_plain",
            )

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 位，大写字母、小写字母、数字、符号要有 {self.classes} 种"


class NotLikeTheOwner(UserAttributeSimilarityValidator):
    """Neither the user name nor the name, in characters or in pinyin, with a few signs around it."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        spelled = "".join(character for character in pinyin_key(user.name) if character.isalpha())
        plain = "".join(character for character in password.lower() if character.isalpha())
        # In pinyin a short name is part of many a password; one that is hardly more than the name is too easy.
        in_pinyin = bool(spelled) and spelled in plain and len(plain) < len(spelled) + 3
        if in_pinyin or (user.name and user.name in password):
            raise ValidationError("密码不能和姓名或用户名相近。", code="like_the_owner")
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError("密码不能和姓名或用户名相近。", code="like_the_owner") from error

    def get_help_text(self) -> str:
        return "不能和姓名或用户名相近"


class NotCommon(CommonPasswordValidator):
    """Django's list of twenty thousand, in the words of this project: Django's own say 你."""

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError("这个密码很多人在用，容易被猜到，请换一个。", code="password_too_common") from error

    def get_help_text(self) -> str:
        return "不能是很多人在用的密码"


def random_password() -> str:
    """Three groups of four characters that are not taken for each other, with upper case, lower case and digits."""
    characters = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
    while True:
        text = "-".join("".join(secrets.choice(characters) for _ in range(4)) for _ in range(3))
        if any(c.isupper() for c in text) and any(c.islower() for c in text) and any(c.isdigit() for c in text):
            return text

"""What a text must look like, shared by services and forms."""

import re

from django.core.exceptions import ValidationError

# As they are typed on any keyboard, without a Chinese input method, and read out on the telephone.
USERNAME = re.compile(r"[A-Za-z0-9._-]{3,32}", re.ASCII)
USERNAME_RULE = "3 到 32 位，只用英文字母、数字和 . _ -"


def check_username(text: str) -> None:
    """Raises ValidationError for what is no user name of an account."""
    if not USERNAME.fullmatch(text):
        raise ValidationError(f"用户名要 {USERNAME_RULE}，不用汉字和空格。", code="username")

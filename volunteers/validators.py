"""What may be typed where somebody is looked for."""

import re

from django.core.exceptions import ValidationError

# Part of an identity number or of a phone number: neither belongs into an address.
NUMBERS = re.compile(r"\d{6,}")


def validate_no_number(text: str) -> None:
    """A name alone: what stands in an address stands in logs.

    Raises:
        ValidationError: it may be a number of somebody.
    """
    if NUMBERS.search("".join(text.split())):
        raise ValidationError("这里只填姓名；证件号和电话请到五老人才库，填在“按证件号或电话查”。", code="number")

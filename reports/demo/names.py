"""Made-up persons with plausible names of the region and identity numbers that pass every check."""

import datetime
import random
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from guanai.identity import check_digit
from volunteers.enums import Sex

TEXTS = Path(__file__).parent / "texts"
# Most were born here; a few moved in from the counties around.
_DISTRICTS = ("510824", "510821", "510802", "511381", "510811")
_DISTRICT_WEIGHTS = (94, 2, 2, 1, 1)
_MOBILE = ("135", "136", "138", "139", "150", "152", "158", "159", "181", "182", "187", "133", "153", "199")


@cache
def texts(name: str) -> dict[str, Any]:
    """One of the packaged files of phrases."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _surnames() -> tuple[list[str], list[int]]:
    pairs = re.findall(r"(\D+?)(\d+)\s*", texts("names")["surnames"].strip())
    return [surname.strip() for surname, _ in pairs], [int(weight) for _, weight in pairs]


@dataclass(slots=True)
class Person:
    """The clear values of one made-up person."""

    name: str
    sex: Sex
    birth_date: datetime.date
    id_number: str
    phone: str


@dataclass(slots=True)
class Registry:
    """Hands out persons; no identity number twice."""

    taken: set[str] = field(default_factory=set)

    def person(self, dice: random.Random, generation: str, born: datetime.date, sex: Sex) -> Person:
        number = self._id_number(dice, born, sex)
        return Person(person_name(dice, generation, sex), sex, born, number, phone_number(dice))

    def _id_number(self, dice: random.Random, born: datetime.date, sex: Sex) -> str:
        while True:
            order = dice.randrange(1, 500) * 2 + (1 if sex == Sex.MALE else 0)
            stem = f"{dice.choices(_DISTRICTS, _DISTRICT_WEIGHTS)[0]}{born:%Y%m%d}{order % 1000:03d}"
            if stem not in self.taken:
                self.taken.add(stem)
                return stem + check_digit(stem)


def person_name(dice: random.Random, generation: str, sex: Sex, surname: str = "") -> str:
    """A name of the generation `old`, `middle` or `young`; a tenth are of two characters in all."""
    given = texts("names")[generation][sex]
    second = dice.choice(given["second"])
    first = "" if dice.random() < 0.1 else dice.choice(given["first"])
    while first == second:
        first = dice.choice(given["first"])
    return f"{surname or dice.choices(*_surnames())[0]}{first}{second}"


def phone_number(dice: random.Random) -> str:
    return f"{dice.choice(_MOBILE)}{dice.randrange(10**8):08d}"


def some_sex(dice: random.Random, male: float = 0.5) -> Sex:
    return Sex.MALE if dice.random() < male else Sex.FEMALE

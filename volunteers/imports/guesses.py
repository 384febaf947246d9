"""A file must not be a way to find out who is registered elsewhere: identity numbers can be guessed by the thousand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError

from guanai.enums import Verb
from guanai.limits import HOUR, NUMBERS_PER_HOUR, may_ask_for_number, within_limit
from guanai.trail import note
from orgs.models import User
from volunteers.imports.checking import Checked
from volunteers.models import RosterImport
from volunteers.services.roster import TAKEN

# District and birth date; what is left are 999 numbers, which is no search at all.
STEM = 14
# Newcomers of one district and day: a county of 5,000 people in the roster has three at the most.
MOST_OF_A_DAY = 20
FILES_PER_HOUR = 20


class GuessedError(ValidationError):
    """A file that asks for too many numbers; `detail` goes into the trail."""

    def __init__(self, words: str, *, code: str, **detail: Any) -> None:
        super().__init__(words, code=code)
        self.detail = detail


@contextmanager
def refusals_noted(batch: RosterImport, by: User) -> Iterator[None]:
    """A refusal stands in the trail though the transaction inside goes back."""
    try:
        yield
    except GuessedError as refusal:
        note(Verb.DENIED, actor=by, record=batch, field="id_number", **refusal.detail)
        raise


def check_files(by: User) -> None:
    """Raises ValidationError where somebody uploads file after file."""
    if not within_limit("roster_file", by, most=FILES_PER_HOUR, seconds=HOUR):
        raise ValidationError(f"一小时内最多上传 {FILES_PER_HOUR} 个名册文件，请过一会儿再传。", code="too_many")


def count_questions(batch: RosterImport, results: Sequence[Checked], by: User) -> None:
    """Count, and write down in the trail, the rows whose number turned out to be registered on a roster that is not the
    importer's; those of a former check of the same file are counted already. Call it inside `refusals_noted`.

    Raises:
        GuessedError: too many of them in the hour, or a file of guesses.
    """
    _refuse_guesses(results)
    taken = sum(any(problem.reason == TAKEN for problem in result.problems) for result in results)
    if taken <= batch.told:
        return
    found: dict[str, Any] = {"reason": "registered elsewhere", "rows": taken - batch.told}
    for _ in range(min(taken - batch.told, NUMBERS_PER_HOUR + 1)):
        if not may_ask_for_number(by):
            words = "文件里很多证件号已在别处登记，请联系县关工委办公室核对后再导入。"
            raise GuessedError(words, code="too_many", **found)
    note(Verb.DENIED, actor=by, record=batch, field="id_number", **found)
    batch.told = taken
    batch.save(update_fields=["told"])


def _refuse_guesses(results: Sequence[Checked]) -> None:
    numbers = (result.values.get("id_number") for result in results if result.person is None)
    stems = Counter(number[:STEM] for number in numbers if number)
    if stems and max(stems.values()) > MOST_OF_A_DAY:
        words = "文件里有很多地区和出生日期都相同的证件号，请联系县关工委办公室核对后再导入。"
        raise GuessedError(words, code="guesses", reason="too many of one district and day")

"""The registry of indicators: every figure of dashboard, statistics form, evaluation, Excel, Word and API."""

from reports.indicators import care, education, guarantees, organisation, people
from reports.indicators.declaration import (
    Column,
    Dimension,
    Figure,
    FormPart,
    Indicator,
    Kind,
    Measure,
    Period,
    Subject,
)

INDICATORS: dict[str, Indicator] = {
    indicator.code: indicator
    for module in (organisation, people, education, care, guarantees)
    for indicator in module.INDICATORS
}


def form_indicators(part: FormPart) -> list[Indicator]:
    """The columns of one part of the statistics form, in its order."""
    return [indicator for indicator in INDICATORS.values() if indicator.part is part and indicator.on_form]


__all__ = [
    "INDICATORS",
    "Column",
    "Dimension",
    "Figure",
    "FormPart",
    "Indicator",
    "Kind",
    "Measure",
    "Period",
    "Subject",
    "form_indicators",
]

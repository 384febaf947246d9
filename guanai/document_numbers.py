"""文号 of Party and government documents as GB/T 9704-2012 (7.2.5) writes them: 苍委发〔2025〕12号."""

import re

_FIGURES = str.maketrans("０１２３４５６７８９", "0123456789")
_YEAR = re.compile(r"[〔［\[（({【﹝<《〈]((?:19|20)\d{2})年?[〕］\]）)}】﹞>》〉]")
_SERIAL = re.compile(r"(〔\d{4}〕)第?0*([1-9]\d*)号?$")
_BLANKS = re.compile(r"\s+")


def normalise_document(text: str) -> str:
    """One way of writing for what people type: full-width figures, other brackets, blanks, 第 and leading zeros.

    苍委发[2025] 第012号 → 苍委发〔2025〕12号. What has no year in brackets (县委会议纪要第3期) only loses its blanks.
    """
    text = _BLANKS.sub("", text).translate(_FIGURES)
    return _SERIAL.sub(r"\1\2号", _YEAR.sub(r"〔\1〕", text))

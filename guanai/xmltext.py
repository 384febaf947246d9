"""Text that may stand in an XML part of an Excel or Word file.

Pasted text brings along characters that XML 1.0 forbids (form feeds of old programs, lone surrogates of broken
emoji). Writing libraries either crash on them or write a file that Excel offers to "repair", so they are taken
out before any library sees them.
"""

import re

# Vertical tab is Word's own line break and form feed its page break: both mean "new line" in a cell or paragraph.
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# All else outside the production `Char` of XML 1.0, fifth edition, section 2.2, and the C1 controls it discourages.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return ``text`` with line breaks as ``\\n``, lone surrogates as U+FFFD and forbidden characters removed."""
    return _FORBIDDEN.sub("", _SURROGATES.sub("\ufffd", _LINE_BREAKS.sub("\n", text)))

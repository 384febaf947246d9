"""Word files in the layout of GB/T 9704-2012: callers give text and rows, this package gives a sealed ``.docx``."""

from guanai.documents.forms import Entry
from guanai.documents.numerals import chinese_numeral, paper_date
from guanai.documents.paper import Paper, RedHead

__all__ = ["Entry", "Paper", "RedHead", "chinese_numeral", "paper_date"]

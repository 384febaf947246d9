"""Papers in the layout of GB/T 9704-2012 (格式 of Party and government documents): callers give text, not looks."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import docx
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from guanai.documents.forms import Entry, add_form
from guanai.documents.numerals import chinese_numeral, paper_date
from guanai.documents.styles import BODY_SIZE, TEXT_WIDTH, apply_standard, fill_page
from guanai.documents.tables import add_sign_boxes, add_table
from guanai.sealing import Properties, sealed_bytes
from guanai.sheets.cells import display_width
from guanai.sheets.layout import Kind, Value
from guanai.xmltext import xml_text

_DATE_INDENT = 4
_LARGEST_ISSUER = 36


@dataclass(frozen=True, slots=True)
class RedHead:
    """The red head of an issued paper: the issuer's name (with 文件) and the document number, 苍关工委〔2025〕1号."""

    issuer: str
    number: str = ""


class Paper:
    """One paper, written from top to bottom. Headings number themselves: 一、 （一） 1. （1）."""

    def __init__(
        self,
        title: str,
        *,
        subtitle: str = "",
        red_head: RedHead | None = None,
        dated: date | None = None,
        is_form: bool = False,
    ) -> None:
        """``title`` may hold line breaks; ``dated`` goes into the file's properties, never the clock.

        A form (``is_form``) fills its page: less margin above and below, the form close under its title.
        """
        self._properties = Properties(title=title.replace("\n", ""), dated=dated)
        self._document = docx.Document()
        self._counts = [0, 0, 0, 0]
        self._on_new_page = False
        apply_standard(self._document)
        if is_form:
            fill_page(self._document)
        # The body starts one line under the title (7.3.1).
        self._under_title = Pt(8 if is_form else 28)
        self._number_pages()
        if red_head:
            self._red_head(red_head)
        heading = self._add(title, "Title")
        if subtitle:
            self._add(subtitle, "Subtitle")
        self._document.paragraphs[-1].paragraph_format.space_after = self._under_title
        if red_head:
            heading.paragraph_format.space_before = Pt(2 * 28)

    def heading1(self, text: str) -> None:
        """一、 in 黑体."""
        self._heading(1, text)

    def heading2(self, text: str) -> None:
        """（一） in 楷体."""
        self._heading(2, text)

    def heading3(self, text: str) -> None:
        """1. in 仿宋."""
        self._heading(3, text)

    def heading4(self, text: str) -> None:
        """（1） in 仿宋."""
        self._heading(4, text)

    def paragraph(self, text: str, *, indented: bool = True) -> None:
        """Body text; a line break begins a new paragraph. Not indented: the line of addressees (主送机关)."""
        for line in xml_text(text).split("\n"):
            paragraph = self._add(line, "Body Text")
            if not indented:
                paragraph._p.get_or_add_pPr().append(
                    parse_xml(f'<w:ind {nsdecls("w")} w:firstLineChars="0" w:firstLine="0"/>')
                )

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[Value]],
        *,
        kinds: Sequence[Kind] | None = None,
        widths: Sequence[float] | None = None,
        total: Sequence[Value] | None = None,
        merged_columns: int = 0,
        whole_groups: bool = False,
        caption: str = "",
        note: str = "",
    ) -> None:
        """A ruled table over the text width; see ``add_table``. ``caption`` stands over it, ``note`` under it."""
        if caption:
            self._add(caption, "Caption")
        add_table(
            self._document,
            headers,
            rows,
            kinds=kinds,
            widths=widths,
            total=total,
            merged_columns=merged_columns,
            whole_groups=whole_groups,
        )
        # A paragraph must part two tables, or Word joins them into one.
        self._add(note, "表注")

    def form(
        self,
        rows: Sequence[Sequence[Entry]],
        boxes: Sequence[tuple[str, str]],
        *,
        widths: Sequence[float],
        note: str = "",
    ) -> None:
        """A form to be filled, signed and stamped; see ``add_form``. ``note`` stands under it."""
        add_form(self._document, rows, boxes, widths=widths)
        self._add(note, "表注")

    def line(self, text: str) -> None:
        """A line over a table or form, in its type: whose it is, its number."""
        self._add(text, "表注").paragraph_format.keep_with_next = True

    def next_title(self, title: str) -> None:
        """The title of one more paper of the same kind, on a page of its own."""
        self.page_break()
        self._add(title, "Title").paragraph_format.space_after = self._under_title

    def sign_boxes(self, boxes: Sequence[tuple[str, str]]) -> None:
        """Boxes side by side for signature, stamp and date: [("自评意见（盖章）", "负责人签字："), …]."""
        add_sign_boxes(self._document, boxes)

    def signature(self, unit: str, day: date) -> None:
        """The signature block: the date four characters from the right edge, the unit centred over it (7.3.5.1)."""
        for paragraph in self._document.paragraphs[-1:]:
            # The block must not stand alone on a page.
            paragraph.paragraph_format.keep_with_next = True
        written = paper_date(day)
        # Both widths in characters of the body; a unit too long to be centred over the date ends at the right edge.
        indent = max(0.0, _DATE_INDENT + (display_width(written) - display_width(unit)) / 4)
        line = self._add(unit, "Signature")
        line.paragraph_format.space_before = Pt(2 * 28)
        line.paragraph_format.right_indent = Pt(indent * BODY_SIZE)
        self._add(written, "Date")

    def page_break(self) -> None:
        """Put what comes next (a heading or paragraph) on a new page, and number headings anew."""
        self._on_new_page = True
        self._counts = [0, 0, 0, 0]

    def to_bytes(self) -> bytes:
        """The paper as a sealed ``.docx``."""
        content = io.BytesIO()
        self._document.save(content)
        return sealed_bytes(content.getvalue(), properties=self._properties)

    def _add(self, text: str, style: str) -> Paragraph:
        paragraph = self._document.add_paragraph(xml_text(text), style=style)
        if self._on_new_page:
            paragraph.paragraph_format.page_break_before = True
            self._on_new_page = False
        return paragraph

    def _heading(self, level: int, text: str) -> None:
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (4 - level)
        number = self._counts[level - 1]
        marks = (f"{chinese_numeral(number)}、", f"（{chinese_numeral(number)}）", f"{number}.", f"（{number}）")
        self._add(f"{marks[level - 1]}{text}", f"heading {level}")

    def _red_head(self, head: RedHead) -> None:
        """The issuer in red, as large as fits one line, the number, and the red line under it (7.2)."""
        issuer = self._add(head.issuer, "红头")
        characters = max(1, display_width(head.issuer)) / 2
        size = min(_LARGEST_ISSUER, int(TEXT_WIDTH.pt / characters))
        for run in issuer.runs:
            run.font.size = Pt(size)
        self._add(head.number, "发文字号")

    def _number_pages(self) -> None:
        """— 1 — in 4号宋体, one character from the outer edge: odd pages right, even pages left (7.5)."""
        section = self._document.sections[0]
        for footer, side, indent in ((section.footer, "right", "right"), (section.even_page_footer, "left", "left")):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.style = "footer"
            properties = paragraph._p.get_or_add_pPr()
            properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:{indent}Chars="100" w:{indent}="280"/>'))
            properties.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{side}"/>'))
            paragraph.add_run("— ")
            field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
            paragraph._p.append(parse_xml(field))
            paragraph.add_run(" —")

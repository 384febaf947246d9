"""The look of a paper, GB/T 9704-2012: styles, fonts and settings in place of those of the library's own template.

The template brings Letter paper, Western fonts, 100 unused styles and a preview picture; all of that goes. Sizes in
the table below are in points, indents in characters.
"""

from dataclasses import dataclass
from typing import Literal

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Mm

FANGSONG, HEITI, KAITI, XIAOBIAOSONG, SONGTI = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"

PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)
TOP, RIGHT, BOTTOM, LEFT = Mm(37), Mm(26), Mm(35), Mm(28)
TEXT_WIDTH = Emu(PAGE_WIDTH - LEFT - RIGHT)
# The dash of the page number stands 7 mm under the text area (7.5); Word measures to the foot of its line.
FOOTER_DISTANCE = Mm(25)
# A form that is signed and stamped stands on one page.
_FORM_MARGIN, _FORM_FOOTER = Mm(22), Mm(12)
BODY_SIZE, BODY_LINE = 16, 28
# 28 characters of 16 pt are 158 mm, the text area is 156 mm: the standard's 28 characters a line need 0.25 pt less
# between them. (A character grid would do it too, and would break every table and every line of another size.)
_BODY_SPACING = -5

_TWIPS = 20
# No extra space between Chinese and figures (2025年 is set solid in official papers), and no character grid.
_SOLID = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'


@dataclass(frozen=True, slots=True)
class _Style:
    """One paragraph style. ``line`` is an exact line height; ``outline`` a level for the navigation pane, from 0;
    ``rule`` the colour of a line under the paragraph.
    """

    id: str
    name: str
    font: str = FANGSONG
    size: float = BODY_SIZE
    line: float = BODY_LINE
    align: Literal["left", "center", "right", "both"] = "both"
    first_line: int = 0
    right: int = 0
    before: float = 0
    after: float = 0
    spacing: int = 0
    outline: int | None = None
    keep_next: bool = False
    colour: str = ""
    following: str = ""
    rule: str = ""

    def xml(self) -> str:
        """The style as WordprocessingML, its children in the order that the schema demands."""
        default = ' w:default="1"' if self.id == "Normal" else ""
        based_on = "" if self.id == "Normal" else '<w:basedOn w:val="Normal"/>'
        following = f'<w:next w:val="{self.following}"/>' if self.following else ""
        return (
            f'<w:style w:type="paragraph"{default} w:styleId="{self.id}"><w:name w:val="{self.name}"/>'
            f"{based_on}{following}<w:qFormat/>"
            f"<w:pPr>{self._paragraph()}</w:pPr><w:rPr>{self._characters()}</w:rPr></w:style>"
        )

    def _paragraph(self) -> str:
        keep = "<w:keepNext/><w:keepLines/>" if self.keep_next else ""
        # Both units: Word goes by characters, other programs may know twentieths of a point only.
        twips = round(self.size * _TWIPS)
        indent = f'<w:ind w:firstLineChars="{self.first_line * 100}" w:firstLine="{self.first_line * twips}"/>'
        if self.right:
            indent = f'<w:ind w:rightChars="{self.right * 100}" w:right="{self.right * twips}"/>'
        outline = "" if self.outline is None else f'<w:outlineLvl w:val="{self.outline}"/>'
        border = f'<w:bottom w:val="single" w:sz="16" w:space="11" w:color="{self.rule}"/>' if self.rule else ""
        rule = f"<w:pBdr>{border}</w:pBdr>" if border else ""
        return (
            f'{keep}<w:widowControl/>{rule}{_SOLID}<w:spacing w:before="{round(self.before * _TWIPS)}" '
            f'w:after="{round(self.after * _TWIPS)}" w:line="{round(self.line * _TWIPS)}" w:lineRule="exact"/>'
            f'{indent}<w:jc w:val="{self.align}"/>{outline}'
        )

    def _characters(self) -> str:
        colour = f'<w:color w:val="{self.colour}"/>' if self.colour else ""
        spacing = f'<w:spacing w:val="{self.spacing}"/>' if self.spacing else ""
        size = round(self.size * 2)
        return f'{_fonts(self.font)}{colour}{spacing}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _fonts(name: str) -> str:
    # The Chinese font for Latin letters too: with a Western one, Chinese quotation marks would come out half-width.
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


_STYLES = (
    _Style("Normal", "Normal"),
    _Style("BodyText", "Body Text", first_line=2, spacing=_BODY_SPACING),
    _Style("Title", "Title", XIAOBIAOSONG, 22, 36, "center", keep_next=True, following="BodyText"),
    _Style("Subtitle", "Subtitle", KAITI, align="center", keep_next=True, following="BodyText"),
    _Style("Heading1", "heading 1", HEITI, first_line=2, outline=0, keep_next=True, following="BodyText"),
    _Style("Heading2", "heading 2", KAITI, first_line=2, outline=1, keep_next=True, following="BodyText"),
    _Style("Heading3", "heading 3", first_line=2, outline=2, keep_next=True, following="BodyText"),
    _Style("Heading4", "heading 4", first_line=2, outline=3, keep_next=True, following="BodyText"),
    _Style("Letterhead", "红头", XIAOBIAOSONG, 36, 54, "center", colour="FF0000", keep_next=True),
    _Style("DocumentNumber", "发文字号", align="center", before=BODY_LINE, keep_next=True, rule="FF0000"),
    _Style("Signature", "Signature", align="right", keep_next=True),
    _Style("Date", "Date", align="right", right=4),
    _Style("Caption", "caption", HEITI, 14, 26, "center", before=8, after=4, keep_next=True),
    _Style("TableHead", "表头", HEITI, 12, 18, "center", keep_next=True),
    _Style("FormLabel", "登记项", HEITI, 12, 18, "center"),
    _Style("TableText", "表文", size=12, line=18, align="left"),
    _Style("TableCentred", "表文居中", size=12, line=18, align="center"),
    _Style("TableFigure", "表数", size=12, line=18, align="right"),
    _Style("Note", "表注", size=12, line=20, align="left"),
    _Style("Footer", "footer", SONGTI, 14, 18, "left"),
)

_TABLE_STYLES = (
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:semiHidden/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr></w:style>"
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
    "<w:tblPr><w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr></w:style>"
)

# Machines without the standard's fonts have these; the alternative keeps them from falling back to a sans serif.
_ALTERNATIVES = {FANGSONG: "仿宋", HEITI: "SimHei", KAITI: "楷体", XIAOBIAOSONG: "华文中宋", SONGTI: "SimSun"}

_UNWANTED = ("/customXml", "/stylesWithEffects", "/webSettings", "/theme", "/numbering", "/thumbnail")


def apply_standard(document: Document) -> None:
    """Give ``document`` (fresh from the library) the page, styles, fonts and settings of the standard."""
    for relations in (document.part.rels, document.part.package.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(_UNWANTED):
                del relations[key]
    _replace(document.styles.element, _styles_xml())
    _replace(document.settings.element, _settings_xml())
    _write_font_table(document)
    _set_page(document)


def _replace(element: BaseOxmlElement, xml: str) -> None:
    """Put the children of ``xml`` in the place of those of ``element``."""
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(xml)):
        element.append(child)


def _styles_xml() -> str:
    # Latin text and figures are "en-US" as in every Chinese Word document: as zh-CN, LibreOffice breaks inside numbers.
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(FANGSONG)}<w:sz w:val="{BODY_SIZE * 2}"/>'
        f'<w:szCs w:val="{BODY_SIZE * 2}"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr>'
        "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    return f"<w:styles {nsdecls('w')}>{defaults}{''.join(style.xml() for style in _STYLES)}{_TABLE_STYLES}</w:styles>"


def _settings_xml() -> str:
    return (
        f'<w:settings {nsdecls("w")}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting '
        'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
        "</w:settings>"
    )


def _write_font_table(document: Document) -> None:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{alternative}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, alternative in _ALTERNATIVES.items()
    )
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    blob = f"{declaration}<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()
    part, package = document.part, document.part.package
    for key, relation in list(part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            del part.rels[key]
    table = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, blob, package)
    part.relate_to(table, RELATIONSHIP_TYPE.FONT_TABLE)


def fill_page(document: Document) -> None:
    """Less margin above and below, for a form that must keep to one page; its width stays that of every paper."""
    section = document.sections[0]
    section.top_margin = section.bottom_margin = _FORM_MARGIN
    section.footer_distance = _FORM_FOOTER


def _set_page(document: Document) -> None:
    """A4 with the standard's margins and no character grid (7.1): 22 lines of exactly 28 pt fill the text area."""
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.top_margin, section.right_margin = TOP, RIGHT
    section.bottom_margin, section.left_margin = BOTTOM, LEFT
    section.header_distance, section.footer_distance, section.gutter = Mm(15), FOOTER_DISTANCE, Mm(0)
    for grid in section._sectPr.xpath("./w:docGrid"):
        section._sectPr.remove(grid)

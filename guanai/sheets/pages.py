"""How a sheet is printed: A4 landscape, one page wide, centred, 第X页 共X页."""

from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from guanai.sheets.cells import FONT

# Margins in inches, as the file format has them: 1.5 cm at the sides, 1.8 above, 2.0 below.
SIDE_MARGIN, TOP_MARGIN, BOTTOM_MARGIN, HEADER_MARGIN, FOOTER_MARGIN = 0.59, 0.71, 0.79, 0.3, 0.35
# What these margins leave of A4 landscape, in centimetres.
PRINTED_WIDTH, PRINTED_HEIGHT = 26.7, 17.2
PAGE_NUMBERS = "第&P页 共&N页"
LINE_HEIGHT = 15.0


def set_page(worksheet: Worksheet, *, one_page: bool = False) -> None:
    """Set paper, margins, scaling and page numbers of ``worksheet``; ``one_page`` makes it fit on one."""
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.fitToWidth = 1
    # 0: as many pages long as it takes.
    worksheet.page_setup.fitToHeight = int(one_page)
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.print_options.horizontalCentered = True
    margins = worksheet.page_margins
    margins.left = margins.right = SIDE_MARGIN
    margins.top, margins.bottom = TOP_MARGIN, BOTTOM_MARGIN
    margins.header, margins.footer = HEADER_MARGIN, FOOTER_MARGIN
    center = _HeaderFooterPart(PAGE_NUMBERS, font=f"{FONT},常规", size=10)
    worksheet.HeaderFooter.oddFooter = HeaderFooterItem(center=center)
    # Charts are measured in rows: empty rows must be equally high in every program.
    worksheet.sheet_format.defaultRowHeight = LINE_HEIGHT
    worksheet.sheet_format.customHeight = True

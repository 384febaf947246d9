"""The verbs of reports, and the one function that other programs read figures by."""

from reports.rollup import figures, figures_by, figures_table

__all__ = ["figures", "figures_by", "figures_table"]

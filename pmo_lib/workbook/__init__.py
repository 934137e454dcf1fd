"""The only room with files: validated tables, frozen baselines and measurements of a folder."""

from pmo_lib.workbook.book import DEFAULT_FOLDER, PEERS, Workbook, open_workbook
from pmo_lib.workbook.frozen import ADDED, BASELINES

__all__ = ["ADDED", "BASELINES", "DEFAULT_FOLDER", "PEERS", "Workbook", "open_workbook"]

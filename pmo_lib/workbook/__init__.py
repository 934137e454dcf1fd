"""The only room with files: validated tables, frozen baselines and measurements of a folder."""

from pmo_lib.workbook.book import Workbook
from pmo_lib.workbook.frozen import ADDED, BASELINES
from pmo_lib.workbook.opening import DEFAULT_FOLDER, PEERS, open_workbook

__all__ = ["ADDED", "BASELINES", "DEFAULT_FOLDER", "PEERS", "Workbook", "open_workbook"]

"""Excel workbooks as Excel writes them, without Excel: the parts of the zip file that a reader needs."""

import datetime as dt
import zipfile
from xml.sax.saxutils import escape

import pandas as pd

FORMATS = {"general": "General", "span": "[h]:mm:ss", "time": "hh:mm:ss", "date": "yyyy-mm-dd", "000": "000"}
STYLES = {name: number for number, name in enumerate(FORMATS)}
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write_workbook(path, rows, *, shared=True, styles=None):
    """Write rows to the first sheet. Styles, by column, show numbers as one of FORMATS; dates, times and spans have theirs."""
    texts = []
    lines = [_row(number, row, texts, styles or {}, shared=shared) for number, row in enumerate(rows, start=1)]
    formats = "".join(f'<numFmt numFmtId="{170 + place}" formatCode="{code}"/>' for place, code in enumerate(FORMATS.values()))
    cells = "".join(f'<xf numFmtId="{170 + place}"/>' for place in range(len(FORMATS)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        sheets = '<sheets><sheet name="Recordings" sheetId="1" r:id="rId7"/></sheets>'
        file.writestr("xl/workbook.xml", f'<workbook xmlns="{SPACE}" xmlns:r="{RELATIONS}"><workbookPr/>{sheets}</workbook>')
        target = '<Relationship Id="rId7" Type="sheet" Target="worksheets/sheet1.xml"/>'
        file.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="packages">{target}</Relationships>')
        file.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{SPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>')
        file.writestr("xl/styles.xml", f'<styleSheet xmlns="{SPACE}"><numFmts>{formats}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>')
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        file.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPACE}">{items}</sst>')
    return path


def _row(number, row, texts, styles, *, shared):
    cells = (_cell(f"{chr(65 + place)}{number}", cell, texts, styles.get(place), shared=shared) for place, cell in enumerate(row))
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(reference, cell, texts, style, *, shared):
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{reference}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str) and shared:
        texts.append(cell)
        return f'<c r="{reference}" t="s"><v>{len(texts) - 1}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    value, shown = _number(cell)
    return f'<c r="{reference}" s="{STYLES[style or shown]}"><v>{value!r}</v></c>'


def _number(cell):
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds() / 86_400, "span"
    if isinstance(cell, dt.time):
        return (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86_400, "time"
    if isinstance(cell, dt.datetime):
        return (cell - pd.Timestamp(1899, 12, 30)).total_seconds() / 86_400, "date"
    return cell, "general"

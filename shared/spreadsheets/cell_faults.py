"""Faults of a cell or a row of a file, with texts for the clerk that never quote the cell."""

from __future__ import annotations

from shared.kernel.refusals import Invalid


class FormulaCell(Invalid):
    slug = "cell-formula"
    title_en = "The cell holds a formula."
    title_zh = "该单元格是公式。"
    cure_en = "Copy the cell and paste it as a value."
    cure_zh = "请复制该单元格，再“选择性粘贴为数值”，使内容与显示一致。"


class ErrorCell(Invalid):
    slug = "cell-error"
    title_en = "The cell shows an error such as #N/A or #REF!."
    title_zh = "该单元格显示 #N/A、#REF! 等错误。"
    cure_en = "Type the value, or leave the cell empty if the column may be empty."
    cure_zh = "请直接填写正确内容；该列可以不填的，请留空。"


class MergedCell(Invalid):
    slug = "cell-merged"
    title_en = "The cell is merged with others, so only one of their rows has the content."
    title_zh = "该单元格与其他单元格合并，合并区域中只有一行有内容。"
    cure_en = "Unmerge the cells and fill in every row."
    cure_zh = "请取消合并单元格，并在每一行中填写内容。"


class DigitsLost(Invalid):
    slug = "cell-digits-lost"
    title_en = "The number was stored like 4.1E+17, so its last digits are lost."
    title_zh = "号码被存成了科学计数（如4.1E+17），末几位数字已经丢失。"
    cure_en = "Format the column as text (as in the template), then type the number again from the document."
    cure_zh = "请先将该列设为文本格式（模板中已设好），再对照证件重新录入号码。"


class ZerosLost(Invalid):
    slug = "cell-zeros-lost"
    title_en = "The cell is a number and not text, so leading zeros may be lost."
    title_zh = "该单元格是数字而不是文本，开头的0可能已经丢失。"
    cure_en = "Format the column as text (as in the template), then type the cell again."
    cure_zh = "请先将该列设为文本格式（模板中已设好），再重新录入。"


class TurnedIntoDate(Invalid):
    slug = "cell-turned-into-date"
    title_en = "The spreadsheet has turned this into a date."
    title_zh = "录入的内容被自动转换成了日期。"
    cure_en = "Format the column as text (as in the template), then type the cell again."
    cure_zh = "请先将该列设为文本格式（模板中已设好），再重新录入。"


class DateAsText(Invalid):
    slug = "cell-date-as-text"
    title_en = "This date can be read in more than one way, or does not exist."
    title_zh = "该日期的写法可能有不同理解，或者不是一个存在的日期。"
    cure_en = "Write it as year-month-day, like 2025-09-01, or type it as a date."
    cure_zh = "请写成“年-月-日”，如 2025-09-01，或录入为日期。"


class DateAsNumber(Invalid):
    slug = "cell-date-as-number"
    title_en = "The cell is a plain number and not a date."
    title_zh = "该单元格应为日期，但内容是普通数字。"
    cure_en = "Write the date as year-month-day, like 2025-09-01."
    cure_zh = "请将日期写成“年-月-日”，如 2025-09-01。"


class CellMissing(Invalid):
    slug = "cell-missing"
    title_en = "This is required and must not be empty."
    title_zh = "此项为必填项，不能留空。"
    cure_en = "Fill it in."
    cure_zh = "请填写。"


class CellUnfit(Invalid):
    """Facts: `expected`, `expected_zh`; `reason` is the code of the error in the JSON route."""

    slug = "cell-unfit"
    title_en = "This value is not valid. Expected: {expected}."
    title_zh = "此项内容不符合要求：{expected_zh}。"
    cure_en = "Correct it; the second sheet of the template explains each column."
    cure_zh = "请更正；各项说明见模板的第二张工作表。"


class CellTooLong(Invalid):
    """Facts: `length_max`."""

    slug = "cell-too-long"
    title_en = "The cell has more than {length_max} characters, which is too long for any value."
    title_zh = "该单元格超过 {length_max} 个字符，填写有误。"
    cure_en = "Type the value again; the second sheet of the template explains each column."
    cure_zh = "请重新填写正确内容；各列说明见模板的第二张工作表。"


class UnknownChoice(Invalid):
    """Facts: `choices`, the allowed values."""

    slug = "cell-unknown-choice"
    title_en = "The value is not on the list of this column."
    title_zh = "该单元格的内容不在可选项中。"
    cure_en = "Choose one of: {choices}."
    cure_zh = "请从该单元格的下拉列表中选择：{choices}。"


class NumberMisplaced(Invalid):
    slug = "cell-number-misplaced"
    title_en = "An identity number or a phone number stood in this column, which is not for it."
    title_zh = "该列不应填写证件号码或手机号码。"
    cure_en = "Put the number into its own column. It was not kept, so the cell is empty in the file of refused rows."
    cure_zh = "请将号码填写在对应的列中；系统未保存该内容，退回的文件中此单元格为空。"


class ExtraCells(Invalid):
    """Facts: `columns`, by their letters."""

    slug = "row-extra-cells"
    title_en = "The row has content in columns without a heading: {columns}."
    title_zh = "该行在没有表头的列（{columns}）中有内容。"
    cure_en = (
        "Delete it, or give the column its heading. In CSV, put text that contains the separator into double quotes."
    )
    cure_zh = "请删除这些内容，或为该列补上表头；CSV文件内容中含有分隔符的，请用英文双引号括起来。"


class MixedEncoding(Invalid):
    slug = "row-mixed-encoding"
    title_en = "The row has a different character encoding from the rest of the file."
    title_zh = "该行的字符编码与文件其余部分不同。"
    cure_en = "Type the row again in Excel or WPS and save the file as “CSV UTF-8” or .xlsx."
    cure_zh = "请在Excel或WPS中重新录入该行，并另存为“CSV UTF-8”或 .xlsx。"


class QuoteNotClosed(Invalid):
    slug = "row-quote-not-closed"
    title_en = "A double quote in this row is not closed, or is in the wrong place."
    title_zh = "该行的英文双引号未闭合，或位置不对。"
    cure_en = "Delete it. If the cell needs a quote, put the whole cell into quotes and write the quote inside twice."
    cure_zh = "请删除该引号；内容中确需引号的，请用引号将整个单元格括起来，其中的引号写两次。"


class UnreadableRow(Invalid):
    slug = "row-unreadable"
    title_en = "The row contains characters that are not text."
    title_zh = "该行含有不是文字的字符。"
    cure_en = "Type the row again; it may have been damaged when the file was copied or sent."
    cure_zh = "请重新录入该行；文件可能在复制或传输时损坏。"


class BrokenObject(Invalid):
    slug = "row-not-an-object"
    title_en = "The line is not a JSON object."
    title_zh = "该行不是有效的JSON对象。"
    cure_en = "Correct it: one JSON object per line, in UTF-8, with the fields of the form."
    cure_zh = "请更正：每行一个JSON对象，UTF-8编码，字段与接口说明一致。"


CELL_FAULTS: dict[str, type[Invalid]] = {
    fault.slug: fault
    for fault in (
        FormulaCell, ErrorCell, MergedCell, DigitsLost, ZerosLost, TurnedIntoDate, DateAsText, DateAsNumber,
        CellMissing, UnknownChoice, CellUnfit, CellTooLong, ExtraCells, MixedEncoding, QuoteNotClosed, UnreadableRow,
        BrokenObject,
    )
}  # fmt: skip
"""By slug, which the reading process returns."""

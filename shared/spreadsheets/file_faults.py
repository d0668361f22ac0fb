"""Refusals of a file as a whole, with texts for the clerk that never quote its content."""

from __future__ import annotations

from shared.kernel.refusals import Invalid


class NotASpreadsheet(Invalid):
    """Facts: `form`, the declared one; `looks_like`, `looks_like_zh`."""

    slug = "not-a-spreadsheet"
    title_en = "The file is not of the declared type: it looks like {looks_like}."
    title_zh = "文件与所说明的类型不符：看起来是{looks_like_zh}。"
    cure_en = (
        "Open it in Excel or WPS, choose Save as, select “Excel Workbook (.xlsx)” or “CSV UTF-8”, and post that file."
    )
    cure_zh = "请用Excel或WPS打开，选择“另存为”，保存为“Excel 工作簿（.xlsx）”或“CSV UTF-8”后再提交。"


class SpreadsheetDamaged(Invalid):
    slug = "spreadsheet-damaged"
    title_en = "The file is damaged and cannot be read."
    title_zh = "文件已损坏，无法读取。"
    cure_en = "Open it in Excel or WPS and save it again; if that fails, copy the rows into a new template."
    cure_zh = "请用Excel或WPS打开后重新保存；若无法打开，请将各行复制到新下载的模板中。"


class SpreadsheetTooLarge(Invalid):
    """Facts: `bytes_max` unpacked, or `ratio_max` of unpacked to packed; none if reading exceeded its limits."""

    slug = "spreadsheet-too-large"
    title_en = "The workbook is far larger than its rows account for."
    title_zh = "工作簿解压后的内容远远超过正常大小。"
    cure_en = "Copy only the rows into a new template, without pictures and other sheets, and post that file."
    cure_zh = "请只将各行数据复制到新下载的模板中，不要带图片和其他工作表，然后再提交。"


class TooManyRows(Invalid):
    """Facts: `rows_max`."""

    slug = "spreadsheet-too-many-rows"
    title_en = "The sheet has too many rows."
    title_zh = "工作表的行数超过单个文件的上限。"
    cure_en = "Split the file: at most {rows_max} rows. If rows at the end only look empty, delete them as whole rows."
    cure_zh = "单个文件最多 {rows_max} 行，请拆分；看似空白的行请整行删除。"


class TooManyColumns(Invalid):
    """Facts: `columns_max`."""

    slug = "spreadsheet-too-many-columns"
    title_en = "The sheet has too many columns."
    title_zh = "工作表的列数超过上限。"
    cure_en = "Copy only the columns of the template into a new template; at most {columns_max} are read."
    cure_zh = "请只保留模板中的各列，复制到新下载的模板中；最多读取 {columns_max} 列。"


class SpreadsheetEmpty(Invalid):
    slug = "spreadsheet-empty"
    title_en = "There are no rows below the headings."
    title_zh = "表头下方没有任何数据。"
    cure_en = "Fill in the rows below the headings of the first sheet, save the file, and post it again."
    cure_zh = "请在第一张工作表的表头下方逐行填写，保存后再提交。"


class HeadingsNotFound(Invalid):
    """Facts: `row`, where they are expected; `found_in_row`, where some seem to be."""

    slug = "spreadsheet-headings-not-found"
    title_en = "Row {row} does not hold the headings."
    title_zh = "在第 {row} 行没有找到表头。"
    cure_en = "Put the headings of the template into row {row}, and delete titles and empty rows above them."
    cure_zh = "请将模板的表头放在第 {row} 行，并删除表头上方的标题行和空行。"


class HeadingsMissing(Invalid):
    """Facts: `missing`, `missing_zh`."""

    slug = "spreadsheet-headings-missing"
    title_en = "These columns are missing: {missing}."
    title_zh = "缺少以下列：{missing_zh}。"
    cure_en = "Add them, in any order. A roster that is sent for one class needs no column for the class."
    cure_zh = "请补充这些列，列的顺序不限。提交名册时已指定班级的，可以没有班级编号列。"


class UnknownColumns(Invalid):
    """Facts: `columns`, by their letters; their content is not repeated."""

    slug = "spreadsheet-unknown-columns"
    title_en = "These columns have headings that the template does not have: {columns}."
    title_zh = "以下列的表头不在模板中：{columns}。"
    cure_en = "Delete these columns, or use headings of the template. You may keep 序号 and 备注; they are not read."
    cure_zh = "请删除这些列，或改用模板中的表头。“序号”和“备注”列可以保留，系统不读取。"


class HeadingsTwice(Invalid):
    """Facts: `columns`."""

    slug = "spreadsheet-headings-twice"
    title_en = "These columns repeat a heading: {columns}."
    title_zh = "以下列的表头重复：{columns}。"
    cure_en = "Keep one column for each heading."
    cure_zh = "每个表头只保留一列。"


class HiddenSheets(Invalid):
    """Facts: `count`."""

    slug = "spreadsheet-hidden-sheets"
    title_en = "The workbook has hidden sheets, which may hold data that you do not mean to send."
    title_zh = "工作簿含有隐藏的工作表，其中可能有不应提交的内容。"
    cure_en = "Right-click a tab, choose Unhide, and delete these sheets; or copy the rows into a new template."
    cure_zh = "请右键单击工作表标签，选择“取消隐藏”后删除这些工作表；或将各行复制到新下载的模板中。"


class VeryHiddenSheets(Invalid):
    """Facts: `count`. Excel lists such sheets neither as tabs nor under Unhide."""

    slug = "spreadsheet-very-hidden-sheets"
    title_en = "The workbook has sheets that a program has hidden so that Excel does not offer to unhide them."
    title_zh = "工作簿含有由程序深度隐藏的工作表，在“取消隐藏”中看不到。"
    cure_en = (
        "Copy the rows into a newly downloaded template and send that. To see the sheets ({count}) in Excel, press "
        "Alt+F11, choose each sheet under Microsoft Excel Objects, and set Visible to -1 (xlSheetVisible) in the "
        "Properties window (F4); then delete them."
    )
    cure_zh = (
        "请将各行复制到新下载的模板中再上传。如需查看这些工作表（共 {count} 张），可在 Excel 中按 Alt+F11，"
        "在“Microsoft Excel 对象”下逐一选中，按 F4 将 Visible 属性改为 -1（xlSheetVisible），再回到表格中删除。"
    )


class SeveralSheets(Invalid):
    """Facts: `sheets` that are not empty, by their numbers from 1; their names are not repeated."""

    slug = "spreadsheet-several-sheets"
    title_en = "More than one sheet has content: numbers {sheets}, counted from the left."
    title_zh = "有多张工作表含有内容（从左数第 {sheets} 张）。"
    cure_en = "Put all rows on one sheet and delete the others; you may keep the template's sheet 说明."
    cure_zh = "请将全部数据放在一张工作表中，并删除其余工作表；模板自带的“说明”可以保留。"


class FormulasEverywhere(Invalid):
    slug = "spreadsheet-formulas"
    title_en = "The workbook has formulas, but it does not say in which cells."
    title_zh = "工作簿中的单元格含有公式，且无法确定位置。"
    cure_en = "Select all, copy, and paste as values; then save the file and post it again."
    cure_zh = "请全选、复制，再“选择性粘贴为数值”，保存后重新提交。"


class MergedEverywhere(Invalid):
    slug = "spreadsheet-merged"
    title_en = "Too many cells of the workbook are merged to list them one by one."
    title_zh = "工作簿中合并的单元格过多，无法逐一列出。"
    cure_en = "Select all, unmerge the cells, and fill in every row; then save the file and post it again."
    cure_zh = "请全选后取消合并单元格，并在每一行中填写内容，保存后重新提交。"


FILE_FAULTS: dict[str, type[Invalid]] = {
    fault.slug: fault
    for fault in (
        NotASpreadsheet, SpreadsheetDamaged, SpreadsheetTooLarge, TooManyRows, TooManyColumns, SpreadsheetEmpty,
        HeadingsNotFound, HeadingsMissing, UnknownColumns, HeadingsTwice, HiddenSheets, VeryHiddenSheets, SeveralSheets,
        FormulasEverywhere, MergedEverywhere,
    )
}  # fmt: skip
"""By slug, which the reading process returns."""

"""Files that people fill in as spreadsheets: read by a table of columns, and returned with their errors.

tables          the columns of a kind of file: an argument of everything below
packages        checks of the file from outside: its format, and its unpacked size
csv_rows, xlsx_rows, xls_rows, ndjson_rows      the rows of each format
sheet_scan, xls_scan, xls_texts     what the readers of workbooks do not report: formulas, errors, merged cells, …
sheet_choice    the one sheet of a workbook that is read
headings, cells, reader, file_rows  rows of values, with the faults of their cells
reading         runs readers in separate processes (__main__, frames), bounded in memory, time and number
wording         errors of a row, in terms of its columns
templates, failed_rows              the files that are returned
"""

"""Files that people fill in as spreadsheets: read by a table of columns, and given back with what is wrong.

tables          what a kind of file has in its rows: an argument of everything below
packages        is the file what it says it is, and how large is it inside? looked at from outside
csv_rows, xlsx_rows, sheet_scan, ndjson_rows    the rows of each format
headings, cells, reader, file_rows  rows of values, with the faults of their cells
reading         runs the reader in a process of its own (__main__, frames), bounded in memory, time and number
wording         what is wrong with a row, in the words of its columns
templates, failed_rows              the files that are given back
"""

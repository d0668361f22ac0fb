"""Rosters as spreadsheets: what the columns are called, how workbooks and CSV are read, and the files given back."""

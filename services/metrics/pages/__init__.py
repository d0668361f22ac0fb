"""The page at / that draws totals and progress."""

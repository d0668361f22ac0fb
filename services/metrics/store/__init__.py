"""The projection's tables and the statements that fold facts into them and read totals from them."""

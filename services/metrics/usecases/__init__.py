"""What metrics does: fold facts, read totals, rebuild."""

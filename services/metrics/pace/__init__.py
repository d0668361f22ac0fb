"""Whether what was reached keeps up with the year, and where it leads to until 31 December."""

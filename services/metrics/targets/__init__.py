"""The targets of a plan by region and by department, as they were loaded from a sheet, version by version."""

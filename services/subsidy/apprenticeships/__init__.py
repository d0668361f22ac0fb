"""New-type apprenticeships: classes that an enterprise states to be one, for how many years and at what cost."""

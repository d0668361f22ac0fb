"""Appeals of institutions and persons against refusals and recoveries, decided by the region above."""

"""Lists of other authorities: who died, is in prison, on the payroll or in school, matched with whom is paid for."""

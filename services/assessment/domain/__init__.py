"""Assessment's rules: pure functions over frozen values, no clock, no database, no HTTP."""

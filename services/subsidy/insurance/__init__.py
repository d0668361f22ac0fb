"""For how long people were insured, as lists of the insurance show it."""

"""Names and phone numbers of people."""

"""Names on the lists of public claims: in the service that owns the people, and only while a claim is public."""

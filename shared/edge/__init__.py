"""Everything up to the moment when a request has been read: its head, its query, its body, and the checks of each."""

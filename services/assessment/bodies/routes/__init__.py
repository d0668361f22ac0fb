"""HTTP routes of this topic and the schemas of their requests and answers."""

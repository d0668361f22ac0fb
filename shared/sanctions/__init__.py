"""The ladder of sanctions, which authorities impose on institutions and on assessment bodies."""

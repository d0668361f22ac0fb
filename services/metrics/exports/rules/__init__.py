"""The columns of an export, and its forms that no library writes."""

"""Policy rows: amounts by item, jurisdiction and days."""

"""Policy rows: what is paid for what, where, and on which days."""

"""Pass rules: the marks that exams need, and what their place needs, as dated rows."""

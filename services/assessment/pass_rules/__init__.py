"""Pass rules: the marks that exams need, as dated rows."""

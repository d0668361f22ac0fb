"""How complete what each institution has entered is, field by field."""

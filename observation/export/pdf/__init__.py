"""Prints: what researchers hold in their hands, made with reportlab."""

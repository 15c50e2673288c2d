"""What travels: JSON to AST and back."""

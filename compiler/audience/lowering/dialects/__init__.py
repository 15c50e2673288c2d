"""How each engine writes its leaves."""

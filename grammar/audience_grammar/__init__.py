"""The language definition: Lark grammars, shipped as data."""

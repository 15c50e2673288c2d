"""The reference meaning."""

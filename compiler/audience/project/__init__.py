"""Configuration and folders of definitions."""

"""What can be known without data."""

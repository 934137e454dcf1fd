"""What is agreed before any figure: the tables, the settings, the verdict on the data."""

"""The rules that asks are made by: a module for what they are on."""

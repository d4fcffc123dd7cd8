"""Sessions in the forms that leave this program."""

"""The screens' lists as tables for scripts and for people.

Names and meanings of columns are a contract: columns may be added, never renamed. Times are RFC
3339 UTC with nanoseconds, money is a decimal number of dollars written as a string, and what is not
known is ``null``, never 0 or empty.
"""

"""Taking in a roster as counties keep it: any spreadsheet, its own headings, cells as people type them.

tables   the cells of a file, whatever its format
columns  which row is the heading, and what each column means
cells    what a cell says about one field, or why it says nothing
checking every row against the roster: new, changed, same, in question or in error
"""

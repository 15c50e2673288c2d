"""Every bound of the system, each with its reason.

A definition beyond a bound is refused with a diagnostic of group A9xx; nothing here
is reached by a crash, a recursion error or a timeout instead.
"""

TEXT_BYTES_MAX = 1_000_000
"""A definition is written by people: a megabyte is hundreds of pages, and parsing stays under a second."""

NESTING_MAX = 16
"""Groups in groups, after flattening. Engines and SQL printers fail from about 50 levels, and DuckDB's
planning time explodes from 30; nobody reads a condition nested deeper than a handful."""

TEXT_NESTING_MAX = 200
"""Parentheses, brackets and `not` in a row as typed, before flattening: bounds the parser's own stack."""

CONDITIONS_MAX = 1_000
"""Conditions of one definition, and of its OR-of-ANDs form: engines plan a thousand predicates in well
under a second and ten thousand in many."""

LIST_ITEMS_MAX = 10_000
"""Items of one list argument. A longer list belongs into a static audience, where a join serves it."""

PATH_STEPS_MAX = 32
"""Keys and indexes of one property path; real documents nest a handful of levels."""

VALUE_NESTING_MAX = 16
"""Arrays and objects inside one literal; deep equality is expanded into one test a leaf."""

REFERENCE_DEPTH_MAX = 16
"""Audiences that refer to audiences; references are inlined, so depth multiplies into one query."""

RELATIVE_MINUTES_MIN = 15
"""A relative time shorter than a refresh interval promises a precision nobody keeps."""

RELATIVE_DAYS_MAX = 3_652_425
"""Ten thousand years: the whole range of calendar timestamps, and far from the overflow of 64-bit microseconds."""

INTEGER_SAFE_MAX = 2**53 - 1
"""Integers beyond it have no exact binary64; JSON readers would silently change them."""

SAMPLE_ROWS_DEFAULT = 10
"""People shown by a preview when nothing else is asked."""

SAMPLE_ROWS_MAX = 10_000
"""People shown by a preview at most: a sample is for reading; a list is what `compile` is for."""

MEMBERS_INLINE_MAX = 10_000
"""Static members written as literals into one query; more travel as one list parameter."""

SUGGESTIONS_MAX = 3
"""Names offered in a did-you-mean: more would be a list, not a hint."""

DIAGNOSTICS_MAX = 100
"""Findings of one syntax check; after so many the author needs no more, and a broken megabyte ends soon."""

ID_CHARACTERS_MAX = 256
"""Characters of an id of a person or a tenant: ids stand in addresses and in every row of every audience."""

PROPERTIES_BYTES_MAX = 256_000
"""The custom properties of a person as compact JSON in UTF-8. They describe a person; what is larger is a log or a
file, and every change of one property would write it anew."""

DOCUMENT_BYTES_MAX = 1_000_000
"""All properties of a person, those included that do not count as custom: an address or a name is no megabyte."""

DOCUMENT_TEXT_BYTES_MAX = 4_000_000
"""A document as it is sent: escapes make a text up to six times as long, and white space is free."""

PROPERTIES_NESTING_MAX = 100
"""Lists and objects inside the properties of a person. Real documents nest a handful of levels, and every engine's
JSON reader takes a hundred."""

CSV_CELL_CHARACTERS_MAX = PROPERTIES_BYTES_MAX
"""One cell of a CSV file: a longer one is too large for the properties of a person, and mostly a quote that was
forgotten. Its row is left out, and is not kept in memory."""

CSV_ROW_CHARACTERS_MAX = DOCUMENT_BYTES_MAX
"""One row of a CSV file, which becomes the properties of one person."""

UPLOAD_BYTES_MAX = 10_000_000
"""A file that is sent to the API, which holds a request while it is read. Commands read files of any size."""

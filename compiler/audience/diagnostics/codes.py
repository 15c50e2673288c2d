"""The table of diagnostic codes: one row a code; `audience explain-code` prints it, the docs list it.

A1xx how it is written · A2xx names · A3xx types and arguments · A4xx references · A5xx what can never
or always match · A6xx other systems and dialects · A7xx people and configuration · A9xx limits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A code: a title in a few words, an explanation for people, a wrong and a right example."""

    code: str
    title: str
    explanation: str
    wrong: str = ""
    right: str = ""


_ROWS = (
    # A1xx: how it is written
    Code("A101", "unexpected text",
         "The text does not continue the way a condition can: a property, an operator and an argument, joined by "
         "`and`, `or`, `not` and parentheses.",
         'plan = "pro" "team"', 'plan in ["pro", "team"]'),
    Code("A102", "text value not closed", "A text value starts with a double quote and ends with one on the same line.",
         'plan = "pro', 'plan = "pro"'),
    Code("A103", "parenthesis without its partner", "Every opening parenthesis or bracket needs a closing one.",
         '(plan = "pro"', '(plan = "pro")'),
    Code("A104", "condition not finished", "A condition is a property, an operator and, for most operators, an argument.",
         "plan =", 'plan = "pro"'),
    Code("A105", "bare word as a value",
         "A word without quotes could be a text or a property, and guessing wrong would select the wrong people. "
         "Texts take double quotes, properties on the right side take `recipient.`.",
         "plan = pro", 'plan = "pro"'),
    Code("A106", "value that cannot be read",
         "Values are JSON: double-quoted texts with JSON escapes, numbers, true, false, null, lists and objects.",
         "plan = 'pro'", 'plan = "pro"'),
    Code("A107", "nothing to ask", "A definition needs at least one condition; an audience of nobody is written `nobody`.",
         "# only a comment", "nobody"),
    Code("A108", "not JSON", "The file is not valid JSON: strict RFC 8259, no trailing commas, no NaN, no key twice.",
         '{"segments": [],}', '{"segments": []}'),
    Code("A109", "JSON of another shape",
         "An audience is an object with `type`, `name` and `segments`; a segment is an object with a list of "
         "`conditions`; a condition is an object with `property`, `operator` and mostly `argument`.",
         '{"segments": {"conditions": []}}',
         '{"segments": [{"conditions": [{"property": "recipient.plan", "operator": "exists"}]}]}'),
    Code("A110", "property path that cannot be read",
         "A path starts with `recipient.` and goes on with keys, `[n]` for items of a list and `[\"…\"]` for keys with "
         "other characters.",
         "recipient.tags[-1] exists", "recipient.tags[0] exists"),
    Code("A111", "segment without conditions",
         "A segment joins its conditions by AND; one without conditions would be everybody by accident.",
         '{"segments": [{"conditions": []}]}',
         '{"segments": [{"conditions": [{"property": "recipient.plan", "operator": "exists"}]}]}'),
    Code("A112", "header that cannot be read",
         "A file may begin with `name \"…\"` and `description \"…\"`, each at most once, before the condition.",
         'name "A"\nname "B"\nplan exists', 'name "A"\nplan exists'),
    # A2xx: names
    Code("A201", "unknown property",
         "No column of the relation has this name. On a relation with a JSON column this is a warning, because "
         "somebody may get the property later.",
         'plna = "pro"', 'plan = "pro"'),
    Code("A202", "unknown operator", "`audience operators` lists the operators with their meaning.",
         'plan like "pro"', 'plan contains "pro"'),
    Code("A203", "another scope",
         "Audiences ask about people: paths start with `recipient.` (or `user.`). Workflow data, tenants and variables "
         "are not known when membership is computed.",
         'plan = data.plan', 'plan = recipient.plan'),
    Code("A204", "reserved property",
         "`recipient.created_at` and `recipient.updated_at` belong to the system. Store the time as a custom property "
         "and ask for that one.",
         "recipient.created_at before 30 days ago", "recipient.signed_up_at before 30 days ago"),
    # A3xx: types and arguments
    Code("A301", "argument missing", "This operator compares with something, and nothing is given.",
         '{"property": "recipient.plan", "operator": "equal_to"}',
         '{"property": "recipient.plan", "operator": "equal_to", "argument": "pro"}'),
    Code("A302", "argument not needed", "This operator takes no argument; the one that is given is ignored.",
         '{"property": "recipient.plan", "operator": "exists", "argument": "x"}',
         '{"property": "recipient.plan", "operator": "exists"}'),
    Code("A303", "argument of the wrong shape", "The operator takes another kind of argument.",
         "age between 18", "age between 18 and 65"),
    Code("A304", "text that is no timestamp",
         "Timestamps are written YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SS with an optional fraction and Z or an offset.",
         'last_seen before "yesterday"', "last_seen before 1 day ago"),
    Code("A305", "relative time too short or too long",
         "A relative time is at least 15 minutes, because membership is not computed more often, and at most ten "
         "thousand years.",
         "last_seen before 5 minutes ago", "last_seen before 15 minutes ago"),
    Code("A306", "relative time not allowed here",
         "Relative times stand under the timestamp operators and under >, >=, < and <=.",
         'plan = 30 days ago', "last_seen before 30 days ago"),
    Code("A307", "integer that is not exact",
         "Beyond 9007199254740991 JSON numbers lose digits, so the comparison could hit another person. Identifiers "
         "belong into texts.",
         "account = 12345678901234567890", 'account = "12345678901234567890"'),
    Code("A308", "number out of range", "Numbers are binary64: finite, up to about 1.8e308.", "mrr < 1e999", "mrr < 1e300"),
    Code("A309", "text that cannot be stored", "U+0000 and lone surrogates cannot be stored by every engine.",
         'plan = "\\u0000"', 'plan = ""'),
    Code("A310", "object with a key twice", "An object that names a key twice has no single meaning.",
         'meta = {"a": 1, "a": 2}', 'meta = {"a": 1}'),
    Code("A311", "empty range", "The lower bound is above the upper one, so nobody can lie between them.",
         "age between 65 and 18", "age between 18 and 65"),
    Code("A312", "range ends at midnight",
         "A date alone is the first instant of that day, so the rest of the last day is not in the range.",
         'seen is a timestamp between "2025-01-01" and "2025-12-31"',
         'seen is a timestamp between "2025-01-01" and "2025-12-31T23:59:59.999999Z"'),
    Code("A313", "every text contains the empty text",
         'contains "" is true of every text and of everybody without the property.', 'name contains ""',
         "name is not empty"),
    Code("A314", "can never be true", "The property's type and the argument's type differ, and nothing is converted.",
         'mrr = "100"', "mrr = 100"),
    Code("A315", "type that conditions cannot look into",
         "Columns of this type only allow `exists` and `does not exist`.", 'session_length = "1 hour"',
         "session_length exists"),
    Code("A316", "includes people without the property",
         "A negative operator is true wherever its positive twin is false, so people without the property match too.",
         'plan != "pro"', 'plan != "pro" and plan exists'),
    Code("A317", "column shadows a JSON key",
         "The relation has a column and a JSON key of this name; the column is used.", "", ""),
    # A4xx: references
    Code("A401", "unknown audience", "No audience has this key.", 'member of "vpi"', 'member of "vip"'),
    Code("A402", "audiences that refer to each other", "An audience cannot depend on itself, however long the way.",
         'member of "itself"', 'member of "another"'),
    # A5xx: what can never or always match
    Code("A501", "matches nobody", "Whatever the data, the condition is false.", "age between 65 and 18",
         "age between 18 and 65"),
    Code("A502", "matches everybody", "Whatever the data, the condition is true.",
         "plan exists or plan does not exist", "plan exists"),
    # A6xx: other systems and dialects
    Code("A601", "not a Knock operator",
         "Knock has no operator for this complement. The nearest form in Knock loses the people who have no comparable "
         "value.",
         "last_seen not before 30 days ago", "last_seen on or after 30 days ago or last_seen is empty"),
    Code("A602", "not a Knock definition",
         "Knock reads OR of ANDs with its own operators, absolute bounds in `is_timestamp_between`, and no empty "
         "segments.",
         "last_seen is a timestamp between 30 days ago and 7 days ago",
         "last_seen on or after 30 days ago and last_seen before 7 days ago"),
    # A7xx: people and configuration
    Code("A701", "people that cannot be read",
         "--users takes a Parquet, CSV, NDJSON or JSON file (wildcards allowed), a DuckDB or SQLite database, the address "
         "of a server (postgresql://…, clickhouse://…, sc://…), or a catalog.toml."),
    Code("A702", "column that does not exist", "A column named by an option or by audience.toml is not in the relation."),
    Code("A703", "the same id twice", "An id names one person; with a tenant column, one person in one tenant."),
    Code("A704", "people without an id", "A row that can be read and has no id is no person and is left out of every count."),
    Code("A705", "documents that cannot be read",
         "A row with an id whose document is no JSON object is a person without properties. A line of a file that is "
         "no JSON object has no id: it is nobody, and in no other number. Both are counted as `malformed`."),
    Code("A706", "configuration that cannot be read", "audience.toml and catalog.toml are TOML with the keys of docs/users.md."),
    Code("A707", "option that cannot be used", "The value of an option or of an argument is outside what it takes."),
    Code("A708", "home that cannot be used",
         "A home is a DuckDB file or a PostgreSQL database in which `audience init` has made the tables. One of an older "
         "version is migrated when it is opened; one of a newer version needs a newer program."),
    Code("A709", "home that is in use",
         "One process at a time has a DuckDB file open, and one run at a time writes to an environment. Others wait for "
         "a while and are refused; nothing of theirs is done."),
    Code("A710", "audience of the other kind",
         "Members are put into a static audience and follow from the condition of a dynamic one; an audience stays what it is, and one that others refer to cannot end."),
    Code("A711", "people that are only read",
         "A table of yours is read and never written: people are changed where they are kept."),
    Code("A712", "triggers that cannot be installed",
         "Triggers tell of every change of a table of yours in PostgreSQL, also of its partitions. Views and foreign tables "
         "cannot have them, and DuckDB has none."),
    Code("A720", "id that cannot be used",
         "The id of a person or a tenant is a text of 1 to 256 characters without `/` and `#`; integers and UUIDs become "
         "text. A tenant that is empty is no tenant."),
    Code("A721", "properties that cannot be stored",
         "The properties of a person are one JSON object. Its `id` is the person's id or is left out.",
         '["pro"]', '{"plan": "pro"}'),
    Code("A722", "file that cannot be imported",
         "A CSV file is text in one encoding, with every quote closed and U+0000 nowhere. Without `--encoding` it is read "
         "as its byte order mark says, else as UTF-8, else as Windows-1252 where hardly a byte of it is UTF-8.",
         'id,name\nu1,"Ann', 'id,name\nu1,"Ann"'),
    Code("A723", "CSV header that cannot be used",
         "The first line names the columns, each once. The column of the ids is called `id` or is mapped to it; any other "
         "is mapped to a property, to `tenant_id`, or to nothing. Types are text, number, boolean, timestamp and json.",
         "User ID,Seats", '--map "User ID=id" --map "Seats=seats:number"'),
    Code("A724", "CSV row that does not fit",
         "A row has as many cells as the header, text ends with its closing quote, and a cell has at most 256,000 "
         "characters. Other rows are left out of the import.",
         "id,name\nu1,Ann,Berlin", 'id,name\nu1,"Ann, Berlin"'),
    Code("A725", "CSV cell of another type", "A column that is mapped with a type has cells of that type, or empty ones.",
         "id,seats\nu1,many", "id,seats\nu1,12"),
    Code("A726", "rows that cannot be imported",
         "A file is imported whole or not at all. With `--partial` the rows that are wrong are left out, and the others "
         "are imported; `--rejects FILE` writes those that are wrong to a file, each with its line and reason."),
    # A9xx: limits
    Code("A901", "too much text", "A definition is at most 1,000,000 bytes."),
    Code("A902", "nested too deeply", "Groups nest at most 16 deep after flattening."),
    Code("A903", "too many conditions",
         "A definition holds at most 1,000 conditions, and at most 1,000 when it is written as OR of ANDs."),
    Code("A904", "list too long", "A list holds at most 10,000 items; a static audience holds any number."),
    Code("A905", "path too long", "A property path has at most 32 steps."),
    Code("A906", "references too deep", "Audiences refer to audiences at most 16 deep."),
    Code("A907", "properties too large",
         "The custom properties of a person are at most 256,000 bytes of JSON, everything that is stored of a person at "
         "most 1,000,000, and lists and objects nest at most 100 deep."),
    Code("A909", "file too large", "A file that is sent to the API has at most 10,000,000 bytes; commands read any size."),
)  # fmt: skip

CODES: dict[str, Code] = {row.code: row for row in _ROWS}

"""People of our own: what their properties and ids may be, and how a change of properties is merged in.

`ids` who may be named how · `document` properties as they are read · `merge` two documents into one ·
`stored` the text that is stored, and how large it may be · `table` the people of a home.
"""

from audience.people.document import Document, Json, read_json_value, read_person, read_properties
from audience.people.ids import read_person_id, read_tenant_id
from audience.people.merge import deep_merge
from audience.people.stored import RESERVED, check_size, to_json

__all__ = [
    "RESERVED",
    "Document",
    "Json",
    "check_size",
    "deep_merge",
    "read_json_value",
    "read_person",
    "read_person_id",
    "read_properties",
    "read_tenant_id",
    "to_json",
]

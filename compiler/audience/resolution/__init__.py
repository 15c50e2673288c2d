"""From names to meaning: an expression, a catalog and the other definitions in, a canonical predicate out.

`resolve` the way in, `partial` what is left of a broken definition · `expressions` groups and the outline ·
`conditions` one condition as a predicate · `properties` names found in the catalog ·
`arguments` literals, instants and bounds, checked ·
`references` other audiences, inlined · `lints` warnings, `spellings` what to write instead ·
`scope` what is known and was found · `normalize` one way to say each thing.
"""

from audience.resolution.partial import resolve_refused
from audience.resolution.resolve import Resolution, resolve

__all__ = ["Resolution", "resolve", "resolve_refused"]

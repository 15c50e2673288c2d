"""What travels: JSON to AST and back.

`strict_json` text to JSON, nothing overlooked · `decode` documents, segments and conditions to AST, by way
of `arguments`, which reads and writes a single argument · `distribute` any expression as OR of ANDs ·
`encode` AST to JSON · `knock` what of an expression Knock would not take · `models` the shapes as pydantic
models, for schemas; not imported here, because pydantic is slow to load and decoding does not need it.
"""

from audience.wire.decode import Decoded, decode, decode_definition, decode_segments
from audience.wire.distribute import or_of_ands
from audience.wire.encode import encode, encode_definition
from audience.wire.knock import check_knock
from audience.wire.strict_json import load_json

__all__ = [
    "Decoded",
    "check_knock",
    "decode",
    "decode_definition",
    "decode_segments",
    "encode",
    "encode_definition",
    "load_json",
    "or_of_ands",
]

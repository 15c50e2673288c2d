"""The shapes of what travels, as pydantic models: for JSON schemas, editors and typed clients.

They describe and the decoder decides: `decode` checks by hand, with better words and the place of each
part. A law in the tests keeps the two together: what a model refuses, the decoder refuses. Unknown
members are passed over, as in the decoder; Knock's files and clients send many.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, WithJsonSchema

from audience.operators import BY_NAME, OPERATORS, Takes

ARGUMENT_TEXT = (
    "Any JSON; left out for " + ", ".join(f"`{row.name}`" for row in OPERATORS if row.takes is Takes.NOTHING) + ". "
    "A string is decoded once more: as JSON, as a relative time such as `30_days_ago`, as a property such as "
    '`recipient.plan`, else it is itself. A string in JSON quotes is always itself: `"\\"5\\""` is the text 5.'
)

OperatorName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(BY_NAME)})]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class WireCondition(_Shape):
    """One test of one property."""

    property: str = Field(description="A property path such as `recipient.plan`; `recipient` for membership.")
    operator: OperatorName = Field(description="The name of an operator.")
    argument: JsonValue = Field(default=None, description=ARGUMENT_TEXT)


class WireSegment(_Shape):
    """Conditions joined by AND."""

    conditions: list[WireCondition] = Field(min_length=1)


class DynamicAudience(_Shape):
    """An audience by conditions: its segments are joined by OR, none of them is nobody."""

    type: Literal["dynamic"]
    name: str
    description: str | None = None
    segments: list[WireSegment] = Field(default_factory=list)


class StaticAudience(_Shape):
    """An audience whose members are listed one by one."""

    type: Literal["static"]
    name: str
    description: str | None = None


WireAudience = Annotated[DynamicAudience | StaticAudience, Field(discriminator="type")]

AUDIENCE: TypeAdapter[DynamicAudience | StaticAudience] = TypeAdapter(WireAudience)


def json_schema() -> dict[str, object]:
    """The JSON schema (2020-12) of an audience document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **AUDIENCE.json_schema()}

"""Write the parts of the documentation that follow from the code.

    python scripts/make_docs.py

makes `docs/event.schema.json` and the table of kinds in `docs/events.md`. A test says when they are
out of date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from observation.core.canonical import INTEGER_LIMIT
from observation.core.events import FIELDS, FORMAT, LONGEST_PAGE, STREAM_KINDS
from observation.core.kinds import KINDS

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- table of kinds: begin -->", "<!-- table of kinds: end -->"

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TOKEN = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
TIME = r"^(19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-][01]\d:[0-5]\d)$"


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an event's envelope; `data` is as its kind says."""
    count = {"type": "integer", "minimum": 0, "maximum": INTEGER_LIMIT}
    properties = {
        "id": {"type": "string", "pattern": f"^{UUID}$"},
        "stream": {"type": "string", "pattern": f"^({'|'.join(STREAM_KINDS)})/{UUID}$"},
        "kind": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "at": {"type": "string", "pattern": TIME},
        "elapsed": count | {"maximum": LONGEST_PAGE},
        "device": {"type": "string", "pattern": TOKEN},
        "boot": {"type": "string", "pattern": TOKEN},
        "seq": count | {"minimum": 1},
        "by": {"type": "string", "minLength": 1, "maxLength": 64},
        "data": {"type": "object"},
        "format": {"const": FORMAT},
    }
    assert tuple(properties) == FIELDS
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of a board session study",
        "type": "object",
        "properties": properties,
        "required": list(FIELDS),
        "additionalProperties": False,
    }


def kinds_table() -> str:
    """Return the table of the kinds of events as Markdown."""
    lines = ["| kind | stream | says | data | timed |", "|---|---|---|---|---|"]
    for kind in KINDS.values():
        fields = [
            f"`{name.removesuffix('?')}`{' (optional)' if name.endswith('?') else ''}: {field.meaning}"
            for name, field in kind.fields.items()
        ]
        data = "; ".join(fields) or "nothing"
        timed = "yes" if kind.timed else ""
        lines.append(f"| `{kind.name}` | {kind.stream} | {kind.says} | {data} | {timed} |")
    return "\n".join(lines)


def with_table(text: str) -> str:
    """Return the text of `docs/events.md` with the table as it is now."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{kinds_table()}\n{END}{rest.split(END)[1]}"


def schema_text() -> str:
    """Return the schema as it is written to its file."""
    return json.dumps(event_schema(), indent=2) + "\n"


if __name__ == "__main__":
    (DOCS / "event.schema.json").write_text(schema_text())
    page = DOCS / "events.md"
    page.write_text(with_table(page.read_text()))

"""A table of codes becomes a new version of the study's codebook: what it adds, rewords and merges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observation.core.canonical import digest
from observation.core.codebook import GROUP, INDICATOR, TEXTS, open_codebook
from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.kinds import NAME
from observation.core.registers import Version
from observation.core.spreadsheet import CODE_COLUMNS

from .known import Known, imported
from .profiles import ENOUGH, Profile
from .tables import Table

PROFILE = Profile("codebook", {name: name for name in CODE_COLUMNS})
KEPT = ("code", "part")  # what each part of a long row repeats

Numbered = tuple[int, dict[str, str]]


def codes_score(header: Sequence[str]) -> float:
    """Return how well a row serves as the header of a table of codes, from 0 to 1."""
    score = PROFILE.score(header)
    return score if score >= ENOUGH else 0.0


def new_version(table: Table, known: Known) -> Event | None:
    """Return the event that makes the codebook say what the table says, or None when it does.

    Codes that the table does not have stay. Raises Refused, with the row, for what cannot be.
    """
    rows = list(_rows(table))
    changes = [*_said(rows, known), *_merged(rows, known)]
    if not changes:
        return None
    name = digest(changes)
    made = Version("", f"import-{name[:8]}", tuple(changes))
    instrument, file = known.instrument, known.codebook.file
    tried = open_codebook(file, instrument, (*known.study.versions, made))
    for problem in tried.problems[len(known.codebook.problems) :]:
        raise Refused(problem.sentence, **dict(problem.values))
    data = {"version": made.name, "changes": changes}
    stream = known.study.stream or f"study/{known.id}"
    return imported(stream, f"codebook {name}", "codebook-changed", known.by, data)


def _said(rows: Sequence[Numbered], known: Known) -> Iterator[dict[str, str]]:
    """Yield what is added and reworded, parents before what stands under them."""
    codebook = known.codebook
    language = codebook.file.languages[0]
    for row, said in _parents_first(rows):
        id = said["code"]
        if not NAME.holds(id):
            raise _refused(row, N_("“%(code)s” is no code: no spaces, commas or semicolons."), id)
        old = codebook.codes.get(id)
        texts = {name: said[name] for name in (*TEXTS, "parent", "aliases") if said[name]}
        if old is None:
            yield {"change": "add", "code": id, **texts}
            continue
        here = {name: getattr(old, name.replace("-", "_")) for name in TEXTS[1:]}
        here |= {
            "name": old.name[language],
            "parent": old.parent,
            "aliases": "\n".join(old.aliases),
        }
        changed = {name: text for name, text in texts.items() if text != here[name]}
        if changed and old.kind in (INDICATOR, GROUP):
            raise _refused(
                row,
                N_("“%(code)s” is the instrument’s and stays as it is; add a code of your own."),
                id,
            )
        if changed:
            yield {"change": "set", "code": id, **changed}


def _merged(rows: Sequence[Numbered], known: Known) -> Iterator[dict[str, str]]:
    codes = known.codebook.codes
    for _, said in rows:
        id, into = said["code"], said["merged-into"]
        if into and (id not in codes or codes[id].into != into):
            yield {"change": "merge", "code": id, "into": into}


def _parents_first(rows: Sequence[Numbered]) -> Iterator[Numbered]:
    waiting = list(rows)
    while waiting:
        ids = {said["code"] for _, said in waiting}
        free = [each for each in waiting if each[1]["parent"] not in ids]
        yield from free or waiting  # of a circle the codebook says what is wrong
        waiting = [each for each in waiting if each not in free] if free else []


def _rows(table: Table) -> Iterator[Numbered]:
    places = PROFILE.places(table.header)
    found: dict[str, Numbered] = {}
    for number, cells in table.rows():
        said = {name: cells[places[name]] if name in places else "" for name in CODE_COLUMNS}
        id = said["code"] = said["code"].strip()
        if id not in found:
            found[id] = number, said
        elif said["part"]:
            whole = found[id][1]
            whole.update({name: whole[name] + said[name] for name in said if name not in KEPT})
        else:
            raise _refused(number, N_("“%(code)s” stands in another row already."), id)
    yield from found.values()


def _refused(row: int, problem: str, code: str) -> Refused:
    return Refused(
        N_("Row %(row)s: %(problem)s Nothing was taken in."),
        row=row,
        problem=Refused(problem, code=code),
    )

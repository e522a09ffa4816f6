"""The codebook: every code that claims are coded with, in the study's own present version.

The indicators, styles and dimensions are those of the instrument; context, roles, topic lists and
circumstances are a file (`observation/instruments/codebooks/`); own codes, other wordings and
merges are versions that the study stream holds. Ids never change, so a rename loses nothing; what
was coded with a code that was merged counts for the one that it was merged into.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

from .errors import N_, Problem, Refused
from .instrument import Id, Instrument, Item, Text
from .registers import Version

INDICATOR, GROUP, OPEN, OWN = "indicator", "group", "open", "own"
TEXTS = ("name", "definition", "counts-when", "counts-not-when", "example")
SEPARATORS = (" > ", ">", "\\", "::", "/", ".")  # of the paths that other tools write, surest first


@dataclass(frozen=True, slots=True)
class OpenCode(Item):
    """A code of the tree of context and roles."""

    parent: Annotated[str, "codes"] | None = None


@dataclass(frozen=True, slots=True)
class TopicList(Item):
    """What is asked in one kind of interview, in order."""

    kind: Literal["interview", "focus-group"]
    topics: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class CircumstanceKind(Item):
    """Something that a school may go through, and which of the study's expectations it bears on."""

    group: Literal["critical-event", "fragmentation", "lack-of-resources"]


@dataclass(frozen=True, slots=True)
class Word(Item):
    """How people write a value of a claim; the id is the value's field, a dot and the value."""

    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookFile:
    """One version of one codebook file; `digest` is the SHA-256 of the file."""

    id: Id
    version: str
    digest: str
    instrument: Id
    languages: tuple[Id, ...]
    title: Text
    source: Text
    codes: tuple[OpenCode, ...]
    topic_lists: tuple[TopicList, ...]
    circumstances: tuple[CircumstanceKind, ...]
    words: tuple[Word, ...]
    capitalised: tuple[str, ...]  # words with a capital that are no names of people


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it stands; `into` is the code that it was merged into, or empty.

    `kind` is indicator, group (a style or dimension), open (context and roles) or own (the study's).
    """

    id: str
    kind: str
    name: Text
    parent: str = ""
    definition: str = ""
    counts_when: str = ""
    counts_not_when: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    into: str = ""


@dataclass(frozen=True)
class Codebook:
    """The codes in their present version, by id, merged ones too; `problems` names bad changes."""

    file: CodebookFile
    version: str
    codes: Mapping[str, Code]
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def current(self, id: str) -> str:
        """Return the code that what was coded with this one counts for now; an unknown one itself."""
        while id in self.codes and self.codes[id].into:
            id = self.codes[id].into
        return id

    def language_of(self, code: Code) -> str:
        """Return the language in which the texts of a code stand, empty for those that a study wrote."""
        return self.file.languages[0] if code.kind in (INDICATOR, GROUP) else ""

    def path(self, id: str, language: str) -> str:
        """Return a code's name with those above it, from the top: `Context > School > merger`."""
        names = []
        while id in self.codes:
            names.append(self.codes[id].name[language])
            id = self.codes[id].parent
        return " > ".join(reversed(names)) or id

    def search(self, letters: str, language: str, most: int = 12) -> list[Code]:
        """Return the codes that these letters may mean, the likeliest first; merged ones not.

        Every word typed must begin a word of the code's id, name, aliases or place in the tree.
        """
        typed = plain(letters).split()
        known = language if language in self._words else self.file.languages[0]
        found = []
        for place, (id, own, words) in enumerate(self._words[known]):
            if typed and all(any(word.startswith(t) for word in words) for t in typed):
                near = sum(any(word.startswith(t) for word in own) for t in typed)
                found.append((-near, place, id))
        return [self.codes[id] for _, _, id in sorted(found)[:most]]

    def find(self, text: str) -> str:
        """Return the id of the code that another tool calls this, or "" when none or several are.

        By id, name, alias, or the end of a path; a merged code gives the one that it is now.
        """
        text = text.strip()
        if text in self.codes:
            return self.current(text)
        for separator in (None, *SEPARATORS):
            tail = text if separator is None else text.rpartition(separator)[2].strip()
            if tail in self.codes:
                return self.current(tail)
            found = {self.current(id) for id in self._named.get(plain(tail), ())}
            if len(found) == 1:
                return found.pop()
        # A dot stands in ids too: the longest end that is one.
        parts = re.split(r"\s*(?:>|\\|::|/|\.)\s*", text)
        for start in range(1, len(parts)):
            if (tail := ".".join(parts[start:])) in self.codes:
                return self.current(tail)
        return ""

    def word(self, text: str, *fields: str) -> tuple[tuple[str, str], ...]:
        """Return what a word says of a claim, as (field, value) pairs of these fields, all if none."""
        for tail in (text, *(text.rpartition(s)[2] for s in SEPARATORS)):
            found = tuple(
                pair
                for pair in self._meanings.get(plain(tail), ())
                if not fields or pair[0] in fields
            )
            if found:
                return found
        return ()

    def topic_list(self, id: str) -> TopicList:
        """Return the topic list with this id; raise Refused."""
        for topics in self.file.topic_lists:
            if topics.id == id:
                return topics
        raise Refused(
            N_("The codebook has no topic list “%(id)s”; use one of %(known)s."),
            id=id,
            known=", ".join(topics.id for topics in self.file.topic_lists),
        )

    @cached_property
    def _named(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for code in self.codes.values():
            for name in (*code.name.values(), *code.aliases):
                found[plain(name)][code.id] = None
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def _meanings(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for word in self.file.words:
            name, _, value = word.id.partition(".")
            for text in (value, *word.name.values(), *word.aliases):
                found[plain(text)][name, value] = None
        return {text: tuple(pairs) for text, pairs in found.items()}

    @cached_property
    def _words(self) -> Mapping[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
        return {
            language: [
                (
                    code.id,
                    (own := (*plain(code.id).split(), *plain(code.name[language]).split())),
                    (*own, *plain(" ".join((*code.aliases, self.path(code.id, language)))).split()),
                )
                for code in self.codes.values()
                if not code.into
            ]
            for language in self.file.languages
        }


def open_codebook(
    file: CodebookFile, instrument: Instrument, versions: Iterable[Version] = ()
) -> Codebook:
    """Return the codebook of the file and the instrument as the versions, in order, left it.

    Total over any versions: a change that cannot be made is a problem and is left out.
    """
    codes = _shipped(file, instrument)
    problems: list[Problem] = []
    version = f"{file.id} {file.version}"
    for made in versions:
        version = made.event
        for change in made.changes:
            if problem := _change(codes, change, made, file.languages[0]):
                problems.append(problem)
    return Codebook(file, version, codes, tuple(problems))


def touched(
    changes: Iterable[Mapping[str, str]], coded: Iterable[Iterable[str]], codebook: Codebook
) -> dict[str, int]:
    """Return, for each code that the changes name, how many claims they touch: the preview.

    `coded` holds the codes of each claim, in any version of the codebook.
    """
    counts = Counter(code for codes in coded for code in {codebook.current(each) for each in codes})
    named = dict.fromkeys(codebook.current(change["code"]) for change in changes)
    return {code: counts[code] for code in named}


@lru_cache(8192)
def plain(text: str) -> str:
    """Return a text for comparing: small letters and digits without accents, words apart."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(
        re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))
    )


def _shipped(file: CodebookFile, instrument: Instrument) -> dict[str, Code]:
    language = file.languages[0]
    groups = {
        g.id: Code(g.id, GROUP, g.name, "", g.description[language]) for g in instrument.groups
    }
    indicators = {
        each.code: Code(
            each.code,
            INDICATOR,
            each.name,
            each.group,
            each.statement[language],
            each.card.counts_when[language],
            each.card.counts_not_when[language],
            each.card.example[language],
            (*each.short.values(), *each.statement.values()),
        )
        for each in instrument.indicators
    }
    return (
        groups | indicators | {c.id: Code(c.id, OPEN, c.name, c.parent or "") for c in file.codes}
    )


def _change(
    codes: dict[str, Code], change: Mapping[str, str], made: Version, language: str
) -> Problem | None:
    """Make the change, or return why it cannot be made."""
    id, what = change["code"], change["change"]
    texts: dict[str, Any] = {
        name.replace("-", "_"): change[name] for name in TEXTS[1:] if change.get(name)
    }
    parent = change.get("parent", "")
    name = change.get("name", "").strip()
    given = tuple(filter(None, change.get("aliases", "").split("\n")))
    old = codes.get(id)
    if parent and (parent not in codes or _above(codes, parent, id)):
        return Problem.of(
            made.event,
            N_("Code %(code)s cannot stand under %(parent)s; name a code that is there."),
            code=id,
            parent=parent,
        )
    if what == "add" and old is None:
        codes[id] = Code(id, OWN, Text({language: name or id}), parent, aliases=given, **texts)
        return None
    if old is None:
        return Problem.of(
            made.event, N_("There is no code %(code)s to change; add it first."), code=id
        )
    if old.kind in (INDICATOR, GROUP):
        return Problem.of(
            made.event,
            N_("Code %(code)s is the instrument’s and stays as it is; add a code of your own."),
            code=id,
        )
    if what == "merge":
        return _merge(codes, old, change.get("into", ""), made)
    if what == "add" and (name or id) != old.name[language]:
        return Problem.of(
            made.event,
            N_("Code %(code)s was added twice; rename one of them in a new version."),
            code=id,
        )
    aliases = old.aliases
    if name and name != old.name[language]:
        aliases = tuple(dict.fromkeys((*aliases, *old.name.values())))
        old = replace(old, name=Text({language: name}))
    aliases = tuple(dict.fromkeys((*aliases, *given)))
    codes[id] = replace(old, parent=parent or old.parent, aliases=aliases, **texts)
    return None


def _merge(codes: dict[str, Code], old: Code, into: str, made: Version) -> Problem | None:
    end = into
    while end in codes and codes[end].into:
        end = codes[end].into
    if end not in codes or end == old.id:
        return Problem.of(
            made.event,
            N_("Code %(code)s cannot be merged into “%(into)s”; name another code that is there."),
            code=old.id,
            into=into,
        )
    if old.into:
        return Problem.of(
            made.event,
            N_("Code %(code)s was merged into %(into)s already; merge that one."),
            code=old.id,
            into=old.into,
        )
    codes[old.id] = replace(old, into=into)
    return None


def _above(codes: Mapping[str, Code], id: str, wanted: str) -> bool:
    while id in codes:
        if id == wanted:
            return True
        id = codes[id].parent
    return False

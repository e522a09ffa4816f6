"""Every sentence that a person can read exists in Dutch and in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

from observation.language import FOLDER, LANGUAGES, translator
from observation.web.words import own_name

ROOT = Path(__file__).parents[1]
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
PLACES = re.compile(r"%\((\w+)\)s")
OTHERS = [language for language in LANGUAGES if language != "en"]


def _sentences() -> Iterator[tuple[str, str]]:
    """Every sentence marked for translation, with where it stands."""
    for folder, pattern, method in (
        ("observation", "**.py", "python"),
        ("templates", "**.html", "jinja2"),
    ):
        found = extract_from_dir(ROOT / folder, [(pattern, method)], keywords=KEYWORDS)
        for file, line, sentence, _, _ in found:
            for each in (sentence,) if isinstance(sentence, str) else sentence:
                yield each, f"{folder}/{file}:{line}"


SENTENCES = dict(_sentences())


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    with (FOLDER / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    known = {message.id: message.string for message in catalogue if message.id}
    missing = {each: place for each, place in SENTENCES.items() if not known.get(each)}
    assert missing == {}
    assert set(known) - set(SENTENCES) == set(), "these are no longer used; take them out"
    for sentence, translation in known.items():
        assert set(PLACES.findall(sentence)) == set(PLACES.findall(translation)), sentence


def test_a_language_without_a_catalogue_reads_as_english() -> None:
    assert translator("en")("nobody leads") == "nobody leads"


def test_a_language_is_offered_by_its_own_name() -> None:
    # Of any other too, so that a third language is a catalogue and its code.
    assert list(map(own_name, ("nl", "en", "de"))) == ["Nederlands", "English", "Deutsch"]


TEXT = re.compile(r">\s*([^<>{}]*[A-Za-z]{2,}[^<>{}]*)\s*<")


def test_no_template_holds_a_word_that_is_not_marked_for_translation() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"<pre>.*?</pre>|{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.S)
        found += [(path.name, word) for word in TEXT.findall(text) if word.strip() not in {"(PDF)"}]
    assert found == []


ATTRIBUTE = re.compile(
    r"\s(?:title|alt|placeholder|aria-[a-z]+|content)=\"[^\"]*[A-Za-z]{2,} [A-Za-z]{2,}[^\"]*\""
    r"|\s(?:title|alt|placeholder|aria-label)=\"[A-Za-z]{2,}[^\"]*\""
)


def test_no_attribute_of_a_template_holds_a_word_that_is_not_marked() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.S)
        for each in ATTRIBUTE.findall(text):
            ids = re.match(r"\s(?:aria-(?:labelledby|describedby|controls|owns|details))=", each)
            if not ids and not re.match(r'\scontent="(width|light)', each):
                found.append((path.name, each.strip()))
    assert found == []


# What is written with words in a script and read by no person: names of keys, of classes, of what failed.
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$|(?<=[;{},]) //.*?$", re.S | re.M)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
KEYS = {"Enter", "Escape", "Backspace", "use strict", "Apple", "Bearer"}
KEYS |= {"issue is-open", "state state-", "claim-text is-quotation", "#unsaved button"}
KEYS |= {"Not saved yet:", "No second copy:", "second copy:"}  # for the console; the name of a lock


def _spoken(script: str) -> Iterator[str]:
    """What of a script would be words on a page: texts of several words, or with a capital."""
    text = re.sub(r"new \w*Error\((?:\"[^\"]*\"|`[^`]*`)", "", COMMENT.sub("", script))
    for plain, template in LITERAL.findall(text):
        said = re.sub(r"\$\{[^}]*\}", "", plain or template).strip()
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", said) or re.fullmatch(r"[A-Z][a-z]{2,}", said):
            yield said


def test_no_script_holds_a_word_that_is_not_in_the_catalogues() -> None:
    found = {
        (path.name, each)
        for path in sorted((ROOT / "static").rglob("*.js"))
        for each in _spoken(path.read_text())
    }
    assert {each for each in found if each[1] not in SENTENCES and each[1] not in KEYS} == set()
    assert list(_spoken('x.textContent = "Not saved yet"; // "not this one"')) == ["Not saved yet"]
    assert list(_spoken("x.textContent = `Saved ${time} ago, by you`")) == ["Saved  ago, by you"]


REFUSALS = ("Refused", "Unavailable")


def _unmarked(source: str) -> Iterator[str]:
    """The sentences of refusals and problems that stand there without their mark."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            of = getattr(node.func, "attr", "") == "of" and ast.unparse(node.func) == "Problem.of"
            said = node.args[of:][:1] if name in REFUSALS or of else []
            for each in said:
                if isinstance(each, ast.JoinedStr | ast.BinOp) or (
                    isinstance(each, ast.Constant) and re.search(r"[A-Za-z]{2,} ", str(each.value))
                ):
                    yield ast.unparse(each)


def test_no_refusal_is_said_without_a_mark() -> None:
    found = [
        (path.name, each)
        for path in sorted((ROOT / "observation").rglob("*.py"))
        if path.name != "scripts.py"  # refuses modules, to who writes them
        for each in _unmarked(path.read_text())
    ]
    assert found == []
    assert list(_unmarked('raise Refused(f"no {x}")')) == ["f'no {x}'"]


def test_no_sentence_hides_where_the_search_does_not_look() -> None:
    # The extractor cannot see into an f-string.
    for path in sorted((ROOT / "observation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            marked = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
            if marked and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in SENTENCES, path.name


def test_the_search_for_untranslated_text_finds_a_sentence_in_each_kind_of_file() -> None:
    file = ROOT / "templates" / "base.html"
    assert [m for m in extract_from_file("jinja2", file) if m[1] == "Skip to the content"]
    assert "nobody leads" in SENTENCES

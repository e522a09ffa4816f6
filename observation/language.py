"""The words of the interface and of prints, in Dutch and English.

A catalogue is one file, `observation/locale/<language>.po`, with the English sentence as its key;
it is compiled when first used. So a third language is one more file: its name is the language's code,
under which dates, numbers and the language's own name are known already (CLDR).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("nl", "en", *sorted({each.stem for each in FOLDER.glob("*.po")} - {"nl"}))


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; English is the language of the keys."""
    path = FOLDER / f"{language}.po"
    if language not in LANGUAGES or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translator(language: str) -> Callable[[str], str]:
    """Return the function that turns an English sentence into the language."""
    return translations(language).gettext

"""Any text reaches the page as it is: nothing is parsed, lost, run or replaced by a black box."""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pymupdf_fonts
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import observation.export.pdf
from observation.export.pdf.layout import Block
from observation.export.pdf.page import Document, paginate, render
from observation.export.pdf.style import BODY, STRONG, WIDTH
from observation.export.pdf.text import Span, Text, line_width, printable, shortened

FOLDER = Path(observation.export.pdf.__file__).parent
DOCUMENT = Document("title", "subject", "nl", "%(page)s/%(pages)s", "foot")
HOSTILE = [
    "<b>",
    "</b></para>",
    "<b>never closed",
    "<laughs> T1 said </laughs>",
    "a < b && c > d &amp; &#65; &nbsp; &unknown;",
    '<img src="file:///etc/passwd"/>',
    '<img src="http://example.invalid/x.png" width="10" height="10"/>',
    "<img src='data:image/png;base64,iVBORw0KGgo='/>",
    '<a href="javascript:alert(1)">x</a>',
    '<font name="nowhere" size="900" color="nocolour">x</font>',
    '<onDraw name="canvas.__init__" label="x"/>',
    '<index item="x"/><bullet>x</bullet><unichar name="BOGUS"/>',
    "<seq id='x'/><br/><br></br><br>",
    "%(page)s %s %d {0} ${x} \\n \\ ( ) \\(",
    "nul \x00 bell \x07 escape \x1b[31m backspace \b delete \x7f c1 \x85 end",
    "tab\there",
    "\u202eright to left override\u202c \u200b zero \u200d width \ufeff mark \xad soft",
    "emoji 🙂 👩‍👩‍👧 ❤️ 🇳🇱",
    "漢字 かな 한국어 ภาษาไทย",
    "Łódź Ğüneş İstanbul ıŞ Ștefan Țepeș Nguyễn Thị Đặng Ångström Þór",
    "cafe\u0301 n\u0303 A\u030a q\u0303",
    "Ἀθῆναι Москва Київ",
    "“quotes” ‘single’ – — … • ↔ → ≠ ≤ ± × ½ € ₺",
    "\ud800 lone \udfff surrogates",
    "\ue000 private \U0010ffff last \ufffe",
    "x" * 200,
    "ij" * 400 + " " + "🙂" * 60,
    "=cmd|' /C calc'!A0",
    "C:\\Users\\x \\\\server\\share",
    " \n \r\n \u2028 \u2029 \v \f ",
]


def extracted(blocks: Sequence[Block]) -> list[str]:
    """What pypdf reads on each page, without the footer."""
    reader = pypdf.PdfReader(BytesIO(render(blocks, DOCUMENT)))
    return [page.extract_text().partition("foot")[0] for page in reader.pages]


def bare(text: str) -> str:
    """A text without white space: where lines and words are broken is the layout's business."""
    return "".join(text.split())


def expected(text: str) -> str:
    """What must be readable: told here once more, from the characters' properties alone."""
    found = []
    for letter in unicodedata.normalize("NFC", text):
        if unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
            found.append(" " if letter.isspace() else "")
        elif not "\ufe00" <= letter <= "\ufe0f":
            found.append(letter if has_glyph(letter) else f"[U+{ord(letter):04X}]")
    return "".join(found)


def has_glyph(letter: str) -> bool:
    return any(ord(letter) in characters for characters in CHARACTERS)


def _characters() -> Iterator[set[int]]:
    from fontTools.ttLib import TTFont

    for name in ("notos", "figo", "cascadia"):
        yield set(TTFont(BytesIO(pymupdf_fonts.fontbuffers[name]())).getBestCmap())


CHARACTERS = list(_characters())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_printed_as_it_is(text: str) -> None:
    pages = extracted([Text(text, BODY)]) if printable(text).strip() else []
    assert bare("".join(pages)) == bare(expected(text))


# Of Arabic, Hebrew and the like the extractor turns words round by rules of its own: see below.
LETTERS = st.characters().filter(
    lambda letter: (
        unicodedata.bidirectional(letter) not in ("R", "AL", "AN", "")
        and not unicodedata.combining(letter)
        and letter not in "\u0600\u0601\u06dd"
    )
)
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=30), min_size=60, max_size=60)


@pytest.mark.slow
@settings(max_examples=50)  # 50 documents of 60 texts
@given(WORDS)
def test_any_text_is_printed_as_it_is(texts: list[str]) -> None:
    # One document holds many texts; a mark between them tells them apart again.
    marked = [Text(f"{text} @{number}#", BODY) for number, text in enumerate(texts)]
    found = bare("".join(extracted(marked)))
    wanted = "".join(f"{expected(text)}@{number}#" for number, text in enumerate(texts))
    assert found == bare(wanted)


@settings(max_examples=200)
@given(st.text(max_size=200), st.floats(30, 500))
def test_no_text_is_too_odd_to_be_set(text: str, wide: float) -> None:
    block = Text([text, Span(text, bold=True)], BODY)
    assert block.height(wide) >= 0
    for line in block._broken(wide):
        assert line.width <= wide + 0.01 or len("".join(p.text for p in line.pieces)) == 1


def test_folded_white_space_and_line_breaks_survive() -> None:
    text = "Regel een   met  witruimte.\nRegel twee.\r\nRegel drie."
    (page,) = extracted([Text(text, BODY)])
    assert page.split("\n")[:3] == ["Regel een met witruimte.", "Regel twee.", "Regel drie."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("محمد", ["محمد"]),
        ("Naam: محمد علي, leerkracht", ["محمد", "علي"]),
        ("שלום עולם.", ["שלום", "עולם"]),
        ("Yusuf (يوسف) 12", ["يوسف"]),
    ],
)
def test_the_letters_of_right_to_left_words_are_held(text: str, words: list[str]) -> None:
    (page,) = extracted([Text(text, BODY)])
    for word in words:
        assert word in page
    assert sorted(bare(page)) == sorted(bare(text))


def test_right_to_left_words_are_seen_from_the_right() -> None:
    line = Text("begin אב גד 12 einde", BODY)._broken(WIDTH)[0]
    assert "".join(piece.text for piece in line.pieces) == "begin דג בא 12 einde"


def test_what_a_font_lacks_is_named() -> None:
    assert printable("a🙂b") == "a[U+1F642]b"
    assert printable("\x00a\x1bb\u202ec\tc") == "abc c"


def test_a_long_text_flows_over_pages_without_loss() -> None:
    words = [f"w{number}" for number in range(20_000)]
    blocks = [Text(" ".join(words), BODY)]
    assert len(paginate(blocks)) > 10
    found = " ".join(extracted(blocks)).split()
    assert found == words


def test_a_long_text_is_set_fast_even_without_a_blank() -> None:
    (page, *_) = extracted([Text("y" * 60_000, BODY)])
    assert bare(page).startswith("y" * 1000)


def test_a_text_that_does_not_fit_a_line_ends_in_an_ellipsis() -> None:
    short = shortened("een heel lange regel die niet past", STRONG, 80)
    assert short.endswith("…")
    assert line_width(short, STRONG) <= 80


def test_nothing_is_opened_while_hostile_texts_are_printed() -> None:
    forms = [
        f'<img src="{scheme}{path}"/>'
        for scheme in ("", "file://", "http://127.0.0.1:9", "https://example.invalid", "ftp://x")
        for path in ("/etc/passwd", "/etc/hosts", "/x.png", "/%2e%2e/secret", "/x?y=1")
    ]
    forms += [f'<a href="{form}">x</a>' for form in forms]
    render([Text("warm", BODY), Text("warm", STRONG)], DOCUMENT)  # the fonts are read once
    with opened() as files:
        render([Text(text, BODY) for text in (*forms, *HOSTILE) if printable(text)], DOCUMENT)
    assert len(forms) == 50
    assert [file for file in files if "pymupdf_fonts" not in file] == []


@contextmanager
def opened() -> Iterator[list[str]]:
    found: list[str] = []
    _listening.append(found)
    try:
        yield found
    finally:
        _listening.remove(found)


_listening: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and (event == "open" or event.startswith(("socket.", "urllib."))):
        for found in _listening:
            found.append(f"{event} {arguments[:1]}")


sys.addaudithook(_hear)

DRAWS = {
    "Paragraph",
    "XPreformatted",
    "Preformatted",
    "ParaParser",
    "drawString",
    "drawRightString",
    "drawCentredString",
    "drawAlignedString",
    "drawText",
    "beginText",
    "textOut",
    "textLine",
    "textLines",
    "drawImage",
    "drawInlineImage",
}


def test_text_is_drawn_in_one_module_only() -> None:
    found = {
        f"{path.name}: {name}"
        for path in FOLDER.glob("*.py")
        for name in _called(path.read_text())
        if name in DRAWS
    }
    assert found == {"text.py: beginText", "text.py: drawText", "text.py: textOut"}


def test_the_lint_finds_a_planted_paragraph() -> None:
    assert "Paragraph" in _called("from reportlab.platypus import Paragraph\nParagraph(text)")
    assert "drawString" in _called("canvas.drawString(1, 2, text)")


def _called(source: str) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in calls}


def test_no_wording_of_the_instrument_stands_in_the_code() -> None:
    from observation.instruments import Instruments

    instrument = Instruments().newest()
    code = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    texts = [*(q.name for q in instrument.questions), *(i.name for i in instrument.indicators)]
    texts += [*(i.short for i in instrument.indicators), *(r.plural for r in instrument.roles)]
    assert [
        t for text in texts for t in text.values() if re.search(rf'"{re.escape(t)}', code)
    ] == []


def test_the_letters_of_european_turkish_arabic_and_hebrew_names_have_glyphs() -> None:
    ranges = ((0xC0, 0x24F), (0x1E00, 0x1EFF), (0x386, 0x3CE), (0x400, 0x45F))
    ranges = (*ranges, (0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A))
    letters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    letters = [letter for letter in letters if unicodedata.category(letter).startswith("L")]
    assert len(letters) > 850
    assert [letter for letter in letters if printable(letter).startswith("[U+")] == []

"""The style sheets are made of one set of values, and nothing that carries meaning is a colour alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app
from observation.web.styles import style_of

FOLDER = Path(__file__).parents[1] / "static" / "css"
SHEETS = sorted(path.stem for path in FOLDER.glob("*.css"))
REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"([\w-]+):\s*([^;{}]+)(?=[;}])")
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|hwb|lab|lch|oklab|oklch|color|color-mix)\("
    r"|(?<![-\w])(?:white|black|red|green|blue|yellow|orange|purple|gr[ae]y|silver|navy|teal|brown)(?![-\w])",
    re.IGNORECASE,
)
SPACE = re.compile(r"(?:padding|margin|gap|row-gap|column-gap)(?:-[a-z-]+)?")
LENGTH = re.compile(r"(?<![\w.-])(?:\d*\.)?\d+(?:px|rem|pt)")
HAIR = {"1px", "2px"}  # a line between two fills, and room for an outline
FONT_SIZE = re.compile(r"var\(--text-[a-z]+\)|inherit")
STATES = (
    "hover", "pressed", "on", "chosen", "disabled", "focus", "saving", "saved", "offline", "failed",
)  # fmt: skip


def text(name: str) -> str:
    return REMARK.sub("", (FOLDER / f"{name}.css").read_text())


def declarations(name: str) -> list[tuple[str, str]]:
    return [(each, value.strip()) for each, value in DECLARATION.findall(text(name))]


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "tokens"])
def test_no_sheet_but_the_tokens_names_a_colour_a_size_of_type_or_a_step_of_space(
    name: str,
) -> None:
    stray = []
    for each, value in declarations(name):
        colourless = re.sub(r'"[^"]*"', "", value)
        if COLOUR.search(colourless):
            stray.append((each, value))
        if each == "font-size" and not FONT_SIZE.fullmatch(value):
            stray.append((each, value))
        if each == "font" and value != "inherit" and not re.search(r"var\(--text-[a-z]+\)", value):
            stray.append((each, value))
        if SPACE.fullmatch(each) and set(LENGTH.findall(value)) - HAIR:
            stray.append((each, value))
    assert stray == []


def test_every_token_is_used_and_every_value_that_is_used_is_there() -> None:
    defined = set(re.findall(r"(--[\w-]+):", text("tokens")))
    used = {each for name in SHEETS for each in re.findall(r"var\((--[\w-]+)\)", text(name))}
    local = {each for name in SHEETS for each in re.findall(r"(--[\w-]+):", text(name))}
    assert used - local == set()
    assert defined - used == set()


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_control_has_a_token_that_the_controls_use(state: str) -> None:
    assert f"--{state}:" in text("tokens")
    assert any(f"var(--{state})" in text(name) for name in SHEETS if name != "tokens")


@pytest.mark.parametrize(
    "name", [name for name in SHEETS if "@import" in (FOLDER / f"{name}.css").read_text()]
)
def test_every_sheet_begins_with_the_tokens(name: str) -> None:
    style = style_of(FOLDER, name)
    assert style.startswith((FOLDER / "tokens.css").read_text())
    assert style.count("--paper: #") == 2  # light and dark


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """By the formula of WCAG 2.2."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def colours() -> dict[str, dict[str, str]]:
    """The colours of each way of looking, those of the more contrast on top of the ground below."""
    found: dict[str, dict[str, str]] = {}
    blocks = re.findall(r"((?:@media[^{]+)?)\{?\s*:root \{([^}]*)\}", text("tokens"))
    tokens = [(media, dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))) for media, body in blocks]
    light, dark = tokens[0][1], tokens[0][1] | tokens[1][1]
    more = next(
        each for media, each in tokens if media.strip() == "@media (prefers-contrast: more)"
    )
    darker = next(each for media, each in tokens if "contrast: more) and" in media)
    for name, raw in {
        "light": light, "dark": dark, "light, more": light | more, "dark, more": dark | more | darker,
    }.items():  # fmt: skip
        found[name] = {each: _resolved(raw, value) for each, value in raw.items()}
    return found


def _resolved(raw: dict[str, str], value: str) -> str:
    while match := re.fullmatch(r"var\((--[\w-]+)\)", value):
        value = raw[match[1]]
    return value


GROUNDS = ("paper", "surface", "quiet")


@pytest.mark.parametrize("look", ["light", "dark", "light, more", "dark, more"])
def test_what_is_read_stands_out_from_what_it_stands_on(look: str) -> None:
    found = {name.removeprefix("--"): value for name, value in colours()[look].items()}
    least = 7.0 if "more" in look else 4.5
    pairs = [
        (ink, ground, least)
        for ink in ("ink", "ink-soft", "accent", "good", "alert")
        for ground in GROUNDS
    ]
    pairs += [
        ("ink", "on", 4.5),
        ("on-chosen", "chosen", 4.5),
        ("field", "paper", 3),
        ("field", "surface", 3),
    ]
    pairs += [
        (f"{each}-{number}-ink", f"{each}-{number}", 4.5)
        for each, most in (("phase", 4), ("role", 5))
        for number in range(1, most + 1)
    ]
    pairs += [
        (state, "paper", least) for state in ("saving", "saved", "offline", "failed", "disabled")
    ]
    low = {
        (ink, ground): round(contrast(found[ink], found[ground]), 2)
        for ink, ground, asked in pairs
        if contrast(found[ink], found[ground]) < asked
    }
    assert low == {}


def test_where_the_system_chooses_colours_every_colour_of_meaning_is_one_of_its_own() -> None:
    block = re.search(r"@media \(forced-colors: active\) \{\s*:root \{([^}]*)\}", text("tokens"))
    assert block
    forced = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block[1]))
    plain = re.findall(r"(--[\w-]+):\s*#", text("tokens"))
    # The bands of phases and roles keep theirs: each has its own ink, and its word.
    own = {name for name in plain if not re.match(r"--(?:phase|role|dark|light)", name)}
    assert own - set(forced) == set()
    assert not [value for value in forced.values() if COLOUR.search(value)]


def test_what_is_served_says_the_same_without_remarks_and_white_space(tmp_path: Path) -> None:
    client = create_app(open_context(tmp_path, "memory:")).test_client()
    for name in SHEETS:
        served = client.get(f"/styles/{name}.css").get_data(as_text=True)
        assert "/*" not in served
        assert "@import" not in served
        assert _bare(served) == _bare(REMARK.sub("", style_of(FOLDER, name)))


def _bare(style: str) -> str:
    """A sheet without the white space and last semicolons that mean nothing, and only those."""
    kept = re.split(r'("[^"]*")', style)
    plain = [each if number % 2 else re.sub(r"\s+", " ", each) for number, each in enumerate(kept)]
    joined = re.sub(r"\s*([{};])\s*", r"\1", "".join(plain))
    return re.sub(r"([:,]) ", r"\1", joined).replace(";}", "}").strip()


@pytest.mark.parametrize("name", SHEETS)
def test_the_words_on_a_filled_ground_stay_to_be_read_in_forced_colours(name: str) -> None:
    # A browser puts the page's own colour behind words there, and what is written on a fill vanishes.
    filled = re.findall(
        r"([^{}]+)\{([^{}]*background: var\(--(?:chosen|ink|alert|failed)\)[^{}]*)\}", text(name)
    )
    assert [who.strip() for who, what in filled if "forced-color-adjust: none" not in what] == []


def test_nothing_moves_for_who_asked_for_less_motion() -> None:
    moving = [
        line
        for name in SHEETS
        for line in text(name).splitlines()
        if re.search(r"(?:animation|transition|scroll-behavior)[a-z-]*:", line)
    ]
    assert moving
    assert [line for line in moving if "prefers-reduced-motion: no-preference" not in line] == []

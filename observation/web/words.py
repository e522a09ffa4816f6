"""The language of a page: chosen in its address, remembered, else the browser's, else Dutch."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.support import NullTranslations
from babel.units import format_unit
from flask import Flask, Response, g, request
from flask_babel import Babel, Domain, format_date, format_decimal, get_locale, gettext

from observation.core.errors import N_, Problem, Refused
from observation.core.prefill import clock
from observation.core.work import Step
from observation.language import LANGUAGES, translations

COOKIE = "language"


class Catalogues(Domain):  # type: ignore[misc]
    """The program's own catalogues, the same that prints use."""

    def get_translations(self) -> NullTranslations:
        return translations(language())


CATALOGUES = Catalogues()


def speak(app: Flask) -> None:
    """Make pages of the application appear in the language that their reader chose."""
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[0]
    Babel(app, locale_selector=_choose)
    app.before_request(CATALOGUES.as_default)
    app.after_request(_remember)
    app.jinja_env.globals.update(
        language=language,
        languages=LANGUAGES,
        own_name=own_name,
        review_name=review_name,
        said=said,
        in_words=in_words,
    )
    app.jinja_env.filters.update(
        clock=clock,
        day=_day,
        long_date=_long_date,
        short_date=_short_date,
        merged=_merged,
        number=format_decimal,
        file_size=file_size,
    )


def language() -> str:
    """Return the language of this request, one of LANGUAGES."""
    return str(get_locale() or LANGUAGES[0])


def own_name(code: str) -> str:
    """Return what a language calls itself."""
    return str(Locale(code).get_display_name(code))


def said(refused: Refused | Problem) -> str:
    """Return the sentence of a refusal or a problem in the language of this request."""
    values = {k: said(v) if isinstance(v, Refused) else v for k, v in dict(refused.values).items()}
    return str(gettext(refused.sentence)) % values


def file_size(size: int) -> str:
    """Return a number of bytes in the largest unit of a thousand that it fills, as the language writes it."""
    units = ("byte", "kilobyte", "megabyte", "gigabyte")
    power = min(max(0, len(str(size)) - 1) // 3, len(units) - 1)
    unit = f"digital-{units[power]}"
    return format_unit(round(size / 1000**power, 1), unit, "short", locale=get_locale())


def in_words(step: Step, seconds: int | None) -> str:
    """Return how far work is, and how long it still takes where anybody can say."""
    if not step.what:
        return str(gettext(BEGINNING))
    what, done = gettext(step.what), format_decimal(step.done)
    if step.of == 1:
        text = str(what)
    elif step.of:
        text = gettext(FAR) % {"what": what, "done": done, "all": format_decimal(step.of)}
    else:
        text = f"{what}: {done}"
    if step.parts > 1:
        text = gettext(PART) % {"part": step.part, "parts": step.parts, "text": text}
    if seconds is not None:
        minutes = -(-seconds // 60)
        text += " · " + (gettext(MINUTES) % {"minutes": minutes} if minutes > 1 else gettext(SOON))
    return text


def _choose() -> str:
    asked = request.args.get("language")
    if asked in LANGUAGES:
        g.language = asked
        return asked
    if (remembered := request.cookies.get(COOKIE)) in LANGUAGES:
        return remembered
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _remember(response: Response) -> Response:
    if "language" in g:
        response.set_cookie(COOKIE, g.language, samesite="Lax", httponly=True, max_age=31_536_000)
    return response


BEGINNING = N_("It is being begun.")
FAR, PART = N_("%(what)s: %(done)s of %(all)s"), N_("Step %(part)s of %(parts)s. %(text)s")
MINUTES, SOON = N_("about %(minutes)s minutes left"), N_("less than a minute left")
REVIEW = {
    "draft": N_("draft"),
    "finished": N_("finished"),
    "has-issues": N_("has issues"),
    "approved": N_("approved"),
    "edited": N_("edited"),
}


def review_name(state: str) -> str:
    return str(gettext(REVIEW[state]))


def _merged(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    return one | other


def _day(text: str) -> str:
    """A date as it is written among people; what is no date as it stands."""
    try:
        return str(format_date(date.fromisoformat(text), "d MMM y"))
    except ValueError:
        return text


def _short_date(day: date) -> str:
    return str(format_date(day, "EEE d MMM y"))


def _long_date(day: date) -> str:
    return str(format_date(day, "EEEE d MMMM y"))

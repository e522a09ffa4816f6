"""A page whose form was refused: everything that was typed is still there, and the reason leads to its field.

The page is the one that shows the form anyway. Which form it was is known by its own names and hidden values,
so no template does anything for this, and none can forget it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from observation.core.errors import Refused

OF_THE_PAGE = ("csrf_token", "_id", "_to")  # hidden values that differ each time
NEVER = ("password", "file")  # what is not given back
TICKED = ("checkbox", "radio")
FIELDS = ("input", "select", "textarea", "button")
WRONG = "wrong"  # the id by which the reason leads to the field

Attributes = dict[str, str | None]


@dataclass(slots=True)
class _Form:
    """A form as it stands on the page: its hidden values, all its names, and those that must be filled in."""

    number: int
    action: str
    hidden: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    required: list[str] = field(default_factory=list)
    inside: tuple[int, ...] = ()  # the details that hold it, by number


def refilled(page: str, path: str, sent: MultiDict[str, str], refused: Refused, go: str) -> str:
    """Return the page with what was sent in its form, opened, marked and led to by the reason on top.

    `path` is where it was sent to, `go` what the link to the field says. A page without that form stays as
    it is, but for the focus, which goes to the reason.
    """
    reader = _Reader()
    reader.feed(page)
    form = next((each for each in reader.forms if _is_it(each, path, sent)), None)
    writer = _Writer(sent, form, refused, go)
    writer.feed(page)
    writer.close()
    return "".join(writer.parts)


def _is_it(form: _Form, path: str, sent: MultiDict[str, str]) -> bool:
    there = Counter((n, v) for n, v in form.hidden if n not in OF_THE_PAGE)
    hidden = {name for name, _ in form.hidden}
    given = Counter(
        (n, v) for n, v in sent.items(multi=True) if n in hidden and n not in OF_THE_PAGE
    )
    action = urlsplit(form.action).path
    return action in ("", path) and there == given and set(sent) <= form.names | set(OF_THE_PAGE)


class _Reader(HTMLParser):
    """Reads which forms a page has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self._open: _Form | None = None
        self._details: list[int] = []
        self._numbers = iter(range(1_000_000))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            self._details.append(next(self._numbers))
        elif tag == "form":
            self._open = _Form(
                len(self.forms), given.get("action") or "", inside=tuple(self._details)
            )
            self.forms.append(self._open)
        elif self._open and tag in FIELDS and (name := given.get("name")):
            self._open.names.add(name)
            if "required" in given and given.get("type") not in NEVER:
                self._open.required.append(name)
            if tag == "input" and given.get("type") == "hidden":
                self._open.hidden.append((name, given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._details:
            self._details.pop()
        elif tag == "form":
            self._open = None


class _Writer(HTMLParser):
    """Writes a page as it is, with what was sent in one form of it."""

    def __init__(
        self, sent: MultiDict[str, str], form: _Form | None, refused: Refused, go: str
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._sent, self._form, self._go = sent, form, go
        self._wrong, self._text = _wrong(sent, refused, form) if form else ("", "")
        self._forms, self._details = iter(range(1_000_000)), iter(range(1_000_000))
        self._mine = self._marked = self._told = False
        self._left: dict[str, Iterator[str]] = {}
        self._select = self._alert = ""  # a list to choose from, and the reason, while open
        self._skips = False  # what stood in a text field before

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        text = self.get_starttag_text() or ""
        if tag == "details":
            number = next(self._details)
            if self._form and number in self._form.inside and "open" not in given:
                text = _tag(tag, given | {"open": None})
        elif tag == "form":
            self._mine = self._form is not None and next(self._forms) == self._form.number
        elif given.get("role") == "alert" and not self._told and "hidden" not in given:
            text = _tag(tag, given | {"id": "refused", "tabindex": "-1", "autofocus": None})
            self._told, self._alert = True, tag if self._form else ""
        elif tag in FIELDS and "autofocus" in given:
            text = _tag(tag, {name: v for name, v in given.items() if name != "autofocus"})
        if self._mine and tag in (*FIELDS, "option"):
            text = self._field(tag, given, text)
        self.parts.append(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._alert:
            self._alert = ""
            self.parts.append(f' <a class="go" href="#{WRONG}">{escape(self._go)}</a>')
        if tag == "form":
            self._mine = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._skips = False
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._as_it_is(data)

    def handle_entityref(self, name: str) -> None:
        self._as_it_is(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._as_it_is(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")

    def _as_it_is(self, text: str) -> None:
        if not self._skips:
            self.parts.append(text)

    def _field(self, tag: str, given: Attributes, text: str) -> str:
        """A field of the form, with what was sent in it."""
        name, kind = given.get("name") or "", given.get("type") or ""
        given = {n: v for n, v in given.items() if n != "autofocus"}
        if tag == "option":
            if not self._select:
                return text
            given.pop("selected", None)
            chosen = given.get("value", "") in self._sent.getlist(self._select)
            return _tag(tag, given | ({"selected": None} if chosen else {}))
        if not name or tag == "button" or kind in ("hidden", *NEVER):
            return text if kind not in NEVER else self._mark(tag, name, given)
        if tag == "select":
            self._select = name if name in self._sent or "multiple" in given else ""
        elif kind in TICKED:
            given.pop("checked", None)
            if given.get("value", "on") in self._sent.getlist(name):
                given["checked"] = None
        elif tag == "textarea":
            self._skips = name in self._sent
            value = escape(self._next(name), quote=False) if self._skips else ""
            return self._mark(tag, name, given) + ("\n" + value if self._skips else "")
        elif name in self._sent:
            given["value"] = self._next(name)
        return self._mark(tag, name, given)

    def _next(self, name: str) -> str:
        """What was sent by this name, in order where there are several fields of it."""
        return next(self._left.setdefault(name, iter(self._sent.getlist(name))), "")

    def _mark(self, tag: str, name: str, given: Attributes) -> str:
        other = self._text and self._text != (given.get("value") or "").strip()
        if self._marked or self._wrong not in ("", name) or other or "readonly" in given:
            return _tag(tag, given)
        self._marked = True
        before = ""
        if self._wrong:
            told = " ".join(filter(None, ("refused", given.get("aria-describedby"))))
            given = given | {"aria-invalid": "true", "aria-describedby": told}
        if "id" in given:  # something else leads to it already
            before = f'<span id="{WRONG}" tabindex="-1"></span>'
        else:
            given = given | {"id": WRONG}
        return before + _tag(tag, given)


def _wrong(sent: MultiDict[str, str], refused: Refused, form: _Form) -> tuple[str, str]:
    """The name of the field that the reason is about, and what was typed there if several are called so.

    As the reason says, or as it quotes what was typed there, or the one that must be filled in and was not.
    """
    quoted = {str(value) for value in refused.values.values()} - {""}
    typed = [n for n, v in sent.items(multi=True) if v.strip() in quoted and n not in OF_THE_PAGE]
    empty = [n for n in form.required if not any(v.strip() for v in sent.getlist(n))]
    known = (n for n in typed if not n.startswith("_"))
    told = (refused.field,) if refused.field in form.names else ()
    name = next(iter((*told, *known, *empty)), "")
    texts = [text.strip() for text in sent.getlist(name)]
    return name, next((t for t in texts if t in quoted), "") if len(texts) > 1 else ""


def _tag(tag: str, given: Attributes) -> str:
    written = (n if v is None else f'{n}="{escape(v)}"' for n, v in given.items())
    return f"<{' '.join((tag, *written))}>"

"""What parts of a print say alike: names, times and shares, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from observation.core.errors import N_
from observation.core.format import clock
from observation.core.instrument import Instrument, Item, Text
from observation.core.prefill import leader_name
from observation.core.records import LEADERSHIP, NOT_RECORDED, TEAM, Interval, Observation, Record
from observation.language import translator

DASH = "—"


class Speech:
    """The words of a print in one language; whoever inherits has the language."""

    language: str

    @property
    def translate(self) -> Callable[[str], str]:
        return translator(self.language)

    def say(self, sentence: str, **values: object) -> str:
        """Return an English sentence in the language, with its places filled."""
        said = self.translate(sentence)
        return said % values if values else said

    def of(self, words: Text) -> str:
        """Return the instrument's words in the language."""
        return words[self.language]

    def actor(self, code: str) -> str:
        """Return who does it, in words."""
        if code == TEAM:
            return self.say(N_("team"))
        if code == LEADERSHIP:
            return self.say(N_("leadership"))
        return self.say(N_("leader %(code)s"), code=code)

    def day(self, value: date, form: str = "EEEE d MMMM y") -> str:
        """Return a date in prose: `dinsdag 13 maart 2018`."""
        return str(format_date(value, form, locale=self.language))


@dataclass(frozen=True)
class Words(Speech):
    """A record with the words in which it is told."""

    record: Record
    language: str

    @property
    def observation(self) -> Observation:
        return self.record.observation

    @property
    def instrument(self) -> Instrument:
        return self.record.instrument

    def named(self, items: Iterable[Item], id: str) -> str:
        """Return the name of the item with this id, or the id of one that is not there."""
        return next((self.of(item.name) for item in items if item.id == id), id)

    def phase(self, id: str) -> str:
        return self.leader(id) if id == NOT_RECORDED else self.named(self.instrument.phases, id)

    def leader(self, code: str) -> str:
        """Return a value of the lead track: a code, *nobody leads* or *not recorded*."""
        return leader_name(code, self.translate)

    def actor(self, code: str) -> str:
        return self.say(N_("leadership")) if code == LEADERSHIP else code

    def role(self, id: str, number: int = 1) -> str:
        for role in self.instrument.roles:
            if role.id == id:
                return self.of(role.name if number == 1 else role.plural)
        return id or self.say(N_("role not known"))

    def moment(self, iso: str) -> str:
        """Return an ISO 8601 time as a day and a time with its zone; another text as it is."""
        try:
            value = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        zone = "UTC" if not value.utcoffset() else value.strftime("UTC%z")
        return f"{format_datetime(value, 'd MMMM y HH:mm', tzinfo=value.tzinfo, locale=self.language)} {zone}"


def stretch(interval: Interval) -> str:
    """Return from when until when, `04:55–14:35`."""
    return f"{clock(interval.start)}–{clock(interval.end)}"

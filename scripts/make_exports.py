"""Write the sample study's sheets to `exports/`, as the program makes them.

python scripts/make_exports.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from observation.core.agreement import agreement_on_seen  # noqa: E402
from observation.core.cells import Settings, Triangulation  # noqa: E402
from observation.core.codebook import open_codebook  # noqa: E402
from observation.core.registers import fold_study  # noqa: E402
from observation.core.triangulation import triangulate  # noqa: E402
from observation.export.agreement_words import agreement_line  # noqa: E402
from observation.export.comparison import Comparison  # noqa: E402
from observation.export.json import observation_json  # noqa: E402
from observation.export.pdf.blank import blank_schedule  # noqa: E402
from observation.export.pdf.comparison import comparison_print  # noqa: E402
from observation.export.pdf.summary import observation_summary  # noqa: E402
from observation.export.pdf.triangulation import triangulation_sheet  # noqa: E402
from observation.export.triangulation import cells_json, for_audience  # noqa: E402
from observation.export.workbook import Edition, workbook  # noqa: E402
from observation.instruments import Instruments  # noqa: E402
from observation.instruments.codebooks import codebook_file  # noqa: E402
from observation.settings import open_context  # noqa: E402
from observation.store import Receipt  # noqa: E402
from observation.store.deposit import deposit  # noqa: E402
from observation.store.reading import read_stream  # noqa: E402
from tests.samples import BUNDLE, records  # noqa: E402

DAY = "2018-04-06"  # on which the sample study was collected


def sheets() -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every sheet."""
    for label, record in records().items():
        yield f"{label}.nl.pdf", observation_summary(record, "nl")
    yield "A-01.en.pdf", observation_summary(records()["A-01"], "en")
    yield "A-01.json", observation_json(records()["A-01"], "nl")
    instrument = Instruments().newest()
    yield "schedule.nl.pdf", blank_schedule(instrument, "nl")
    yield "schedule.en.pdf", blank_schedule(instrument, "en")
    yield from triangulations()


def triangulations() -> Iterator[tuple[str, bytes]]:
    """Yield the sheet of each school, the schools compared, the workbook and all cells."""
    context = open_context(ROOT / "exports", "memory:")
    events = context.store.events
    deposit(events, context.catalogue, BUNDLE.study, BUNDLE.events, Receipt("", ""))
    study = fold_study(read_stream(events, BUNDLE.study, f"study/{BUNDLE.study}").events)
    instrument = context.instruments.newest()
    codebook = open_codebook(codebook_file(instrument.id), instrument, study.versions)
    evidence = context.catalogue.evidence
    settings = context.catalogue.heeding_observers(BUNDLE.study, Settings())
    observers = agreement_on_seen(context.catalogue.doubly(BUNDLE.study, settings))

    def found(audience: str) -> list[tuple[Triangulation, str]]:
        schools, _ = evidence.schools(BUNDLE.study)
        return [
            (
                triangulate(for_audience(case, audience), instrument, codebook, settings),
                evidence.stamp(BUNDLE.study, case),
            )
            for case in evidence.told(BUNDLE.study, schools)
        ]

    for language, audience in (("nl", "internal"), ("en", "internal"), ("nl", "report")):
        name = f"{language}" if audience == "internal" else f"report.{language}"
        for one, stamp in found(audience):
            yield (
                f"triangulation-{one.case.school.code}.{name}.pdf",
                triangulation_sheet(
                    one,
                    instrument,
                    codebook,
                    language,
                    audience,
                    study=study.name,
                    stamp=stamp,
                    date=DAY,
                    agreement=agreement_line(observers, language),
                ),
            )
        schools = tuple(one for one, _ in found(audience))
        compared = Comparison(schools, study, instrument, codebook, language, audience)
        yield f"comparison.{name}.pdf", comparison_print([compared], date=DAY)
    edition = Edition(study.name, instrument, codebook, settings, "nl", "internal", "", [])
    yield "triangulation.nl.xlsx", workbook(edition, found("internal"))
    yield "triangulation.json", cells_json([one for one, _ in found("internal")], "internal")


def main() -> None:
    for name, content in sheets():
        (ROOT / "exports" / name).write_bytes(content)
        print(f"exports/{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()

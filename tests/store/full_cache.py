"""A program whose disk is full before anything derived was kept: python full_cache.py FOLDER"""

import shutil
import sys
from pathlib import Path

from observation.instruments import Instruments
from observation.store import Receipt, open_store
from observation.store.catalogue import Catalogue
from tests.recorder import Recorder

STUDY = "0190a5b0-0000-7000-8000-00000000aaaa"
RECEIPT = Receipt("2018-03-13T15:00:00.000Z", "tablet")


def main(folder):
    folder = Path(folder)
    events = open_store(f"tinydb:{folder / 'store'}").events
    for number in range(40):
        recorder = Recorder(stream=f"observation/0190a5b0-0000-7000-8000-{number:012d}")
        recorder.begin(label=f"A-{number}")
        events.append(STUDY, recorder.stream, recorder.events, RECEIPT)
    for room in (0, 5_000, 20_000):
        shutil.rmtree(folder / "cache", ignore_errors=True)
        with open(folder / "ballast", "ab", buffering=0) as ballast:
            while (free := shutil.disk_usage(folder).free) > room:
                ballast.write(b"\0" * min(free - room, 4096))
        catalogue = Catalogue(events, Instruments(), folder / "cache" / "summaries.sqlite3")
        assert catalogue.look(STUDY).missing == 0
        print(len(catalogue.look(STUDY).values))
        (folder / "ballast").unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])

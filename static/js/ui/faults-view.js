/** Shows on the page of this tablet what failed in the app. */

import { instant } from "../core/events.js";
import { fact } from "../device/database.js";
import { fillItem, fillList } from "./fill.js";
import { word } from "./words.js";

/** Show the faults that are kept, the latest first, with `time` a format of instants. */
export async function showFaults(time) {
  const faults = ((await fact("faults")) ?? []).toReversed();
  fillItem("faults", { none: !faults.length, number: word("faults", { number: faults.length }) });
  fillList("faults", faults.map(({ at, page, text, times }) => ({ key: text, time: time.format(instant(at)), page, text, times: times > 1 ? word("times", { number: times }) : "" })));
}

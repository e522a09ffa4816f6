/** A stream that this page adds to: its events, what is added, and where they are. */

import { keepDrafts } from "../device/drafts.js";
import { deviceId, onOthers, read, record, unsaved, waitingFor } from "../device/log.js";
import { keepInSync, sync } from "../device/sync.js";
import { attempt } from "./fill.js";
import { addUnsent, count, status as whereItIs } from "./whereabouts.js";

const UNSAVED = 900; // ms after which it is said that something is not saved
const AT_REST = 1_500; // ms without a change until a screen reader says where it is: not each step on the way

/** Return a promise of the recording of a stream, of which a page has one. */
export async function recordingOf(stream) {
  const device = await deviceId();
  let events = await read(stream);
  let why = ""; // the last try to send failed
  let show = () => ({});
  let said = ""; // what a screen reader was last told of where it is
  let next; // what it is told when that stays so; nothing before something is recorded here
  let resting;

  /** Render now and after every change; return what does so, and returns what `render` returned. */
  function follow(render) {
    show = () => attempt(render) ?? {};
    show();
    count(stream, events).then(show);
    keepInSync(async (outcome) => {
      ({ why } = outcome);
      await count(stream, events);
      show();
    });
    addEventListener("pagehide", keepDrafts);
    addEventListener("pageshow", ({ persisted }) => persisted && again());
    addEventListener("beforeunload", (event) => waitingFor() && event.preventDefault());
    addEventListener("hashchange", () => location.reload());
    onOthers((streams) => streams.includes(stream) && again());
    return () => show();
  }

  /** Return the events, also those that are not on disk yet. */
  function allEvents() {
    return [...events, ...unsaved(stream).filter((one) => !events.includes(one))];
  }

  /** Record acts, then show them; `made` are the events, `kept` a promise that they are on disk. */
  function add(acts, by) {
    const { events: made, saved } = record(device, stream, by ?? "?", acts);
    next ??= "";
    setTimeout(show, UNSAVED);
    requestAnimationFrame(show);
    const kept = saved.then(() => {
      events.push(...made);
      addUnsent(made.length);
      show();
      sync();
    });
    return { made, kept };
  }

  /** Read what others have written. */
  async function again() {
    await count(stream, events).catch(reportError);
    events = await read(stream);
    show();
  }

  /** Return what the status line says, what is `said` aloud, whether the server `lacks` anything, and `why`. */
  function status() {
    const late = waitingFor();
    document.getElementById("unsaved").hidden = late < UNSAVED;
    const now = whereItIs(late, why, allEvents().length);
    if (next !== undefined) tell(`${now.saved}. ${now.sent}.`);
    return { ...now, said, why };
  }

  function tell(sentence) {
    if (sentence === next) return;
    next = sentence;
    clearTimeout(resting);
    resting = setTimeout(() => {
      said = sentence;
      show();
    }, AT_REST);
  }

  return { follow, allEvents, add, again, status };
}

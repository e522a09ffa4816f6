/** A session that is on this tablet goes on from its log, not by forms. */

import { read } from "../device/log.js";

const [, , uuid, screen] = location.pathname.split("/");
if ((await read(`observation/${uuid}`)).length) {
  location.replace(`/${screen}?language=${document.documentElement.lang}#${uuid}`);
}

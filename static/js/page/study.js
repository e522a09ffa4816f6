/** The study page on a tablet: a new observation begins in the log on this tablet. */

import { showNotices } from "../ui/notices.js";
import { offerUpdate } from "../ui/update.js";

for (const link of document.querySelectorAll("[data-shell]")) {
  link.href = `${link.dataset.shell}?language=${document.documentElement.lang}`;
}
offerUpdate();
showNotices({ ifAny: true }); // a laptop on which nobody records is no tablet

/** The Finish screen on a tablet: what is open in its log is answered there. */

import { finishView } from "../ui/finish-view.js";
import { goOn } from "../ui/finishing.js";
import { work } from "../ui/working.js";

work(finishView, goOn);

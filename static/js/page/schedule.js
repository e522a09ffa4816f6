/** The schedule on a tablet: its questions are answered from the log on the tablet. */

import { goOn } from "../ui/finishing.js";
import { scheduleView } from "../ui/schedule-view.js";
import { work } from "../ui/working.js";

work(scheduleView, goOn);

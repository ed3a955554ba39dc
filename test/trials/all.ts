import { t01 } from "./t01-reload.ts";
import { t02 } from "./t02-switch.ts";
import { t03 } from "./t03-posts.ts";
import { t04 } from "./t04-pipelined-stop.ts";
import { t05 } from "./t05-kills.ts";
import { t06 } from "./t06-all-killed.ts";
import { t07 } from "./t07-stop.ts";
import { t08 } from "./t08-drain-long-lived.ts";
import { t09 } from "./t09-drain-chatty.ts";
import { t10, t11, t12 } from "./t10-hang.ts";
import { t13, t14 } from "./t13-master-killed.ts";
import { t15 } from "./t15-interrupted.ts";
import { t16 } from "./t16-stale-records.ts";
import { t17 } from "./t17-two-masters.ts";
import { t18 } from "./t18-limit.ts";
import { t19 } from "./t19-pipelining.ts";
import { t20 } from "./t20-counters.ts";
import { t21, t22 } from "./t21-crash-loop.ts";
import { t23 } from "./t23-never-ready.ts";
import { t24 } from "./t24-stages.ts";
import { t25 } from "./t25-rollback.ts";
import { t26 } from "./t26-dependencies-down.ts";
import { t29 } from "./t29-damaged-files.ts";
import { t30 } from "./t30-control-socket.ts";
import { t31 } from "./t31-status.ts";
import { t32 } from "./t32-panel-strangers.ts";
import { t42 } from "./t42-random-signals.ts";
import type { Trial } from "./trial.ts";

/** In the order of their numbers. */
export const allTrials: readonly Trial[] = [
  ...[t01, t02, t03, t04, t05, t06, t07, t08, t09, t10, t11, t12, t13, t14],
  ...[t15, t16, t17, t18, t19, t20, t21, t22, t23, t24, t25, t26, t29, t30, t31, t32, t42],
];

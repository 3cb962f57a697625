// gowasp-exec --browser.

import { execTests } from "../exec/cases.mjs";

execTests("--browser", { host: { js: "js <undefined> object", wasip1: "wasip1" }, reportsDeadlock: false });

// The script of a page: leaves what came of it where the test finds it. `?cache=no` keeps nothing for the next visit.

import { scenario } from "./scenario.js";

const cache = !location.search.includes("cache=no");
scenario("/app/app.json", { cache }).then((outcome) => {
  globalThis.outcome = outcome;
});

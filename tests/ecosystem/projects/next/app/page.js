"use client";

import { useEffect } from "react";
import { scenario } from "../scenario.js";

export default function Page() {
  useEffect(() => {
    const cache = !location.search.includes("cache=no");
    scenario("/app/app.json", { cache }).then((outcome) => {
      globalThis.outcome = outcome;
    });
  }, []);
  return <p>Go</p>;
}

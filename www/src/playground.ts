// The playground: optimizes a module that the reader gives, shows what became of it, and runs both.

import { hideCheck, showCheck } from "./playground/check-panel.js";
import { hideMap, offerMap } from "./playground/map-panel.js";
import { onCancel, showBegin, showOptimized, showProblem, showStage, showStopped } from "./playground/progress.js";
import { addWarning, hideResult, showResult } from "./playground/result.js";
import { hideRun, offerRun } from "./playground/run-panel.js";
import { Session } from "./playground/session.js";
import { clearSizes, setShare, setSize } from "./playground/sizes-panel.js";
import { onSource, type Source } from "./playground/source.js";

let session: Session | undefined;

onSource(begin, (problem) => {
  end();
  showProblem(problem);
});
onCancel(() => {
  end();
  showStopped();
});

function begin(source: Source): void {
  end();
  const { name, file } = source;
  showBegin(name);
  clearSizes();
  setSize("before", "raw", file.size);
  session = new Session(file, {
    onStage: showStage,
    onOptimized(optimized) {
      const { wasm, report, milliseconds } = optimized;
      showOptimized(name, milliseconds);
      setSize("after", "raw", wasm.size);
      showResult(name, optimized);
      offerMap(name, file, wasm);
      const { goos, kind } = report.input;
      if (goos === "js" && kind === "command") offerRun(source, wasm, () => session?.isBusy ?? false);
    },
    onShare: setShare,
    onSize: setSize,
    onUnmeasured(side, encoder, { message }) {
      setSize(side, encoder, "failed");
      addWarning(`${encoder} of the ${side === "before" ? "original" : "result"}: ${message}`);
    },
    onChecked: showCheck,
    onFailure: showProblem,
  });
}

/** Forgets the file before. */
function end(): void {
  session?.stop();
  session = undefined;
  hideResult();
  hideCheck();
  hideMap();
  hideRun();
}

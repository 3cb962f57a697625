// Runs a program that nobody vouches for: in a worker inside a frame of an opaque origin, which may connect to nothing.
//
// The frame's policy is in frame.html. It is of an origin of its own, so that the program finds neither this page nor anything
// that is stored for it. The worker is for programs that never pause: a frame may share this page's thread. Both are gone
// once the frame is removed.

import type { FromFrame, Output, Start } from "./protocol.js";

/** How a run went. */
export type Ending = { code: number; compiling: number; running: number } | { problem: string } | "stopped";

export interface Run {
  ended: Promise<Ending>;
  /** Ends the program, whatever it is doing. */
  stop(): void;
}

/** Starts a program. What it writes is given to `onOutput`. */
export function runSandboxed(start: Start, onOutput: (output: Output) => void): Run {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.title = "Sandbox of a program";
  // Only what comes by this port is listened to.
  const { port1: port, port2: remote } = new MessageChannel();
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = (ending) => {
      port.close();
      frame.remove();
      resolve(ending);
    };
  });
  let compiling = 0;
  port.onmessage = ({ data }: MessageEvent<FromFrame>) => {
    if (data.type === "compiled") compiling = data.milliseconds;
    else if (data.type === "output") onOutput(data.output);
    else if (data.type === "exited") end({ code: data.code, compiling, running: data.milliseconds });
    else end({ problem: data.message });
  };
  // An opaque origin has no name that messages could be addressed to.
  frame.addEventListener("load", () => frame.contentWindow?.postMessage(start, "*", [remote]), { once: true });
  frame.src = "frame.html";
  document.body.append(frame);
  return { ended, stop: () => end("stopped") };
}

// The page that runs Go programs one after another, each in a worker of its own, and sends back what they wrote.

/** A program that takes longer is ended. */
const TIMEOUT_MS = 120_000;

try {
  const outcomes = [];
  for (const program of await (await fetch("/programs.json")).json()) outcomes.push(await outcomeOf(program));
  await post({ userAgent: navigator.userAgent, outcomes });
} catch (error) {
  await post({ error: String(error?.stack ?? error) });
}

/** @returns {Promise<{ended: string, stdout: string, stderr: string}>} */
function outcomeOf(program) {
  const worker = new Worker("/worker.js");
  return new Promise((resolve) => {
    const end = (outcome) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => end({ ended: `killed after ${TIMEOUT_MS / 1000} s`, stdout: "", stderr: "" }),
      TIMEOUT_MS,
    );
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = ({ message }) => end({ ended: "worker failed", stdout: "", stderr: message });
    worker.postMessage(program);
  });
}

function post(value) {
  return fetch("/result", { method: "POST", body: JSON.stringify(value) });
}

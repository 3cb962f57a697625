#!/usr/bin/env bash
# The step of action.yml: runs `gowasp check` on what the variables GOWASP_* say, and ends with its exit code. The report goes to
# GOWASP_REPORT and the step's summary, the verdict to the step's outputs.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/lines.sh"
arguments=(check --markdown)
while IFS= read -r platform; do
  arguments+=("--platform=$platform")
done < <(lines <<<"${GOWASP_PLATFORMS:-}" | tr ',' '\n' | lines)
while IFS= read -r budget; do
  arguments+=("--budget=$budget")
done < <(lines <<<"${GOWASP_BUDGETS:-}")
[[ ${GOWASP_EXACT:-false} != true ]] || arguments+=(--exact)
[[ ${GOWASP_OPTIMIZED:-false} != true ]] || arguments+=(--optimized)
# Whatever a file is called, it is not an option.
arguments+=(--)
while IFS= read -r file; do
  arguments+=("$file")
done < <(lines <<<"${GOWASP_FILES:-}")

code=0
"${command[@]}" "${arguments[@]}" >"$GOWASP_REPORT" || code=$?
case $code in
  0) verdict=fits ;;
  1) verdict=does-not-fit ;;
  *) verdict=could-not-tell ;;
esac
cat "$GOWASP_REPORT"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat "$GOWASP_REPORT" >>"$GITHUB_STEP_SUMMARY"; fi
if [[ -n ${GITHUB_OUTPUT:-} ]]; then printf 'verdict=%s\n' "$verdict" >>"$GITHUB_OUTPUT"; fi
exit "$code"

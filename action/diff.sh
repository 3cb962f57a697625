#!/usr/bin/env bash
# The third step of action.yml: runs `gowasp diff` on each of GOWASP_FILES and the module of the same line of GOWASP_BASE, and ends
# with 1 if a limit of GOWASP_FAIL_IF is crossed. What it says is appended to GOWASP_REPORT and to the step's summary.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/lines.sh"
arguments=(diff --markdown --top 15)
while IFS= read -r limit; do
  arguments+=("--fail-if=$limit")
done < <(lines <<<"${GOWASP_FAIL_IF:-}")
if [[ ${GOWASP_EXACT:-false} == true ]]; then arguments+=(--compressed); fi

files=()
while IFS= read -r file; do files+=("$file"); done < <(lines <<<"${GOWASP_FILES:-}")
bases=()
while IFS= read -r base; do bases+=("$base"); done < <(lines <<<"${GOWASP_BASE:-}")
if [[ ${#files[@]} -ne ${#bases[@]} ]]; then
  echo "error: base has ${#bases[@]} lines, and files has ${#files[@]}: one for each is needed"
  exit 2
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
worst=0
for index in "${!files[@]}"; do
  if [[ ! -e ${bases[index]} ]]; then
    # The first run has nothing to compare with.
    echo "::notice::${bases[index]} is not there: nothing to compare ${files[index]} with."
    continue
  fi
  code=0
  printf '\n`%s`\n\n' "${files[index]//\`/}" >>"$report"
  "${command[@]}" "${arguments[@]}" -- "${bases[index]}" "${files[index]}" >>"$report" || code=$?
  if ((code > worst)); then worst=$code; fi
done
cat "$report"
cat "$report" >>"$GOWASP_REPORT"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat "$report" >>"$GITHUB_STEP_SUMMARY"; fi
case $worst in
  0) verdict=within ;;
  1) verdict=crossed ;;
  *) verdict=could-not-tell ;;
esac
if [[ -n ${GITHUB_OUTPUT:-} ]]; then printf 'growth=%s\n' "$verdict" >>"$GITHUB_OUTPUT"; fi
exit "$worst"

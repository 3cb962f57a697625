#!/usr/bin/env bash
# The second step of action.yml: writes the report into the one comment that the action has in a pull request. A token that may not
# comment, as in pull requests from forks, is no failure: the report is in the step's summary, too.
set -euo pipefail

if [[ ! -s ${GOWASP_REPORT:-} ]]; then
  echo "There is no report to comment."
  exit 0
fi
# A comment has 65,536 characters at most.
if gh pr comment "$GOWASP_PULL_REQUEST" --repo "$GITHUB_REPOSITORY" --edit-last --create-if-none \
  --body-file <(head -c 60000 "$GOWASP_REPORT"); then
  exit 0
fi
echo "::notice::The token may not comment here; the report is in the step's summary."

#!/usr/bin/env bash
# The second step of action.yml: writes the report into the one comment that the action has in a pull request. A token that may not
# comment, as in pull requests from forks, is no failure: the report is in the step's summary, too.
set -euo pipefail

if [[ ! -s ${GOWASP_REPORT:-} ]]; then
  echo "There is no report to comment."
  exit 0
fi

# How the action knows its comment again; GitHub does not show it.
marker='<!-- gowasp check -->'
comments="repos/$GITHUB_REPOSITORY/issues/$GOWASP_PULL_REQUEST/comments"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
# A comment has 65,536 characters at most.
{ printf '%s\n' "$marker"; head -c 60000 "$GOWASP_REPORT"; } >"$body"

comment() {
  local ids id
  ids=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id") || return 1
  id=${ids%%$'\n'*}
  if [[ -n $id ]]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body"
  else
    gh api --silent --method POST "$comments" -F "body=@$body"
  fi
}

comment || echo "::notice::The token may not comment here; the report is in the step's summary."

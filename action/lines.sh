# For the steps of action.yml, which read it: what their inputs have in common.

# One item for each line, blanks around it dropped.
lines() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [[ -z $line ]] || printf '%s\n' "$line"
  done
}

# The command may have words of its own, such as `npx --yes gowasp`.
read -ra command <<<"${GOWASP_COMMAND:-npx --yes gowasp}"

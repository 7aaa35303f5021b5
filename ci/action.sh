#!/usr/bin/env bash
# The step of action.yml: runs batch-report with the inputs of the action, which stand in variables.
set -euo pipefail

binary=${BATCH_REPORT_BINARY:-}
if test -z "$binary"; then
  if command -v batch-report >/dev/null; then
    binary=batch-report
  else
    # Not installed: build the version of this action.
    cargo install --locked --quiet --path "${GITHUB_ACTION_PATH:?}"
    binary=${CARGO_HOME:-$HOME/.cargo}/bin/batch-report
  fi
fi

args=(report)
# One path a line, and one argument a line, so that blanks need no quotes.
while IFS= read -r path; do
  if test -n "$path"; then args+=("$path"); fi
done <<<"${BATCH_REPORT_PATH:?}"
args+=(--github -o "${BATCH_REPORT_OUTPUT:-batch-report.html}")
while IFS= read -r arg; do
  if test -n "$arg"; then args+=("$arg"); fi
done <<<"${BATCH_REPORT_ARGS:-}"

exec "$binary" "${args[@]}"

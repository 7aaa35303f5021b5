#!/usr/bin/env bash
# The counts and reasons as jq gives them.
set -euo pipefail
here=$(dirname "$0")
folder=$1
if test -e "$folder/items.jsonl"; then
  job=$(jq .job.id "$folder/status.json")
  files=("$folder/items.jsonl")
else
  job=null
  files=("$folder"/*/items-*.json)
fi
exec jq -nc --argjson job "$job" -f "$here/jq.jq" "${files[@]}"

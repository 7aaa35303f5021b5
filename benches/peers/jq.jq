# Counts and reasons, in the shape of answer.py; $job names the job of a file of lines.

def part:
  (.by_status.failed // 0) as $failed
  | (.by_status.completed // 0) as $completed
  | { items: ([.by_status[]] | add // 0),
      by_status,
      failure_rate: (if $failed + $completed > 0 then $failed / ($failed + $completed) else null end),
      skip_reasons: (.skip_reasons | to_entries
        | map({reason: (.key | fromjson), count: .value})
        | sort_by([-.count, .reason == null, .reason])) };

def sum(field): reduce (.[] | field | to_entries[]) as $e ({}; .[$e.key] += $e.value);

reduce inputs as $document ({};
  ($job // (input_filename | split("/")[-2])) as $id
  | .[$id] |= reduce ($document | if has("items") then .items[] else . end) as $item (
      . // {by_status: {}, skip_reasons: {}};
      .by_status[$item.status] += 1
      | if $item.status == "skipped" then .skip_reasons[$item.skip_reason | tojson] += 1 else . end))
| { jobs: map_values(part),
    overall: ({by_status: ([.[]] | sum(.by_status)), skip_reasons: ([.[]] | sum(.skip_reasons))} | part) }

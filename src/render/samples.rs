//! Reports for the tests of the renderers.

use crate::api::UtcTime;
use crate::report::model::*;

fn time(text: &str) -> UtcTime {
    UtcTime::parse(text).expect("a time")
}

fn rate(numerator: u64, denominator: u64, value: f64, ci95: [f64; 2]) -> Rate {
    Rate {
        numerator,
        denominator,
        value: Some(value),
        ci95: Some(ci95),
    }
}

fn error_group(pattern: Option<&str>, count: u64, share: f64, message: Option<&str>) -> ErrorGroup {
    ErrorGroup {
        id: crate::metrics::group_id(pattern),
        regex: None,
        pattern: pattern.map(Into::into),
        class: crate::metrics::Class::Unknown,
        slots: vec![],
        count,
        share,
        credits: None,
        first_at: Some(time("2026-05-14T08:34:12.5Z")),
        last_at: Some(time("2026-05-14T08:58:41Z")),
        per_interval: vec![],
        undated: 0,
        examples: vec![Example {
            item_id: "dfl-0b6f5d3e-12aa-4f0e-9d5a-7f1c2b3a4d5e".into(),
            item_name: Some("invoices/2026/Q1 statement.pdf".into()),
            error_message: message.map(Into::into),
            job: LABEL.into(),
        }],
    }
}

const LABEL: &str = "bjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d";

fn sections() -> Sections {
    Sections {
        counts: ItemCounts {
            listed: true,
            recorded: 250,
            distinct: 250,
            duplicates: 0,
            replaced: 0,
            conflicting_duplicates: 0,
            unreadable: 0,
            status_filter: None,
            filtered_jobs: 0,
            filtered_in_part: false,
            stated_total: Some(250),
            stated_total_source: Some(TotalSource::JobTotalItems),
            missing: Some(0),
            complete: Some(true),
            never_started: 0,
            partial_items: 0,
            failed_pages: 0,
            by_status: [
                ("pending", 0),
                ("processing", 0),
                ("completed", 228),
                ("failed", 13),
                ("skipped", 9),
                ("cancelled", 0),
            ]
            .map(|(status, count)| (status.to_owned(), count))
            .into(),
        },
        failure_bounds: None,
        rates_of_jobs: None,
        reruns: None,
        so_far: false,
        durations_with_open: None,
        expected_end: None,
        rates: Rates {
            failure: rate(13, 241, 13.0 / 241.0, [0.031_790, 0.090_118]),
            failed_of_all: rate(13, 250, 0.052, [0.030_638, 0.086_929]),
            skipped_of_all: rate(9, 250, 0.036, [0.019_054, 0.066_984]),
        },
        durations: Durations {
            completed: DurationStats {
                count: 228,
                missing_times: 0,
                negative: 0,
                min_seconds: Some(0.377_742),
                mean_seconds: Some(32.568_752),
                p50_seconds: Some(15.678_935),
                p90_seconds: Some(41.880_855),
                p95_seconds: Some(124.91),
                p99_seconds: Some(523.437_701),
                max_seconds: Some(621.202_364),
                total_seconds: Some(7_425.675_562),
            },
            failed: DurationStats {
                count: 12,
                missing_times: 1,
                min_seconds: Some(2.1),
                mean_seconds: Some(61.4),
                p50_seconds: Some(20.2),
                p90_seconds: Some(300.0),
                p95_seconds: Some(300.0),
                p99_seconds: Some(300.1),
                max_seconds: Some(300.1),
                total_seconds: Some(736.8),
                ..DurationStats::default()
            },
        },
        queue: None,
        credits: None,
        throughput: Throughput {
            items_per_minute: Some(7.22),
            peak_concurrency: Some(12),
            mean_concurrency: Some(4.07),
            first_start: Some(time("2026-05-14T08:30:04Z")),
            last_end: Some(time("2026-05-14T09:03:29Z")),
            span_seconds: Some(2_005.0),
            busy_seconds: None,
            observed_seconds: None,
            tail_seconds: Some(200.4),
            ended_items: 241,
            timed_items: 240,
            open_items: 0,
            early_items: 0,
            untimed_items: 1,
            excluded_times: 0,
        },
        skip_reasons: vec![
            SkipReason {
                reason: Some("already_processed".into()),
                count: 6,
                share: 6.0 / 9.0,
                benign: Some(true),
            },
            SkipReason {
                reason: None,
                count: 3,
                share: 3.0 / 9.0,
                benign: None,
            },
        ],
        error_groups: vec![
            error_group(
                Some(
                    "Parse job <id> failed with PDF_CONVERSION_ERROR: page <n> of <n> could not \
                     be rendered (file <name>)",
                ),
                4,
                4.0 / 13.0,
                Some(
                    "Parse job pjb-1 failed with PDF_CONVERSION_ERROR: page 3 of 12 could not be \
                     rendered (file 'Q1 statement.pdf')\nTraceback: render.py line 88",
                ),
            ),
            error_group(
                Some("Job timed out after <n> seconds (job_id=<id>, attempt <n>/<n>)"),
                8,
                8.0 / 13.0,
                Some("Job timed out after 300 seconds (job_id=pjb-2, attempt 3/3)"),
            ),
            error_group(None, 1, 1.0 / 13.0, None),
        ],
        slowest: vec![
            SlowItem {
                item_id: "dfl-7a1d9c52-0f0e-4d0b-8a55-93b1f1f0e001".into(),
                item_name: Some("contracts/master agreement (scanned).pdf".into()),
                status: "completed".into(),
                duration_seconds: 621.202_364,
                started_at: Some(time("2026-05-14T08:41:20Z")),
                job: LABEL.into(),
            },
            SlowItem {
                item_id: "dfl-c3f2b870-5d7d-49a8-a0a7-52c3c1e0e002".into(),
                item_name: Some("報告書 2025.pdf".into()),
                status: "failed".into(),
                duration_seconds: 300.1,
                started_at: Some(time("2026-05-14T08:44:02Z")),
                job: LABEL.into(),
            },
        ],
        open: vec![],
        breakdowns: vec![],
        findings: vec![Finding {
            code: "one-error".into(),
            severity: Severity::Warning,
            message: "8 of 13 failures (61.5 %) are one kind of error.".into(),
            evidence: [("failed".to_owned(), 8.0)].into(),
            filter: None,
        }],
        timeline: None,
        histogram: None,
        left_out: LeftOut::default(),
    }
}

/// An ordinary job, with every field present that can be.
pub(crate) fn typical() -> Report {
    let verdict = "13 of 241 processed items failed (5.4%, 95% CI 3.2–9.0%), 8 of them with \
                   Job timed out after <n> seconds (job_id=<id>, attempt <n>/<n>).";
    Report {
        schema_version: SCHEMA_VERSION,
        generator: Generator {
            name: "batch-report".into(),
            version: "0.1.0".into(),
        },
        generated_at: time("2026-05-15T06:00:00Z"),
        title: format!("Batch job {LABEL}"),
        verdict: verdict.into(),
        jobs: vec![JobReport {
            batch_job_id: Some(LABEL.into()),
            label: LABEL.into(),
            api: Api::V1,
            verdict: verdict.into(),
            job: Some(JobFacts {
                id: LABEL.into(),
                job_type: Some("parse".into()),
                status: Some("completed".into()),
                total_items: Some(250),
                started_at: Some(time("2026-05-14T08:30:03.2Z")),
                completed_at: Some(time("2026-05-14T09:03:30.8Z")),
                effective_at: Some(time("2026-05-14T09:03:31Z")),
                error_message: Some("attempt 1 was restarted".into()),
                processed_items: Some(250),
                failed_items: Some(13),
                skipped_items: Some(9),
                wall_seconds: Some(2_007.579_349),
                progress_percentage: Some(100.0),
                ..JobFacts::default()
            }),
            sections: sections(),
        }],
        next_steps: vec![],
        jobs_left_out: 0,
        overall: sections(),
        items: rows(),
        item_rows: ItemRows {
            selection: ItemSelection::Failed,
            held: 1,
            of: 1,
            failed: 1,
            skipped: 0,
            open: 0,
        },
        inputs: vec![
            Input {
                path: "dumps/items_0.json".into(),
                bytes: Some(39_210),
                kind: "items".into(),
                documents: 1,
                items: 250,
                looks_like: None,
            },
            Input {
                path: "dumps/items_1.json".into(),
                bytes: Some(812),
                kind: "error-response".into(),
                documents: 0,
                items: 0,
                looks_like: Some("an error answer 401 \"Invalid API Key\"".into()),
            },
        ],
        notes: vec![
            Note {
                severity: Severity::Warning,
                code: "not-a-dump".into(),
                path: Some("dumps/items_1.json".into()),
                job: None,
                loss: true,
                message: "an error answer was saved in place of a page; fetch it again".into(),
            },
            Note {
                severity: Severity::Info,
                code: "no-zone".into(),
                path: None,
                job: Some(LABEL.into()),
                loss: false,
                message: "times without a zone were read as UTC".into(),
            },
        ],
        comparison: None,
        trend: None,
        gates: Vec::new(),
        named_groups: Vec::new(),
    }
}

fn gate(fails: bool) -> Gate {
    Gate {
        rule: "any:failure_rate > 2%".into(),
        scope: GateScope::Any,
        metric: "failure_rate".into(),
        argument: None,
        operator: ">".into(),
        limit: 0.02,
        unit: GateUnit::Ratio,
        outcome: if fails {
            GateOutcome::Failed
        } else {
            GateOutcome::Absent
        },
        fails,
        reason: (!fails).then_some(GateReason::NoTotal),
        value: None,
        numerator: None,
        denominator: None,
        jobs_met: Some(1),
        jobs_of: Some(1),
        jobs: vec![GateJob {
            job: LABEL.into(),
            value: 0.05,
            numerator: Some(13),
            denominator: Some(241),
        }],
        message: "any:failure_rate > 2% in 1 of 1 job".into(),
    }
}

fn trend() -> Trend {
    let run = |at: &str| TrendRun {
        at: time(at),
        jobs: 1,
        items: 250,
    };
    Trend {
        verdict: "2 runs: the failure rate is 5.4%; it was 3.6% in the run before.".into(),
        runs: vec![run("2026-05-13T08:34:12Z"), run("2026-05-14T08:34:12Z")],
        runs_left_out: 3,
        metrics: vec![TrendMetric {
            name: "failure_rate".into(),
            unit: GateUnit::Ratio,
            values: vec![Some(0.036), Some(0.054)],
            is_constant: false,
        }],
        error_groups: vec![TrendGroup {
            id: "0123456789ab".into(),
            pattern: Some("Job timed out".into()),
            values: vec![None, Some(7)],
        }],
        error_groups_left_out: 1,
    }
}

fn comparison() -> Comparison {
    let item = ChangedItem {
        item_id: "dfl-0b6f5d3e-12aa-4f0e-9d5a-7f1c2b3a4d5e".into(),
        item_name: Some("invoices/2026/Q1 statement.pdf".into()),
        job: LABEL.into(),
        base_status: Some("completed".into()),
        status: Some("failed".into()),
        base_error_group: None,
        error_group: Some("0123456789ab".into()),
        error_message: Some("Job timed out".into()),
        base_duration_seconds: Some(10.0),
        duration_seconds: Some(20.5),
    };
    let changes = |count| ItemChanges {
        count,
        failed: 1,
        items: vec![item.clone()],
    };
    let groups = || GroupChanges {
        count: 30,
        groups: vec![ChangedGroup {
            id: "0123456789ab".into(),
            pattern: Some("Job timed out".into()),
            count: 7,
        }],
    };
    let change = || RateChange {
        base: rate(13, 241, 13.0 / 241.0, [0.031_790, 0.090_118]),
        new: rate(9, 250, 0.036, [0.019_054, 0.066_984]),
        difference: Some(-0.018),
        ci95: Some([-0.057, 0.019]),
    };
    Comparison {
        verdict: "Of 250 items in both: 1 newly failing, 60 fixed, 1 still failing.".into(),
        base: BaseFacts {
            title: "Batch job bjb-1".into(),
            jobs: 1,
            items: 250,
            failed: 13,
            complete: true,
            new_items: 251,
            new_failed: 9,
        },
        not_compared: None,
        matched: Some(250),
        matched_by_name: Some(3),
        newly_failing: Some(changes(1)),
        fixed: Some(changes(60)),
        still_failing: Some(StillFailing {
            count: 1,
            same_error: 1,
            other_error: 0,
            items: vec![item.clone()],
        }),
        unsettled: Some(changes(0)),
        new_items: Some(changes(1)),
        gone_items: None,
        ambiguous: Some(Ambiguous {
            count: 2,
            base_count: 1,
            items: vec![item.clone()],
        }),
        slower: Some(Slower {
            compared: 200,
            base_p50_seconds: 10.0,
            p50_seconds: 12.0,
            shift_seconds: 2.0,
            ci95_seconds: Some([1.5, 2.5]),
            count: 1,
            items: vec![item.clone()],
        }),
        rates: RateChanges {
            failure: change(),
            failed_of_all: change(),
            skipped_of_all: change(),
        },
        new_errors: Some(groups()),
        gone_errors: Some(groups()),
    }
}

fn rows() -> Vec<ItemRow> {
    vec![ItemRow {
        job: LABEL.into(),
        item_id: "dfl-1".into(),
        item_name: Some("a.pdf".into()),
        status: "failed".into(),
        started_at: Some(time("2026-05-14T08:30:03Z")),
        error_message: Some("no".into()),
        processing_job_id: Some("pjb-1".into()),
        source: Some("dumps/items_0.json".into()),
        ..ItemRow::default()
    }]
}

/// A job of which nothing is known but that it was named.
pub(crate) fn bare() -> Report {
    let absent = Rate {
        numerator: 0,
        denominator: 0,
        value: None,
        ci95: None,
    };
    let sections = Sections {
        counts: ItemCounts {
            listed: true,
            recorded: 0,
            distinct: 0,
            duplicates: 0,
            replaced: 0,
            conflicting_duplicates: 0,
            unreadable: 0,
            status_filter: None,
            filtered_jobs: 0,
            filtered_in_part: false,
            stated_total: None,
            stated_total_source: None,
            missing: None,
            complete: None,
            never_started: 0,
            partial_items: 0,
            failed_pages: 0,
            by_status: [].into(),
        },
        failure_bounds: None,
        rates_of_jobs: None,
        reruns: None,
        so_far: false,
        durations_with_open: None,
        expected_end: None,
        rates: Rates {
            failure: absent.clone(),
            failed_of_all: absent.clone(),
            skipped_of_all: absent,
        },
        durations: Durations {
            completed: DurationStats::default(),
            failed: DurationStats::default(),
        },
        queue: None,
        credits: None,
        throughput: Throughput::default(),
        skip_reasons: vec![],
        error_groups: vec![],
        slowest: vec![],
        open: vec![],
        breakdowns: vec![],
        findings: vec![],
        timeline: None,
        histogram: None,
        left_out: LeftOut::default(),
    };
    let mut report = typical();
    report.title = "Batch job dumps".into();
    report.verdict = "No item was recorded.".into();
    report.jobs[0] = JobReport {
        batch_job_id: None,
        label: "dumps".into(),
        api: Api::V1,
        verdict: "No item was recorded.".into(),
        job: Some(JobFacts::default()),
        sections: sections.clone(),
    };
    report.overall = sections;
    report.items.clear();
    report.item_rows = ItemRows {
        held: 0,
        of: 0,
        failed: 0,
        ..report.item_rows
    };
    report.inputs.clear();
    report.notes.clear();
    report
}

/// Thirty jobs, some of them without a status record.
pub(crate) fn many() -> Report {
    let mut report = typical();
    let job = report.jobs[0].clone();
    report.title = "30 batch jobs".into();
    report.jobs = (0..30)
        .map(|number| {
            let mut job = job.clone();
            job.label = format!("bjb-{number:08x}-8702-4c03-8bfd-9f390195055d");
            if number % 7 == 3 {
                job.job = None;
                job.sections.counts.stated_total = None;
                job.sections.counts.stated_total_source = None;
                job.sections.counts.missing = None;
                job.sections.counts.complete = None;
            }
            job
        })
        .collect();
    report
}

/// Characters that people and servers may put into any text.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script></title></style>]]>--> `code` ``` | a\\| \
    @everyone #123 GH-9 org/repo#4 https://evil.example www.evil.example a@b.example :tada: $x$ \
    [l](javascript:x) ![i](https://evil.example/i.png) **b** {{ 7*7 }} {% raw %}\r\n\n# h\n- l\t\
    \x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\u{9b}2J\u{202e}txt.exe\u{200b}\u{feff}";

/// A job in which every text is hostile, and some are very long words.
pub(crate) fn hostile() -> Report {
    let mut report = typical();
    report.comparison = Some(Box::new(comparison()));
    report.gates = vec![gate(true), gate(false)];
    report.trend = Some(Box::new(trend()));
    let part = &mut report.jobs[0].sections;
    part.counts.by_status.insert(HOSTILE.into(), 4);
    part.counts.status_filter = Some(HOSTILE.into());
    part.error_groups[1].pattern = Some("W".repeat(10_000));
    part.error_groups[1].examples[0].error_message = Some("|`".repeat(5_000));
    part.slowest[1].item_name = Some("W".repeat(10_000));
    let mut json = serde_json::to_value(&report).expect("JSON");
    poison(&mut json);
    serde_json::from_value(json).expect("a report")
}

/// The hostile report with a second job, so that what is said of several jobs is hostile too.
pub(crate) fn hostile_jobs() -> Report {
    let mut report = hostile();
    report.overall = report.jobs[0].sections.clone();
    report.jobs.push(report.jobs[0].clone());
    report
}

/// Replaces every text that is not a time, a word of the model or a test's own long word.
fn poison(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::String(text) => {
            let words = [
                "warning",
                "info",
                "v1",
                "job.total_items",
                "all",
                "failed",
                "any",
                "ratio",
                "absent",
                "no-total",
                "failure_rate",
                "unknown",
            ];
            let of_the_model = words.contains(&text.as_str());
            if !of_the_model && text.len() < 1_000 && UtcTime::parse(text).is_none() {
                *text = HOSTILE.into();
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(poison),
        serde_json::Value::Object(map) => map.values_mut().for_each(poison),
        _ => {}
    }
}

use super::*;

fn job(json: &str) -> FileJob {
    match read(json) {
        Some(Document::Job(job)) => job,
        other => panic!("{json} is {other:?}"),
    }
}

#[test]
fn a_batch_holds_its_files_with_their_jobs_and_errors() {
    let json = r#"{"id": "bat-1", "config": {"job": {"type": "parse_v2", "configuration_id": "cfg-1"}},
            "status": "COMPLETED", "created_at": "2026-11-12T09:00:02Z", "updated_at": null, "results": [
            {"source_directory_file_id": "dfl-1", "job_reference": {"id": "pjb-1", "type": "parse_v2"}},
            {"source_directory_file_id": "dfl-2", "error_message": "unsupported", "job_reference": null},
            {"source_directory_file_id": "dfl-3"}, 5]}"#;
    let Some(Document::Batch(batch)) = read(json) else {
        panic!("no batch");
    };
    assert_eq!(batch.status.as_deref(), Some("completed"));
    assert_eq!(batch.configuration_id.as_deref(), Some("cfg-1"));
    assert_eq!(batch.unreadable_results, 1);
    let rows = batch.results.expect("results");
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                &*row.file_id,
                row.job_id.as_deref(),
                row.error_message.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("dfl-1", Some("pjb-1"), None),
            ("dfl-2", None, Some("unsupported")),
            ("dfl-3", None, None)
        ]
    );
}

#[test]
fn a_batch_without_results_is_not_a_batch_without_files() {
    let json = r#"{"id": "bat-1", "status": "RUNNING", "results": null}"#;
    let Some(Document::Batch(batch)) = read(json) else {
        panic!("no batch");
    };
    assert_eq!(batch.results, None);
}

#[test]
fn pages_that_failed_are_counted_and_parsed_content_is_left_alone() {
    let json = r#"{"job": {"id": "pjb-1", "status": "COMPLETED", "usage": {"credits": 3}},
            "markdown": {"pages": [{"success": true}, {"success": false, "error": "x"}, {"markdown": "|item_id|"}]},
            "items": {"pages": [{"success": false, "items": [{"item_id": "a", "status": "failed"}]}]}}"#;
    let job = job(json);
    let details = job.details.expect("details");
    assert_eq!((details.failed_pages, details.credits), (1, Some(3.0)));
}

#[test]
fn a_dictionary_of_python_in_a_cell_tells_its_credits() {
    let json = r#"{"id": "pjb-1", "status": "COMPLETED", "usage": "{'credits': 1.5, 'x': None}"}"#;
    let details = job(json).details.expect("details");
    assert_eq!(details.credits, Some(1.5));
}

#[test]
fn jobs_data_points_and_files_are_told_apart() {
    let kind = |json: &str| match read(json) {
        None => "none",
        Some(Document::Batch(_)) => "batch",
        Some(Document::Job(_)) => "job",
        Some(Document::DataPoint(_)) => "point",
        Some(Document::File(_)) => "file",
    };
    assert_eq!(
        kind(r#"{"id":"pjb-1","status":"COMPLETED","tier":null}"#),
        "job"
    );
    assert_eq!(
        kind(r#"{"id":"ext-1","status":"FAILED","extract_result":{"items":[{"item_id":"a"}]}}"#),
        "job"
    );
    assert_eq!(
        kind(
            r#"{"id":"x","status":"FAILED","file_input":"dfl-1","document_input_type":"file_id"}"#
        ),
        "job"
    );
    assert_eq!(
        kind(r#"{"id":"pjb-1","status":"completed","state_transitions":null}"#),
        "point"
    );
    assert_eq!(
        kind(r#"{"id":"dfl-1","display_name":"a.pdf","directory_id":"dir-1"}"#),
        "file"
    );
    // v1, other people's objects, and text.
    assert_eq!(
        kind(r#"{"id":"bjb-1","job_type":"parse","status":"completed"}"#),
        "none"
    );
    assert_eq!(kind(r#"{"job":{"id":"bjb-1","job_type":"parse"}}"#), "none");
    assert_eq!(
        kind(r#"{"id":"42","status":"open","name":"a ticket"}"#),
        "none"
    );
    assert_eq!(kind("[]"), "none");
}

#[test]
fn the_end_is_the_one_of_its_kind_and_words_are_lower_case() {
    let json = r#"{"id":"pjb-1","status":"JobStatus.FAILED","custom_tag":"default","state_transitions":
            {"pending_at":"2026-11-12T09:00:00Z","running_at":"2026-11-12T09:00:05Z","completed_at":null,
             "failed_at":"2026-11-12T09:00:07Z"}}"#;
    let Some(Document::DataPoint(point)) = read(json) else {
        panic!("no data point");
    };
    assert_eq!(point.status.as_deref(), Some("failed"));
    let seconds = |end: Option<UtcTime>| Some(end?.seconds_since(point.pending_at?));
    assert_eq!(
        (seconds(point.running_at), seconds(point.ended_at)),
        (Some(5.0), Some(7.0))
    );
}

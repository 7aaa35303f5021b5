//! A service that knows one v2 batch, well or with gaps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::server::{Reply, Request, Server};

pub(super) const BATCH: &str = "bat-5134723d-e8be-427d-bacb-03b251e538a5";
const AT: &str = "2026-11-01T10:00:00Z";

/// A service with one batch.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    /// Status words of the jobs, by their IDs.
    pub(super) jobs: BTreeMap<String, &'static str>,
    /// Files that never got a job.
    pub(super) without_job: usize,
    pub(super) has_results: bool,
    pub(super) forgotten: BTreeSet<String>,
    /// Status of the responses to requests for directory files and data points.
    pub(super) files_status: u16,
    pub(super) points_status: u16,
    /// Parameters of data points that are refused.
    pub(super) refused_parameter: Option<&'static str>,
    pub(super) knows_job_ids: bool,
    pub(super) page_size: usize,
}

pub(super) type Shared = Arc<Mutex<Service>>;

impl Service {
    /// A batch of so many files, each with a job that completed.
    pub(super) fn of(files: usize) -> Self {
        Self {
            status: "COMPLETED",
            kind: "parse",
            jobs: (0..files)
                .map(|n| (format!("pjb-{n:03}"), "COMPLETED"))
                .collect(),
            without_job: 0,
            has_results: true,
            forgotten: BTreeSet::new(),
            files_status: 200,
            points_status: 200,
            refused_parameter: None,
            knows_job_ids: true,
            page_size: 30,
        }
    }

    pub(super) fn batch(&self) -> String {
        let mut rows: Vec<Value> = self
            .jobs
            .keys()
            .map(|id| {
                json!({"source_directory_file_id": format!("dfl-{id}"), "error_message": null,
                    "job_reference": {"id": id, "type": format!("{}_v2", self.kind)}})
            })
            .collect();
        rows.extend((0..self.without_job).map(|n| {
            json!({"source_directory_file_id": format!("dfl-none-{n}"), "job_reference": null,
                "error_message": "unsupported file"})
        }));
        let results = if self.has_results {
            json!(rows)
        } else {
            Value::Null
        };
        json!({"id": BATCH, "project_id": "prj-1", "source_directory_id": "dir-1",
            "config": {"job": {"type": format!("{}_v2", self.kind), "configuration_id": "cfg-1"}},
            "status": self.status, "created_at": AT, "updated_at": AT, "results": results})
        .to_string()
    }

    fn job(&self, id: &str) -> Option<Value> {
        let status = self.jobs.get(id).filter(|_| !self.forgotten.contains(id))?;
        Some(
            json!({"id": id, "project_id": "prj-1", "status": status, "created_at": AT,
            "updated_at": AT, "error_message": null}),
        )
    }

    /// A page of rows that the request's token begins.
    fn page(&self, request: &Request, rows: &[Value]) -> Reply {
        let from = request.query.get("page_token").map_or(0, |token| {
            token
                .trim_start_matches("t%2B%3D")
                .parse()
                .expect("a token of ours")
        });
        let asked = request
            .query
            .get("page_size")
            .map(|size| size.parse().expect("a size"));
        let to = rows
            .len()
            .min(from + asked.unwrap_or(self.page_size).min(self.page_size));
        let next = (to < rows.len()).then(|| format!("t+={to}"));
        let page = rows.get(from..to).unwrap_or_default();
        Reply::json(json!({"items": page, "next_page_token": next, "total_size": null}).to_string())
    }

    pub(super) fn answer(&self, request: &Request) -> Reply {
        let jobs = format!("/api/v2/{}", self.kind);
        let path = request.path.as_str();
        if path == format!("/api/v2/batches/{BATCH}") {
            assert_eq!(request.query["expand"], "results");
            return Reply::json(self.batch());
        }
        if path == jobs {
            let mut ids = request.values("job_ids");
            assert!(ids.len() <= 100);
            if !self.knows_job_ids {
                ids = self
                    .jobs
                    .keys()
                    .cloned()
                    .chain(["pjb-other".to_owned()])
                    .collect();
            }
            let rows = ids.iter().filter_map(|id| match id.as_str() {
                "pjb-other" => Some(json!({"id": id, "status": "COMPLETED"})),
                id => self.job(id),
            });
            return self.page(request, &rows.collect::<Vec<_>>());
        }
        if let Some(id) = path.strip_prefix(&format!("{jobs}/")) {
            return match self.job(id) {
                Some(job) if self.kind == "parse" => {
                    Reply::json(json!({"job": job, "items": null}).to_string())
                }
                Some(job) => Reply::json(job.to_string()),
                None => refusal(404, "Job not found"),
            };
        }
        if path == "/api/v1/job-data-points" {
            assert_eq!(request.query["job_type"], self.kind);
            let refused = self.refused_parameter;
            if refused.is_some_and(|name| request.query.contains_key(name)) {
                return refusal(422, "not this parameter");
            }
            if self.points_status != 200 {
                return refusal(self.points_status, "no data points");
            }
            let ended = self.jobs.iter().filter(|(_, status)| **status != "RUNNING");
            let mut rows: Vec<Value> = ended
                .map(|(id, status)| {
                    json!({"id": id, "project_id": "prj-1", "status": status.to_lowercase(),
                        "custom_tag": "", "created_at": AT, "updated_at": AT,
                        "state_transitions": {"pending_at": AT, "running_at": AT, "completed_at": AT}})
                })
                .collect();
            rows.insert(0, json!({"id": "pjb-of-somebody", "status": "completed"}));
            return self.page(request, &rows);
        }
        if path == "/api/v1/beta/directories/dir-1/files" {
            if self.files_status != 200 {
                return refusal(self.files_status, "Directory not found");
            }
            let with_job = self.jobs.keys().map(|id| format!("dfl-{id}"));
            let ids = with_job.chain((0..self.without_job).map(|n| format!("dfl-none-{n}")));
            let rows = ids.map(|id| {
                json!({"id": id, "directory_id": "dir-1", "display_name": format!("{id}.pdf"),
                    "project_id": "prj-1", "unique_id": id})
            });
            return self.page(request, &rows.collect::<Vec<_>>());
        }
        if path == "/api/v2/batches" {
            let rows = vec![
                json!({"id": BATCH, "status": self.status, "created_at": AT}),
                json!({"id": "bat-old", "status": "FAILED", "created_at": "2025-01-01T00:00:00Z"}),
            ];
            return self.page(request, &rows);
        }
        refusal(404, "Not Found")
    }

    pub(super) fn share(self) -> (Server, Shared) {
        let shared = Arc::new(Mutex::new(self));
        let served = Arc::clone(&shared);
        let server = Server::start(move |request| {
            let service = served.lock().expect("the service").clone();
            service.answer(request)
        });
        (server, shared)
    }
}

pub(super) fn refusal(status: u16, detail: &str) -> Reply {
    Reply::of(
        status,
        "application/json",
        json!({"detail": detail}).to_string(),
    )
}

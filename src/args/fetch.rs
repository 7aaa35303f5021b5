//! The options of `fetch`.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::outputs::files_of;
use super::{Command, Refusal, Rendering, Verbosity, wrong};
use crate::api::UtcTime;
use crate::fetch::{
    ApiKey, BaseUrl, DEFAULT_BASE_URL, EU_BASE_URL, FIRST_PAUSE, FIRST_SUCCESS_WITHIN,
    FetchOptions, Filter, Selection, is_safe_id, looks_like_a_key, pasted_id,
};

/// Variables that may hold the key, in this order. The SDKs read the second as well.
const KEY_VARIABLES: [&str; 2] = ["LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY"];
const BASE_URL_VARIABLE: &str = "LLAMA_CLOUD_BASE_URL";
const DEFAULT_MAX_RETRIES: u32 = 10;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Validated options of `fetch`.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchArgs {
    /// Options of the run.
    pub options: FetchOptions,
    /// Reports to write, with their formats.
    pub reports: Vec<(PathBuf, Rendering)>,
}

const USAGE: &str = "\
batch-report fetch [OPTIONS] -o <DIR> <JOB_ID>...
       batch-report fetch [OPTIONS] -o <DIR> --all";

const EXAMPLES: &str = "\
Examples:
  export LLAMA_CLOUD_API_KEY=…
  batch-report fetch bat-… -o dumps/               save a batch in dumps/bat-…/
  batch-report fetch bjb-… -o dumps/ --watch 30s   follow it to its end
  batch-report fetch --all --status failed --since 2026-11-01 -o dumps/
  batch-report report dumps/ -o report.html        report on it, offline";

const EXIT_CODES: &str = "\
Exit codes:
  0    every job is saved, complete or as far as the server lists it
  1    a job could not be fetched, or a file could not be written
  2    wrong usage
  130  interrupted; run the same command again to resume";

const ENVIRONMENT: &str = "\
Environment:
  LLAMA_CLOUD_API_KEY   API key; sent to the server and saved nowhere
  LLAMA_PARSE_API_KEY   API key, if the first one is not set
  LLAMA_CLOUD_BASE_URL  server; a bare host means https
  HTTPS_PROXY, ALL_PROXY, NO_PROXY  proxy, as for curl
  SSL_CERT_FILE, SSL_CERT_DIR       certificates to trust";

/// Fetch batch jobs and save the server's responses
///
/// Saves each job in a folder of its own, DIR/<JOB_ID>: the server's responses
/// byte for byte, and snapshot.json, which lists them. Run the same command again
/// to resume after a stop. A job that has ended and is complete is not fetched
/// again. If a job was still running, its earlier snapshot is kept beside the new
/// one. Prints the folders to standard output, one per line, and messages to
/// standard error.
#[derive(Debug, Args)]
#[command(
    override_usage = USAGE,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"),
    disable_help_flag = true
)]
pub(super) struct RawFetch {
    /// IDs of v2 batches (bat-…) and batch jobs (bjb-…), or URLs that contain one
    #[arg(
        value_name = "JOB_ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    ids: Vec<String>,

    #[command(flatten, next_help_heading = "Jobs")]
    jobs: RawJobs,

    #[command(flatten, next_help_heading = "Output")]
    output: RawOutput,

    #[command(flatten, next_help_heading = "Server")]
    server: RawServer,

    #[command(flatten, next_help_heading = "Messages")]
    messages: RawMessages,
}

#[derive(Debug, Args)]
struct RawJobs {
    /// Fetch the jobs on the server's list
    #[arg(short, long)]
    all: bool,

    /// With --all: only jobs of this status, such as failed; separate several with
    /// commas
    #[arg(
        short,
        long,
        value_name = "STATUS",
        requires = "all",
        value_delimiter = ','
    )]
    status: Vec<String>,

    /// With --all: only jobs created since this date or time, such as 2026-11-01
    /// or 2026-11-01T09:00:00Z
    #[arg(long, value_name = "TIME", requires = "all", value_parser = time)]
    since: Option<UtcTime>,

    /// Look at the jobs at this interval until they have ended: 30s, 5m, 1h
    ///
    /// The interval grows up to eightfold while nothing changes.
    #[arg(short, long, value_name = "TIME", value_parser = duration)]
    watch: Option<Duration>,
}

#[derive(Debug, Args)]
struct RawOutput {
    /// Folder that gets a folder for each job
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    folder: PathBuf,

    /// Write a report at the end, and with --watch after each look; the extension
    /// gives the format
    #[arg(long = "report", value_name = "[FORMAT:]FILE")]
    reports: Vec<PathBuf>,

    /// Fetch complete jobs again; the existing snapshot is kept beside the new one
    #[arg(short, long)]
    force: bool,
}

#[derive(Debug, Args)]
struct RawServer {
    /// Server [default: LLAMA_CLOUD_BASE_URL, or the server of --region]
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    base_url: Option<String>,

    /// Region of the server [default: us]
    #[arg(long, value_enum, value_name = "REGION")]
    region: Option<Region>,

    /// Read the API key from FILE instead of LLAMA_CLOUD_API_KEY
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,

    /// Project of the jobs
    #[arg(long, value_name = "ID", value_parser = id)]
    project_id: Option<String>,

    /// Organization of the jobs
    #[arg(long, value_name = "ID", value_parser = id)]
    organization_id: Option<String>,

    /// Items per request, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    page_size: u32,

    /// Maximum requests per minute (free accounts: 20)
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,

    /// Maximum retries per request [default: 10, but at most 30 s before the first
    /// success]
    ///
    /// Retries transient failures with backoff (0.5–8 s, doubling, with jitter) or
    /// after the pause that the server asks for. Unless this option is given, a
    /// run in which no request has succeeded ends after 30 s.
    #[arg(long, value_name = "N")]
    max_retries: Option<u32>,

    /// Longest time without data from the server [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
}

#[derive(Debug, Args)]
struct RawMessages {
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Print each request and its result
    #[arg(short, long)]
    verbose: bool,

    /// Print help (see more with --help)
    #[arg(short, long, action = ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Region {
    /// North America
    Us,
    /// European Union
    Eu,
}

/// Turns the raw options into validated ones.
pub(super) fn fetch(raw: RawFetch) -> Result<Command, Refusal> {
    let RawFetch {
        ids: texts,
        jobs,
        output,
        server,
        messages,
    } = raw;
    let ids = ids(&texts)?;
    // clap does not say so if IDs are given, because these conflict with --all.
    if !jobs.all && (!jobs.status.is_empty() || jobs.since.is_some()) {
        return Err(wrong(
            "fetch",
            "--status and --since select jobs for --all; they cannot be used with job IDs"
                .to_owned(),
        ));
    }
    let refuse = |message: String| wrong("fetch", message);
    let base_url = match (server.base_url, server.region) {
        (Some(url), _) => url,
        (None, Some(Region::Us)) => DEFAULT_BASE_URL.to_owned(),
        (None, Some(Region::Eu)) => EU_BASE_URL.to_owned(),
        (None, None) => variable(BASE_URL_VARIABLE).unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()),
    };
    let base_url = BaseUrl::parse(&base_url).map_err(|error| refuse(error.to_string()))?;
    let reports = files_of("fetch", &output.reports)?;
    let timeout = server.timeout.unwrap_or(DEFAULT_TIMEOUT);
    // A server that the user gives more time to answer gets it.
    let patience = FIRST_SUCCESS_WITHIN.max(server.timeout.unwrap_or_default());
    let watch = jobs.watch;
    let selection = if jobs.all {
        Selection::All(Filter {
            statuses: jobs.status.iter().map(|word| word.to_lowercase()).collect(),
            since: jobs.since,
        })
    } else {
        Selection::Ids(ids)
    };
    Ok(Command::Fetch(Box::new(FetchArgs {
        options: FetchOptions {
            jobs: selection,
            folder: output.folder,
            base_url,
            key: key(server.api_key_file)?,
            project_id: server.project_id,
            organization_id: server.organization_id,
            page_size: server.page_size,
            max_retries: server.max_retries.unwrap_or(DEFAULT_MAX_RETRIES),
            timeout,
            first_success_within: server.max_retries.is_none().then_some(patience),
            rate: server.rate,
            force: output.force,
            watch,
            every_change: !reports.is_empty(),
            backoff: FIRST_PAUSE,
            verbosity: Verbosity::of(messages.quiet, messages.verbose),
        },
        reports,
    })))
}

fn key(file: Option<PathBuf>) -> Result<ApiKey, Refusal> {
    let refuse = |message: String| wrong("fetch", message);
    let (key, source) = match file {
        Some(path) => {
            let content = fs::read(&path).map_err(|error| {
                refuse(format!(
                    "cannot read the API key from {}: {error}",
                    path.display()
                ))
            })?;
            (
                ApiKey::from_file_content(&content),
                path.display().to_string(),
            )
        }
        None => KEY_VARIABLES
            .into_iter()
            .find_map(|name| Some((ApiKey::new(&variable(name)?), name.to_owned())))
            .ok_or_else(|| {
                refuse(
                    "no API key: set LLAMA_CLOUD_API_KEY, or name a file that holds the key with \
                     --api-key-file"
                        .to_owned(),
                )
            })?,
    };
    key.map_err(|error| refuse(format!("the API key in {source} is not usable: {error}")))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Reads job IDs, or URLs that contain one; each only once.
fn ids(texts: &[String]) -> Result<Vec<String>, Refusal> {
    let refuse = |message: String| wrong("fetch", message);
    let mut ids = Vec::new();
    for text in texts {
        let pasted = pasted_id(text).ok_or_else(|| {
            refuse(
                "a URL without a job ID was given; name the job by its ID, such as bjb-…"
                    .to_owned(),
            )
        })?;
        let id = id(pasted).map_err(refuse)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Reads an ID, which goes into URLs and names of folders. An API key given by mistake must not, and
/// is not repeated.
fn id(text: &str) -> Result<String, String> {
    let text = text.trim();
    if looks_like_a_key(text) {
        return Err(
            "an API key was given instead of an ID; the key comes from LLAMA_CLOUD_API_KEY or \
             --api-key-file"
                .to_owned(),
        );
    }
    if is_safe_id(text) {
        return Ok(text.to_owned());
    }
    Err("IDs have letters, digits, `-`, `_` and `.` only".to_owned())
}

/// Reads a duration: `30s`, `5m`, `1h`, `1m30s`, `500ms`. A bare number is in seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let invalid = || "write it like 30s, 5m or 1h".to_owned();
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        let letters = unit
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(unit.len());
        let (unit, after) = unit.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "" | "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3_600.0,
            _ => return Err(invalid()),
        };
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| invalid())?;
        total = total.checked_add(part).ok_or_else(invalid)?;
        rest = after;
    }
    if total.is_zero() || total > Duration::from_secs(86_400) {
        return Err("it must be more than zero and at most one day".to_owned());
    }
    Ok(total)
}

/// Reads a time, or a date, which means its first moment in UTC.
fn time(text: &str) -> Result<UtcTime, String> {
    UtcTime::parse(&format!("{}T00:00:00Z", text.trim()))
        .or_else(|| UtcTime::parse(text).filter(|_| text.contains(':')))
        .ok_or_else(|| "write it like 2026-11-01 or 2026-11-01T09:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("1m30s", 90_000),
            ("90", 90_000),
            ("0.5s", 500),
            ("250ms", 250),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "", "0", "0s", "s", "-1s", "5x", "1e9h", "48h", "1..2s", "5 m",
        ] {
            let words = duration(text).expect_err(text);
            assert!(
                words.contains("30s") || words.contains("one day"),
                "{text}: {words}"
            );
        }
    }

    #[test]
    fn a_date_means_its_first_moment() {
        for (text, time_text) in [
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T09:00:00+02:00", "2026-11-01T07:00:00Z"),
            ("2026-11-01 09:00", "2026-11-01T09:00:00Z"),
        ] {
            assert_eq!(
                time(text).map(|time| time.to_string()),
                Ok(time_text.to_owned())
            );
        }
        for text in ["", "yesterday", "2026", "2026-13-01", "1778747433"] {
            let words = "write it like 2026-11-01 or 2026-11-01T09:00:00Z";
            assert_eq!(time(text), Err(words.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_key_in_place_of_an_id_is_refused_and_not_repeated() {
        let message = id("llx-secret").expect_err("a key");
        assert!(!message.contains("secret"));
        let words = "IDs have letters, digits, `-`, `_` and `.` only";
        assert_eq!(id("../x"), Err(words.to_owned()));
        assert_eq!(id("bjb-1\r"), Ok("bjb-1".to_owned()));
    }

    #[test]
    fn pasted_urls_and_line_endings_are_understood() {
        let texts = [
            "bjb-1\r",
            "https://cloud.example/jobs/bjb-1/items",
            "\"bjb-2\",",
        ];
        let ids = super::ids(&texts.map(str::to_owned)).expect("ids");
        assert_eq!(ids, ["bjb-1", "bjb-2"]);
        let refused = super::ids(&["https://cloud.example/llx-secret".to_owned()]);
        let words = refused.expect_err("a key").text.to_string();
        assert!(
            words.starts_with("error: ") && !words.contains("secret"),
            "{words}"
        );
    }
}

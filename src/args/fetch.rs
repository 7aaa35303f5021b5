//! The options of `fetch`.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::outputs::outputs_of;
use super::{Command, Refusal, Rendering, Verbosity, wrong};
use crate::api::UtcTime;
use crate::fetch::{
    ApiKey, BaseUrl, DEFAULT_BASE_URL, EU_BASE_URL, FIRST_PAUSE, FetchOptions, Filter, Selection,
    is_safe_id, looks_like_a_key,
};

/// The variables that may hold the key, in this order; the SDKs read the second as well.
const KEY_VARIABLES: [&str; 2] = ["LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY"];
const BASE_URL_VARIABLE: &str = "LLAMA_CLOUD_BASE_URL";

/// The options of `fetch`.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchArgs {
    /// What to fetch, and how.
    pub options: FetchOptions,
    /// Reports to write, with their formats.
    pub reports: Vec<(PathBuf, Rendering)>,
}

const EXAMPLES: &str = "\
Examples:
  export LLAMA_CLOUD_API_KEY=…
  batch-report fetch bjb-… -o dumps/                       keep a job in dumps/bjb-…/
  batch-report fetch bjb-… -o dumps/ --watch 30s --report report.html   until the job ends
  batch-report fetch --all --status failed --since 2026-11-01 -o dumps/
  batch-report fetch bjb-… -o dumps/ --region eu --rate 20 a free account in the EU
  batch-report report dumps/ -o report.html                report on what was kept, offline";

const EXIT_CODES: &str = "\
Exit codes:
  0    every job is kept, whole or as far as the server gives it
  1    a job could not be fetched, or something could not be written
  2    wrong usage
  130  interrupted by Ctrl-C; what was fetched is kept, and the same command goes on from there";

const ENVIRONMENT: &str = "\
Environment:
  LLAMA_CLOUD_API_KEY, LLAMA_PARSE_API_KEY  the API key; it is sent to the server and kept nowhere
  LLAMA_CLOUD_BASE_URL                      the server; a bare host means https
  HTTPS_PROXY, ALL_PROXY, NO_PROXY          the proxy, as for curl
  SSL_CERT_FILE, SSL_CERT_DIR               the certificates to trust, in place of the system's";

/// Fetch jobs and keep what the server answers
///
/// Records each job in a folder of its own, DIR/<JOB_ID>: the server's answers byte for byte, and
/// snapshot.json, which says what they are. A run that was stopped is gone on with by the same
/// command. A job that has ended and is whole is not asked for again. Of a job that goes on, the
/// earlier snapshot is kept beside the new one. The folders are printed on standard output, one a
/// line; everything else is said on standard error.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub(super) struct RawFetch {
    /// The batch jobs
    #[arg(
        value_name = "JOB_ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    ids: Vec<String>,

    /// The folder that gets a folder for each job
    #[arg(short, long = "output", value_name = "DIR")]
    output: PathBuf,

    /// Fetch the jobs on the server's list
    #[arg(long)]
    all: bool,

    /// With --all: only jobs of this status, such as failed; several with commas
    #[arg(long, value_name = "STATUS", requires = "all", value_delimiter = ',')]
    status: Vec<String>,

    /// With --all: only jobs made since then, a date or a time as in 2026-11-01T09:00:00Z
    #[arg(long, value_name = "TIME", requires = "all", value_parser = time)]
    since: Option<UtcTime>,

    /// Look again and again, so often at most, until the jobs have ended: 30s, 5m, 1h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    watch: Option<Duration>,

    /// Write a report to FILE at the end, and with --watch after each look; its ending gives the
    /// format: .html, .md, .json, .txt
    #[arg(long = "report", value_name = "FILE")]
    reports: Vec<PathBuf>,

    /// Fetch again what is whole already; what is there is kept beside it
    #[arg(long)]
    force: bool,

    /// The server [default: LLAMA_CLOUD_BASE_URL, or that of --region]
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    base_url: Option<String>,

    /// The region of the server [default: us]
    #[arg(long, value_enum, value_name = "REGION")]
    region: Option<Region>,

    /// Read the API key from FILE, and not from LLAMA_CLOUD_API_KEY
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,

    /// The project the jobs belong to
    #[arg(long, value_name = "ID", value_parser = id)]
    project_id: Option<String>,

    /// The organization the jobs belong to
    #[arg(long, value_name = "ID", value_parser = id)]
    organization_id: Option<String>,

    /// Items to ask for at a time, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    page_size: u32,

    /// The most requests a minute; free accounts have 20
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,

    /// How often a request that failed is tried again, with pauses from 0.5 s to 16 s, or as long
    /// as the server asks
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_retries: u32,

    /// How long the server may say nothing before a request has failed
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    timeout: Duration,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what each request gave
    #[arg(short, long, action = ArgAction::SetTrue)]
    verbose: bool,
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
    for id in &raw.ids {
        safe(id)?;
    }
    // clap does not say so where ids are given, for these conflict with --all.
    if !raw.all && (!raw.status.is_empty() || raw.since.is_some()) {
        return Err(wrong(
            "fetch",
            "--status and --since choose from the server's list of jobs; use them with --all and \
             without ids"
                .to_owned(),
        ));
    }
    let refuse = |message: String| wrong("fetch", message);
    let base_url = match (raw.base_url, raw.region) {
        (Some(url), _) => url,
        (None, Some(Region::Us)) => DEFAULT_BASE_URL.to_owned(),
        (None, Some(Region::Eu)) => EU_BASE_URL.to_owned(),
        (None, None) => variable(BASE_URL_VARIABLE).unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()),
    };
    let base_url = BaseUrl::parse(&base_url).map_err(|error| refuse(error.to_string()))?;
    let reports = outputs_of("fetch", raw.reports)?;
    let mut ids = Vec::new();
    for id in raw.ids {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let jobs = if raw.all {
        Selection::All(Filter {
            statuses: raw.status.iter().map(|word| word.to_lowercase()).collect(),
            since: raw.since,
        })
    } else {
        Selection::Ids(ids)
    };
    Ok(Command::Fetch(Box::new(FetchArgs {
        options: FetchOptions {
            jobs,
            folder: raw.output,
            base_url,
            key: key(raw.api_key_file)?,
            project_id: raw.project_id,
            organization_id: raw.organization_id,
            page_size: raw.page_size,
            max_retries: raw.max_retries,
            timeout: raw.timeout,
            rate: raw.rate,
            force: raw.force,
            watch: raw.watch,
            every_change: !reports.is_empty(),
            backoff: FIRST_PAUSE,
            verbosity: match (raw.quiet, raw.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
        },
        reports,
    })))
}

fn key(file: Option<PathBuf>) -> Result<ApiKey, Refusal> {
    let refuse = |message: String| wrong("fetch", message);
    let (text, source) = match file {
        Some(path) => {
            let text = fs::read_to_string(&path).map_err(|error| {
                refuse(format!(
                    "the API key could not be read from {}: {error}",
                    path.display()
                ))
            })?;
            (text, path.display().to_string())
        }
        None => KEY_VARIABLES
            .into_iter()
            .find_map(|name| Some((variable(name)?, name.to_owned())))
            .ok_or_else(|| {
                refuse(
                    "there is no API key: set LLAMA_CLOUD_API_KEY, or name a file that holds it \
                     with --api-key-file"
                        .to_owned(),
                )
            })?,
    };
    ApiKey::new(&text)
        .map_err(|error| refuse(format!("the API key in {source} cannot be one: {error}")))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn safe(text: &str) -> Result<(), Refusal> {
    id(text)
        .map(|_| ())
        .map_err(|message| wrong("fetch", message))
}

/// An id goes into URLs and names of folders; a key that was given in its place must not, and is
/// not repeated.
fn id(text: &str) -> Result<String, String> {
    if looks_like_a_key(text) {
        return Err(
            "what was given for an id looks like an API key; the key comes from \
             LLAMA_CLOUD_API_KEY or --api-key-file"
                .to_owned(),
        );
    }
    if is_safe_id(text) {
        return Ok(text.to_owned());
    }
    Err("ids have letters, digits, `-`, `_` and `.` only".to_owned())
}

/// `30s`, `5m`, `1h`, `1m30s`, `500ms`; a number alone is in seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let invalid = || "write it as in 30s, 5m or 1h".to_owned();
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
        return Err("it must be more than nothing and at most a day".to_owned());
    }
    Ok(total)
}

/// A time, or a date, which means its first moment in UTC.
fn time(text: &str) -> Result<UtcTime, String> {
    UtcTime::parse(&format!("{}T00:00:00Z", text.trim()))
        .or_else(|| UtcTime::parse(text).filter(|_| text.contains(':')))
        .ok_or_else(|| "write it as in 2026-11-01 or 2026-11-01T09:00:00Z".to_owned())
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
            assert!(duration(text).is_err(), "{text}");
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
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_in_place_of_an_id_is_refused_and_not_repeated() {
        let message = id("llx-secret").expect_err("a key");
        assert!(!message.contains("secret"));
        assert!(id("../x").is_err() && id("bjb-1").is_ok());
    }
}

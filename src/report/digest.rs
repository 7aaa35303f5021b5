//! What a page holds of its own report for machines.

use super::charts::FULL_JOBS;
use super::model::{ErrorGroup, JobReport, Report, Sections};

impl Report {
    /// Everything but the geometry of the charts and the data of the table, which the page draws;
    /// and where there are so many jobs that few charts are drawn, without the lists of items either.
    pub fn digest(&self) -> Self {
        Self {
            jobs: (0..self.jobs.len())
                .map(|index| self.digest_of_job(index))
                .collect(),
            ..self.digest_without_jobs()
        }
    }

    /// The digest with no jobs in it.
    pub fn digest_without_jobs(&self) -> Self {
        Self {
            schema_version: self.schema_version,
            generator: self.generator.clone(),
            generated_at: self.generated_at,
            title: self.title.clone(),
            verdict: self.verdict.clone(),
            jobs: Vec::new(),
            overall: self.digest_of(&self.overall),
            items: Vec::new(),
            item_rows: self.item_rows,
            item_table: None,
            inputs: self.inputs.clone(),
            notes: self.notes.clone(),
        }
    }

    /// One of the jobs in it.
    pub fn digest_of_job(&self, index: usize) -> JobReport {
        let job = &self.jobs[index];
        JobReport {
            batch_job_id: job.batch_job_id.clone(),
            label: job.label.clone(),
            api: job.api,
            verdict: job.verdict.clone(),
            job: job.job.clone(),
            sections: self.digest_of(&job.sections),
        }
    }

    fn digest_of(&self, sections: &Sections) -> Sections {
        let lists = self.jobs.len() <= FULL_JOBS;
        let group = |group: &ErrorGroup| ErrorGroup {
            id: group.id.clone(),
            pattern: group.pattern.clone(),
            regex: group.regex.clone(),
            count: group.count,
            share: group.share,
            first_at: group.first_at,
            last_at: group.last_at,
            examples: match lists {
                true => group.examples.clone(),
                false => Vec::new(),
            },
        };
        Sections {
            counts: sections.counts.clone(),
            rates: sections.rates.clone(),
            durations: sections.durations.clone(),
            queue: sections.queue.clone(),
            throughput: sections.throughput.clone(),
            skip_reasons: sections.skip_reasons.clone(),
            error_groups: sections.error_groups.iter().map(group).collect(),
            slowest: match lists {
                true => sections.slowest.clone(),
                false => Vec::new(),
            },
            open: sections.open.clone(),
            findings: sections.findings.clone(),
            charts: None,
        }
    }
}

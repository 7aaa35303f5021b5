//! Counts of the documents of a file by their shape.

/// Shape of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of items.
    Page,
    /// A status document.
    Status,
    /// A job by itself, or a list of jobs.
    Job,
    /// A status document and its items in one object.
    Combined,
    /// An SDK's page object.
    SdkPage,
    /// A report of ours.
    Report,
    /// A summary of ours.
    Summary,
    /// The manifest of a snapshot.
    Manifest,
    /// A document of v2, or a list of them.
    V2,
}

/// Number of documents of each shape in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    pages: u64,
    loose_items: u64,
    statuses: u64,
    jobs: u64,
    combined: u64,
    sdk_pages: u64,
    reports: u64,
    summaries: u64,
    manifests: u64,
    v2: u64,
}

impl Tally {
    /// The sum of both.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            pages: self.pages + other.pages,
            loose_items: self.loose_items + other.loose_items,
            statuses: self.statuses + other.statuses,
            jobs: self.jobs + other.jobs,
            combined: self.combined + other.combined,
            sdk_pages: self.sdk_pages + other.sdk_pages,
            reports: self.reports + other.reports,
            summaries: self.summaries + other.summaries,
            manifests: self.manifests + other.manifests,
            v2: self.v2 + other.v2,
        }
    }

    /// Kind of a file that holds records of the API, in a word.
    pub(super) fn kind(self) -> Option<&'static str> {
        let kinds = [
            (self.pages + self.loose_items > 0, "items"),
            (self.statuses > 0, "status"),
            (self.jobs > 0, "jobs"),
            (self.combined > 0, "combined"),
            (self.sdk_pages > 0, "sdk-page"),
            (self.v2 > 0, "v2"),
        ];
        let mut present = kinds
            .iter()
            .filter(|(there, _)| *there)
            .map(|(_, kind)| *kind);
        match (present.next(), present.next()) {
            (Some(_), Some(_)) => Some("mixed"),
            (kind, _) => kind,
        }
    }

    /// Counts a document.
    pub(super) fn count(&mut self, shape: Shape) {
        let counter = match shape {
            Shape::Page => &mut self.pages,
            Shape::Status => &mut self.statuses,
            Shape::Job => &mut self.jobs,
            Shape::Combined => &mut self.combined,
            Shape::SdkPage => &mut self.sdk_pages,
            Shape::Report => &mut self.reports,
            Shape::Summary => &mut self.summaries,
            Shape::Manifest => &mut self.manifests,
            Shape::V2 => &mut self.v2,
        };
        *counter += 1;
    }

    /// Counts items that stand by themselves.
    pub(super) fn loose_items(&mut self, count: u64) {
        self.loose_items += count;
    }

    /// Tells if there is anything that this program wrote about records.
    pub(super) fn has_ours(self) -> bool {
        self.reports + self.summaries + self.manifests > 0
    }

    /// Kind of a file that holds nothing else, in a word.
    pub(super) fn kind_of_ours(self) -> &'static str {
        match self {
            Self { summaries: 1.., .. } => "summary",
            Self { manifests: 1.., .. } => "snapshot",
            _ => "own-report",
        }
    }
}

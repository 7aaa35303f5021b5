//! A frame with other texts in the same rows.

use super::{ItemColumns, ItemFrame, Row, TooManyRows};
use crate::api::{ItemFields, UtcTime};

/// Texts of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTexts {
    /// Id of the item, unlike that of any other item of its job.
    pub id: String,
    /// Name of the item.
    pub name: Option<String>,
    /// Id of the job behind it.
    pub work: Option<String>,
    /// Error message.
    pub message: Option<String>,
    /// Skip reason.
    pub reason: Option<String>,
}

/// Times and numbers of a row, which stay as they are. A text that has no new one is left out.
fn figures(row: &Row) -> ItemFields<'static> {
    let time = |micros: Option<i64>| micros.and_then(UtcTime::from_micros);
    ItemFields {
        started_at: time(row.started_at),
        completed_at: time(row.completed_at),
        effective_at: time(row.effective_at),
        pending_at: time(row.pending_at),
        credits: row.credits,
        failed_pages: row.failed_pages,
        ..ItemFields::default()
    }
}

impl ItemFrame {
    /// Makes a frame with the same rows and other texts.
    ///
    /// # Errors
    ///
    /// As for [`ItemFrame::build`].
    pub fn with_texts(
        &self,
        jobs: usize,
        texts: impl Fn(usize) -> NewTexts,
    ) -> Result<Self, TooManyRows> {
        let mut columns = ItemColumns::default();
        for at in 0..self.len() {
            let (row, texts) = (self.row(at), texts(at));
            columns.push(&ItemFields {
                item_id: &texts.id,
                item_name: texts.name.as_deref(),
                status: self.statuses().get(row.status),
                error_message: texts.message.as_deref(),
                skip_reason: texts.reason.as_deref(),
                processing_job_id: texts.work.as_deref(),
                ..figures(&row)
            });
        }
        let (frame, _) = Self::build(vec![columns], self.runs.clone(), jobs)?;
        Ok(frame)
    }
}

//! The thread that asks, so that the next page is under way while the last one is written, and
//! Ctrl-C is heard while an answer is waited for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::body::BadBody;
use super::client::{Answer, Client};
use super::error::FetchError;

/// How often Ctrl-C is looked for.
const GLANCE: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce(&mut Client) + Send>;

/// Asks, one request after another, on a thread of its own.
pub(super) struct Worker<'a> {
    jobs: Sender<Job>,
    interrupted: &'a AtomicBool,
}

/// An answer that is under way.
pub(super) struct Ticket<T>(Receiver<Result<(Answer, T), FetchError>>);

impl<'a> Worker<'a> {
    /// Starts the thread; it ends with its last request.
    pub(super) fn start(mut client: Client, interrupted: &'a AtomicBool) -> Self {
        let (jobs, inbox) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for job in inbox {
                job(&mut client);
            }
        });
        Self { jobs, interrupted }
    }

    /// Asks for something, and does not wait.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        url: String,
        read: fn(&[u8]) -> Result<T, BadBody>,
    ) -> Ticket<T> {
        let (sender, receiver) = mpsc::channel();
        // Nobody may be waiting any more, and a thread that has gone is noticed by who waits.
        let _ = self.jobs.send(Box::new(move |client| {
            let _ = sender.send(client.get(&url, read));
        }));
        Ticket(receiver)
    }

    /// Waits for an answer.
    pub(super) fn wait<T>(&self, ticket: &Ticket<T>) -> Result<(Answer, T), FetchError> {
        loop {
            self.check()?;
            match ticket.0.recv_timeout(GLANCE) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(FetchError::Gone),
            }
        }
    }

    /// Does nothing for a while.
    pub(super) fn pause(&self, pause: Duration) -> Result<(), FetchError> {
        let began = Instant::now();
        loop {
            self.check()?;
            let left = pause.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(GLANCE));
        }
    }

    fn check(&self) -> Result<(), FetchError> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(FetchError::Interrupted);
        }
        Ok(())
    }
}

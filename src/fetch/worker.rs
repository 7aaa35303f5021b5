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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::body;
    use crate::fetch::client::Manners;
    use crate::fetch::key::ApiKey;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::Arc;

    fn client(base: &str) -> Client {
        let manners = Manners {
            key: ApiKey::new("k").expect("a key"),
            max_retries: 0,
            timeout: Duration::from_secs(20),
            rate: None,
            backoff: Duration::from_millis(1),
        };
        Client::new(base, manners, Arc::new(|_| {})).expect("a client")
    }

    #[test]
    fn a_request_is_under_way_before_anybody_waits_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let interrupted = AtomicBool::new(false);
        let worker = Worker::start(client(&base), &interrupted);
        let ticket = worker.ask(format!("{base}/items"), body::page);
        // The server has the request while this thread could write the page before.
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut line = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
        reader.read_line(&mut line).expect("a request");
        assert_eq!(line, "GET /items HTTP/1.1\r\n");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .expect("answered");
        let (answer, page) = worker.wait(&ticket).expect("an answer");
        assert_eq!((answer.body.as_slice(), page.rows), (b"{}".as_slice(), 0));
    }

    #[test]
    fn an_interruption_is_heard_while_an_answer_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let interrupted = AtomicBool::new(false);
        let worker = Worker::start(client(&base), &interrupted);
        let ticket = worker.ask(format!("{base}/items"), body::page);
        let (_silent, _) = listener.accept().expect("a connection");
        interrupted.store(true, Ordering::Relaxed);
        let error = worker.wait(&ticket).expect_err("interrupted");
        assert!(matches!(error, FetchError::Interrupted));
        assert!(worker.pause(Duration::from_secs(3_600)).is_err());
    }
}

//! A thread that makes the requests, so that the next page is under way while the last one is
//! written, and an interruption is noticed while a response is awaited.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::body::BadBody;
use super::client::{Client, Received};
use super::error::FetchError;

/// Interval at which interruptions are noticed.
const TICK: Duration = Duration::from_millis(50);

/// Retries of a request that not every server knows.
const PROBE_RETRIES: u32 = 2;

type Task = Box<dyn FnOnce(&mut Client) + Send>;

/// Makes one request after another on a thread of its own.
pub(super) struct Worker<'a> {
    tasks: Sender<Task>,
    interrupted: &'a AtomicBool,
}

/// A response that is under way.
pub(super) struct Pending<T>(Receiver<Result<(Received, T), FetchError>>);

impl<'a> Worker<'a> {
    /// Starts the thread. It ends with its last request.
    pub(super) fn start(mut client: Client, interrupted: &'a AtomicBool) -> Self {
        let (tasks, inbox) = mpsc::channel::<Task>();
        thread::spawn(move || {
            for task in inbox {
                task(&mut client);
            }
        });
        Self { tasks, interrupted }
    }

    /// Starts a request and does not wait for it.
    pub(super) fn start_get<T: Send + 'static>(
        &self,
        url: String,
        read: fn(&[u8]) -> Result<T, BadBody>,
    ) -> Pending<T> {
        self.send(url, u32::MAX, read)
    }

    /// Makes a request and waits for the response.
    pub(super) fn get<T: Send + 'static>(
        &self,
        url: String,
        read: fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Received, T), FetchError> {
        self.wait(&self.send(url, u32::MAX, read))
    }

    /// Makes a request that not every server knows: gives up after a few attempts.
    pub(super) fn probe<T: Send + 'static>(
        &self,
        url: String,
        read: fn(&[u8]) -> Result<T, BadBody>,
    ) -> Result<(Received, T), FetchError> {
        self.wait(&self.send(url, PROBE_RETRIES, read))
    }

    fn send<T: Send + 'static>(
        &self,
        url: String,
        max_retries: u32,
        read: fn(&[u8]) -> Result<T, BadBody>,
    ) -> Pending<T> {
        let (sender, receiver) = mpsc::channel();
        // Nobody may be waiting any more; a thread that has ended is noticed in `wait`.
        let _ = self.tasks.send(Box::new(move |client| {
            let _ = sender.send(client.get(&url, max_retries, read));
        }));
        Pending(receiver)
    }

    /// Waits for a response.
    pub(super) fn wait<T>(&self, pending: &Pending<T>) -> Result<(Received, T), FetchError> {
        loop {
            self.check()?;
            match pending.0.recv_timeout(TICK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(FetchError::Gone),
            }
        }
    }

    /// Waits, and ends early with an error if the run is interrupted.
    pub(super) fn pause(&self, pause: Duration) -> Result<(), FetchError> {
        let began = Instant::now();
        loop {
            self.check()?;
            let left = pause.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(TICK));
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
    use crate::fetch::client::RequestOptions;
    use crate::fetch::key::ApiKey;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::Arc;

    fn client(base: &str) -> Client {
        let options = RequestOptions {
            key: ApiKey::new("k").expect("a key"),
            max_retries: 0,
            timeout: Duration::from_secs(20),
            first_success_within: None,
            rate: None,
            backoff: Duration::from_millis(1),
        };
        Client::new(base, options, Arc::new(|_| {})).expect("a client")
    }

    #[test]
    fn a_request_is_under_way_before_anybody_waits_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let interrupted = AtomicBool::new(false);
        let worker = Worker::start(client(&base), &interrupted);
        let pending = worker.start_get(format!("{base}/items"), body::items_page);
        // The server has the request while this thread could write the page before.
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut line = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
        reader.read_line(&mut line).expect("a request");
        assert_eq!(line, "GET /items HTTP/1.1\r\n");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .expect("answered");
        let (received, page) = worker.wait(&pending).expect("a response");
        assert_eq!((received.body.as_slice(), page.rows), (b"{}".as_slice(), 0));
    }

    #[test]
    fn an_interruption_is_noticed_while_a_response_is_awaited() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let interrupted = AtomicBool::new(false);
        let worker = Worker::start(client(&base), &interrupted);
        let pending = worker.start_get(format!("{base}/items"), body::items_page);
        let (_silent, _) = listener.accept().expect("a connection");
        interrupted.store(true, Ordering::Relaxed);
        let error = worker.wait(&pending).expect_err("interrupted");
        assert!(matches!(error, FetchError::Interrupted));
        assert!(worker.pause(Duration::from_secs(3_600)).is_err());
    }
}

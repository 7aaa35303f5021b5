//! A server on the loopback that speaks HTTP/1.1 well, or badly where it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request, as the server saw it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Counted from 0, over all connections.
    pub(super) number: usize,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    /// The same with every value of names that are repeated.
    pub(super) pairs: Vec<(String, String)>,
    /// By their names in lower case.
    pub(super) headers: BTreeMap<String, String>,
}

impl Request {
    pub(super) fn is_items(&self) -> bool {
        self.path.ends_with("/items")
    }

    pub(super) fn values(&self, name: &str) -> Vec<String> {
        let pairs = self.pairs.iter().filter(|(found, _)| found == name);
        pairs.map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn offset(&self) -> usize {
        self.query
            .get("offset")
            .map_or(0, |offset| offset.parse().expect("a number"))
    }

    pub(super) fn limit(&self) -> usize {
        self.query
            .get("limit")
            .map_or(100, |limit| limit.parse().expect("a number"))
    }
}

/// Response to a request, with its fault.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) fault: Fault,
}

/// Fault of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// The connection is reset after so many bytes of the body; before the head where there are
    /// none.
    Reset(Option<usize>),
    /// The connection is closed after so many bytes of the body.
    Close(usize),
    /// The body comes in so many pieces, with pauses.
    Drip(usize, Duration),
    /// Nothing comes after so many bytes of the body until the client goes away.
    Stall(Option<usize>),
}

impl Reply {
    pub(super) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::of(200, "application/json", body)
    }

    pub(super) fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), kind.to_owned())],
            body: body.into(),
            fault: Fault::Nothing,
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// Runs until the test ends.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(super) fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (handler, requests): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&log));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
                let stream = stream.expect("a connection");
                // A client that goes away is its own affair.
                std::thread::spawn(move || serve(&stream, &*handler, &requests));
            }
        });
        Self { address, log }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.log.lock().expect("the log").clone()
    }

    /// The offsets of the pages of items that were asked for, in their order.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let requests = self.requests();
        let items = requests.iter().filter(|request| request.is_items());
        items.map(Request::offset).collect()
    }
}

fn serve(stream: &TcpStream, handler: &Handler, log: &Mutex<Vec<Request>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut request = read_request(&mut reader)?;
        {
            let mut log = log.lock().expect("the log");
            request.number = log.len();
            log.push(request.clone());
        }
        let reply = handler(&request);
        answer(stream, &reply)?;
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = query
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some(Request {
        number: 0,
        path: path.to_owned(),
        query: pairs.iter().cloned().collect(),
        pairs,
        headers,
    })
}

/// Answers; `None` where the connection is over.
fn answer(mut stream: &TcpStream, reply: &Reply) -> Option<()> {
    let shared = stream;
    let reset = || {
        socket2::SockRef::from(shared)
            .set_linger(Some(Duration::ZERO))
            .ok()
    };
    match reply.fault {
        Fault::Reset(None) => {
            reset();
            return None;
        }
        Fault::Stall(None) => return wait_for_end(stream),
        _ => {}
    }
    let mut head = format!(
        "HTTP/1.1 {} Reason\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    match reply.fault {
        Fault::Nothing => stream.write_all(&reply.body).ok(),
        Fault::Drip(pieces, pause) => {
            for piece in reply.body.chunks(reply.body.len().div_ceil(pieces)) {
                stream.write_all(piece).ok()?;
                std::thread::sleep(pause);
            }
            Some(())
        }
        Fault::Stall(bytes) => {
            stream
                .write_all(&reply.body[..bytes.unwrap_or_default()])
                .ok()?;
            wait_for_end(stream)
        }
        Fault::Close(bytes) => {
            stream.write_all(&reply.body[..bytes]).ok()?;
            None
        }
        Fault::Reset(bytes) => {
            stream
                .write_all(&reply.body[..bytes.unwrap_or_default()])
                .ok()?;
            reset();
            None
        }
    }
}

fn wait_for_end(mut stream: &TcpStream) -> Option<()> {
    let _ = stream.read(&mut [0]);
    None
}

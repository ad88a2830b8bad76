//! Connections: accepted up to a limit, given a time for every head, and drained at the end.

use crate::service::Service;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How large, how long, how many.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body: usize,
    /// The time for the head of a request, and again for the rest of it.
    pub time: Duration,
    /// Requests answered at once; one more is refused with 503.
    pub requests: usize,
    /// Open connections; one more waits.
    pub connections: usize,
    /// Evaluations in one batch.
    pub evaluations: usize,
    /// Results on one page of a search.
    pub page: usize,
    /// Candidates decided for one page of a search.
    pub candidates: usize,
    /// The time that requests have to end once the service is told to.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: lexgate::request::MAX_BYTES,
            time: Duration::from_secs(10),
            requests: 512,
            connections: 4096,
            evaluations: 1000,
            page: 100,
            candidates: 10_000,
            drain: Duration::from_secs(30),
        }
    }
}

/// Answers until `end` comes to pass; then no connection is taken any more, and those that are open end with the answer they
/// wait for. Says whether all of them did in time.
pub(crate) async fn serve(service: &Arc<Service>, listener: TcpListener, end: impl Future<Output = ()>) -> bool {
    let limits = service.settings.limits.clone();
    let answer = TowerToHyperService::new(service.router());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.time).max_buf_size(64 * 1024);
    let open = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let place = tokio::select! {
            () = &mut end => break,
            place = Arc::clone(&open).acquire_owned() => place,
        };
        let stream = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Out of file descriptors, say: others have to end first.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        // Small answers are not held back.
        let _ = stream.set_nodelay(true);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), answer.clone()));
        tokio::spawn(async move {
            // A connection that breaks concerns nobody but its caller.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    service.drain();
    tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_ok()
}

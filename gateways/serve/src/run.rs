//! The life of the process: signals, files that change, the end.

use crate::connections::serve;
use crate::force::Refused;
use crate::service::Service;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// What an operator wants to read in the log of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Connections are taken.
    Listening,
    /// Files were read again and are in force.
    Reloaded,
    /// A file was refused; everything that was in force stays.
    Refused(Refused),
    /// The service ends.
    Ending,
}

/// Answers on this socket until SIGTERM or SIGINT. SIGHUP reads the files again, and so does a change that is seen when they are
/// looked at every `poll`. Says whether every request ended in time.
///
/// # Errors
/// When the system refuses threads, signals or the socket.
pub fn run(
    service: &Arc<Service>,
    listener: std::net::TcpListener,
    poll: Option<Duration>,
    tell: impl Fn(&Told) + Clone + Send + 'static,
) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (mut term, mut int, mut hup) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?);
        let watched = Arc::clone(service);
        let teller = tell.clone();
        tokio::spawn(async move {
            loop {
                let asked = tokio::select! {
                    _ = hup.recv() => true,
                    () = elapsed(poll) => false,
                };
                // Files are read on a thread that may wait for them.
                let (service, tell) = (Arc::clone(&watched), teller.clone());
                let _ = tokio::task::spawn_blocking(move || {
                    if asked || service.has_changed() {
                        tell(&match service.reload() {
                            Ok(()) => Told::Reloaded,
                            Err(refused) => Told::Refused(refused),
                        });
                    }
                })
                .await;
            }
        });
        tell(&Told::Listening);
        let end = async {
            tokio::select! {
                _ = term.recv() => {},
                _ = int.recv() => {},
            }
            tell(&Told::Ending);
        };
        Ok(serve(service, listener, end).await)
    })
}

async fn elapsed(poll: Option<Duration>) {
    match poll {
        Some(period) => tokio::time::sleep(period).await,
        None => std::future::pending().await,
    }
}

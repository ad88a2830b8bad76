//! The decisions of lexgate over HTTP: the `OpenID` `AuthZEN` Authorization API 1.0, and checks for proxies.
//!
//! The library decides nothing itself: it reads, asks the engine, and passes the answer on byte for byte. TLS is left to the
//! proxy in front. Start at [`Service`].

mod catalogue;
mod check;
mod connections;
mod document;
mod evaluation;
mod force;
mod metadata;
mod metrics;
mod prepare;
mod refusal;
mod run;
mod search;
mod service;
mod token;

pub use connections::Limits;
pub use force::{Files, GatewayFiles, Refused, TrustNow};
pub use prepare::Reading;
pub use run::{Told, run};
pub use service::{NotWritten, Service, Settings, Sink};

//! What every gateway of lexgate shares: from an HTTP call and its grant token to a request, from the answer to HTTP.
//!
//! A host (a proxy, a worker, a web framework) hands over the call as it came, the claims of the token it has verified, and
//! its clock; it gets a [`Verdict`] and carries it out. There is no clock, no network and no file in here, so that equal
//! calls get equal verdicts everywhere. Start reading at [`gateway`].

pub mod bundle;
pub mod catalogue;
pub mod claims;
pub mod config;
pub mod document;
pub mod gateway;
pub mod refusal;
pub mod status;
pub mod verdict;

mod load;
mod request;
mod route;
mod target;

pub use catalogue::Catalogue;
pub use config::Config;
pub use document::ConfigError;
pub use gateway::Gateway;
pub use status::StatusList;
pub use verdict::{Call, Verdict};

//! Law-grade data access decisions.
//!
//! lexgate answers one question: may this subject do this action to this dataset, for this purpose, in this state of the
//! procedure, at this time — by which rule, and if not yet, what is missing?
//!
//! The rest of this page is the README; its Rust examples are compiled and run.
//!
//! [`Engine`] is prepared once from a bundle and decides requests; start reading at [`evaluate`]. The crate is a pure
//! function of its input: no clock, no network, no files, no randomness.
//!
//! With the feature `author` it also parses, validates and lowers policies.
//!
#![cfg_attr(feature = "embedded", doc = include_str!("../../README.md"))]

pub mod batch;
pub mod bundle;
pub mod calendar;
pub mod chain;
pub mod citation;
pub mod compare;
pub mod evaluate;
pub mod event;
pub mod explain;
pub mod facts;
pub mod issue;
pub mod law;
pub mod mask;
pub mod program;
pub mod receipt;
pub mod reference;
#[cfg(feature = "reload")]
pub mod reload;
pub mod replay;
pub mod request;
pub mod response;
pub mod schema;
#[cfg(feature = "sign")]
pub mod sign;
pub mod trust;
pub mod vocabulary;

mod authorize;
mod demand;
mod json;
mod obligation;
mod refusal;

#[cfg(feature = "author")]
pub mod author;

pub use compare::Comparison;
pub use evaluate::{ENGINE, Engine};
pub use request::{Mode, Options, Request, Strictness};
pub use response::{Outcome, Response};
pub use trust::Trust;
pub use vocabulary::Lang;

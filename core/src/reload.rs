//! The engine in force, and how another takes its place while requests run.

use crate::Engine;
use crate::bundle::BundleError;
use crate::trust::Trust;
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, PoisonError};

/// The engine in force. Readers take it without waiting and keep it for as long as they decide; a replacement is prepared
/// to the end before it takes its place, so that nobody ever sees half of it.
#[derive(Debug)]
pub struct Current {
    engine: ArcSwap<Engine>,
    /// One replacement at a time, so that two cannot both be newer than what they replace and the older of them come last.
    turn: Mutex<()>,
}

impl Current {
    /// Begins with this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine: ArcSwap::from_pointee(engine), turn: Mutex::new(()) }
    }

    /// The engine in force. Decide one request with one engine: its answers name the bundle it was made from.
    #[must_use]
    pub fn load(&self) -> Arc<Engine> {
        self.engine.load_full()
    }

    /// Puts another bundle in force: of the same policy store, unless `trust` names one, and no older than the one in
    /// force. Returns its engine.
    ///
    /// # Errors
    /// When the bundle is refused; the one in force stays.
    pub fn replace(&self, bundle: &[u8], trust: &Trust) -> Result<Arc<Engine>, BundleError> {
        self.swap(|current| successor(current, bundle, Some(trust)))
    }

    /// As [`Current::replace`], but an older version may be put in force: for taking back a faulty one. What `trust` itself
    /// asks for still holds.
    ///
    /// # Errors
    /// As [`Current::replace`].
    pub fn take_back(&self, bundle: &[u8], trust: &Trust) -> Result<Arc<Engine>, BundleError> {
        self.swap(|current| Engine::verified(bundle, trust, current.options()))
    }

    fn swap(&self, prepare: impl FnOnce(&Engine) -> Result<Engine, BundleError>) -> Result<Arc<Engine>, BundleError> {
        // The lock guards nothing that a panic could leave half done.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = Arc::new(prepare(&self.load())?);
        self.engine.store(Arc::clone(&engine));
        Ok(engine)
    }
}

/// Prepares the engine of a bundle that is to take the place of another, for hosts that put more than an engine in force at
/// once: of the same policy store, unless `trust` names one, and no older. Without a trust policy signatures do not count.
///
/// # Errors
/// When the bundle is refused.
pub fn successor(current: &Engine, bundle: &[u8], trust: Option<&Trust>) -> Result<Engine, BundleError> {
    let info = current.bundle();
    let trust = trust.cloned().unwrap_or_else(Trust::in_anybody).no_older_than(info.id, info.version);
    Engine::verified(bundle, &trust, current.options())
}

//! What is in force: engine, catalogue, gateway and keys, read from files and replaced together while requests run.
//!
//! Everything new is prepared to the end before it takes the place of the old; whatever is refused leaves all of the old.

use crate::catalogue::Catalogue;
use arc_swap::ArcSwap;
use lexgate::bundle::{self, BundleError};
use lexgate::reload::successor;
use lexgate::vocabulary::Text;
use lexgate::{Engine, Options, Trust};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// The largest catalogue, status list or gateway configuration, in bytes.
const MAX_FILE: usize = 256 * 1024 * 1024;

/// The files that a service works from.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The bundle; without it, the one the engine began with stays.
    pub bundle: Option<PathBuf>,
    /// The catalogue of datasets and subjects.
    pub catalogue: Option<PathBuf>,
}

/// What is in force, seen by one request from its beginning to its end.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) engine: Arc<Engine>,
    pub(crate) catalogue: Arc<Catalogue>,
}

/// Why a file was not put in force. The old one stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file.
    pub path: PathBuf,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// What is wrong with it.
    pub message: Text,
    /// How to mend it.
    pub help: Text,
}

impl Refused {
    pub(crate) fn new(path: &Path, code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        let help = Text { en: "the file in force before stays; mend this one".to_owned(), zh: "原文件继续有效；请修改该文件".to_owned() };
        Self { path: path.to_owned(), code, message: Text { en: en.into(), zh: zh.into() }, help }
    }

    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::new(path, "file-unreadable", format!("it cannot be read: {error}"), format!("无法读取：{error}"))
    }

    fn bundle(path: &Path, error: &BundleError) -> Self {
        Self { path: path.to_owned(), code: error.code(), message: error.message(), help: error.help() }
    }
}

/// Whom to believe, judged anew for every bundle because keys have a time; `None` where no key was named.
pub type TrustNow = Box<dyn Fn() -> Result<Option<Trust>, Refused> + Send + Sync>;

/// Holds what is in force and knows where it came from.
pub(crate) struct Force {
    current: ArcSwap<InForce>,
    files: Files,
    trust: TrustNow,
    /// What the files looked like when they were last read; one reader at a time.
    seen: Mutex<Vec<Stamp>>,
}

type Stamp = Option<(SystemTime, u64)>;

impl Force {
    /// Reads every file. The engine is the one of `files.bundle`, where there is one.
    pub(crate) fn begin(engine: Engine, files: Files, trust: TrustNow) -> Result<Self, Refused> {
        let stamps = files.stamps();
        let engine = Arc::new(engine);
        let current = ArcSwap::from_pointee(files.around(engine)?);
        Ok(Self { current, files, trust, seen: Mutex::new(stamps) })
    }

    /// What is in force now.
    pub(crate) fn load(&self) -> Arc<InForce> {
        self.current.load_full()
    }

    /// Puts what the files say now in force, all of it or nothing.
    pub(crate) fn reload(&self) -> Result<(), Refused> {
        // The lock guards nothing that a panic could leave half done.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at before reading: what changes meanwhile is seen the next time.
        *seen = self.files.stamps();
        let engine = match &self.files.bundle {
            None => Arc::clone(&self.load().engine),
            Some(path) => Arc::new(self.successor(path)?),
        };
        self.current.store(Arc::new(self.files.around(engine)?));
        Ok(())
    }

    fn successor(&self, path: &Path) -> Result<Engine, Refused> {
        let bytes = read(path, bundle::MAX_BYTES)?;
        let trust = (self.trust)()?;
        successor(&self.load().engine, &bytes, trust.as_ref()).map_err(|e| Refused::bundle(path, &e))
    }

    /// Whether a file looks other than when it was last read.
    pub(crate) fn has_changed(&self) -> bool {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != self.files.stamps()
    }
}

impl Files {
    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.bundle, &self.catalogue].into_iter().flatten()
    }

    fn stamps(&self) -> Vec<Stamp> {
        let stamp = |path: &PathBuf| std::fs::metadata(path).ok().and_then(|m| Some((m.modified().ok()?, m.len())));
        self.all().map(stamp).collect()
    }

    /// The other files, prepared for an engine.
    fn around(&self, engine: Arc<Engine>) -> Result<InForce, Refused> {
        let catalogue = match &self.catalogue {
            None => Catalogue::default(),
            Some(path) => {
                let malformed =
                    |why: String| Refused::new(path, "catalogue-malformed", format!("it is no catalogue: {why}"), format!("不是目录：{why}"));
                Catalogue::parse(&read(path, MAX_FILE)?).map_err(malformed)?
            }
        };
        Ok(InForce { engine, catalogue: Arc::new(catalogue) })
    }
}

/// Reads a file of at most `limit` bytes.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Refused> {
    let unreadable = |e: io::Error| Refused::unreadable(path, &e);
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(Refused::new(path, "file-too-large", "it is larger than allowed", "文件过大"));
    }
    Ok(bytes)
}

/// Prepares the first engine of a service.
///
/// # Errors
/// When the bundle cannot be read or is refused.
pub fn first_engine(path: &Path, trust: &TrustNow, options: Options) -> Result<Engine, Refused> {
    let bytes = read(path, bundle::MAX_BYTES)?;
    let engine = match trust()? {
        Some(trust) => Engine::verified(&bytes, &trust, options),
        None => Engine::with_options(&bytes, options),
    };
    engine.map_err(|e| Refused::bundle(path, &e))
}

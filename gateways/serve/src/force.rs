//! What is in force: engine, catalogue, gateway and keys, read from files and replaced together while requests run.
//!
//! Everything new is prepared to the end before it takes the place of the old; whatever is refused leaves all of the old.

use crate::catalogue::Catalogue;
use crate::token::Keys;
use arc_swap::ArcSwap;
use lexgate::bundle::{self, BundleError};
use lexgate::evaluate::EMBEDDED_BUNDLE;
use lexgate::reload::successor;
use lexgate::vocabulary::Text;
use lexgate::{Engine, Options, Trust};
use lexgate_gateway::document::Source;
use lexgate_gateway::{ConfigError, Gateway};
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
    /// The bundle; without it, the one inside the library.
    pub bundle: Option<PathBuf>,
    /// The catalogue of datasets and subjects.
    pub catalogue: Option<PathBuf>,
    /// What the checks for proxies work from.
    pub gateway: Option<GatewayFiles>,
}

/// The files behind the checks for proxies, beside the catalogue.
#[derive(Debug, Clone)]
pub struct GatewayFiles {
    /// Routes and limits.
    pub config: PathBuf,
    /// Suspended and terminated subjects and grants.
    pub status: PathBuf,
    /// The keys of grant tokens (JWK set).
    pub keys: PathBuf,
}

/// What is in force, seen by one request from its beginning to its end.
pub(crate) struct InForce {
    pub(crate) engine: Arc<Engine>,
    pub(crate) catalogue: Arc<Catalogue>,
    /// For the checks for proxies; they share engine and catalogue.
    pub(crate) gate: Option<Gate>,
}

/// A gateway and the keys of the tokens it believes.
pub(crate) struct Gate {
    pub(crate) gateway: Gateway,
    pub(crate) keys: Keys,
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
    /// How to mend it; boxed, because a refusal goes up through many results.
    pub help: Box<Text>,
}

impl Refused {
    pub(crate) fn new(path: &Path, code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        let help = Text {
            en: "the file in force before stays; mend this one".to_owned(), zh: "原文件继续有效；请修改该文件".to_owned()
        };
        Self { path: path.to_owned(), code, message: Text { en: en.into(), zh: zh.into() }, help: Box::new(help) }
    }

    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::new(path, "file-unreadable", format!("it cannot be read: {error}"), format!("无法读取：{error}"))
    }

    fn bundle(path: &Path, error: &BundleError) -> Self {
        Self { path: path.to_owned(), code: error.code(), message: error.message(), help: Box::new(error.help()) }
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
    /// Reads every file.
    pub(crate) fn begin(files: Files, trust: TrustNow, options: Options) -> Result<Self, Refused> {
        let stamps = files.stamps();
        let engine = files.engine(trust()?.as_ref(), options)?;
        let current = ArcSwap::from_pointee(files.around(Arc::new(engine))?);
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
        let gateway = self.gateway.iter().flat_map(|g| [&g.config, &g.status, &g.keys]);
        [&self.bundle, &self.catalogue].into_iter().flatten().chain(gateway)
    }

    fn stamps(&self) -> Vec<Stamp> {
        let stamp = |path: &PathBuf| std::fs::metadata(path).ok().and_then(|m| Some((m.modified().ok()?, m.len())));
        self.all().map(stamp).collect()
    }

    /// The first engine.
    fn engine(&self, trust: Option<&Trust>, options: Options) -> Result<Engine, Refused> {
        let (path, bytes) = match &self.bundle {
            Some(path) => (path.as_path(), read(path, bundle::MAX_BYTES)?),
            None => (Path::new("embedded bundle"), EMBEDDED_BUNDLE.to_vec()),
        };
        let engine = match trust {
            Some(trust) => Engine::verified(&bytes, trust, options),
            None => Engine::with_options(&bytes, options),
        };
        engine.map_err(|e| Refused::bundle(path, &e))
    }

    /// The other files, prepared for an engine.
    fn around(&self, engine: Arc<Engine>) -> Result<InForce, Refused> {
        let catalogue = self.catalogue.as_ref().map(|path| read_catalogue(path).map(|(text, read)| (path, text, read))).transpose()?;
        let gate = match (&self.gateway, &catalogue) {
            (Some(files), Some((path, text, _))) => Some(files.gate(path, text, &engine)?),
            (Some(files), None) => {
                return Err(Refused::new(&files.config, "catalogue-missing", "a gateway needs a catalogue", "网关需要目录"));
            }
            (None, _) => None,
        };
        Ok(InForce { engine, catalogue: Arc::new(catalogue.map(|(_, _, c)| c).unwrap_or_default()), gate })
    }
}

impl GatewayFiles {
    fn gate(&self, catalogue: &Path, catalogue_text: &str, engine: &Arc<Engine>) -> Result<Gate, Refused> {
        let keys = Keys::parse(read_text(&self.keys)?.as_bytes())
            .map_err(|why| Refused::new(&self.keys, "keys-malformed", format!("it is no key set: {why}"), format!("不是密钥集：{why}")))?;
        let (config, status) = (read_text(&self.config)?, read_text(&self.status)?);
        let gateway = Gateway::new(&config, catalogue_text, &status, Arc::clone(engine)).map_err(|errors| {
            let path = match errors.first().map(|e| e.document) {
                Some(Source::Catalogue) => catalogue,
                Some(Source::Status) => &self.status,
                _ => &self.config,
            };
            // All of them: whoever mends a configuration wants to mend it once.
            let all = |pick: fn(&ConfigError) -> &str| {
                let told = errors.iter().map(|e| format!("{}:{} {} [{}] {}", e.line, e.column, e.path, e.code, pick(e)));
                told.collect::<Vec<_>>().join("; ")
            };
            let code = errors.first().map_or("gateway-malformed", |e| e.code);
            Refused::new(path, code, all(|e| &e.message.en), all(|e| &e.message.zh))
        })?;
        Ok(Gate { gateway, keys })
    }
}

fn read_catalogue(path: &Path) -> Result<(String, Catalogue), Refused> {
    let text = read_text(path)?;
    let catalogue = Catalogue::parse(&text)
        .map_err(|why| Refused::new(path, "catalogue-malformed", format!("it is no catalogue: {why}"), format!("不是目录：{why}")))?;
    Ok((text, catalogue))
}

/// Reads a text file.
fn read_text(path: &Path) -> Result<String, Refused> {
    String::from_utf8(read(path, MAX_FILE)?).map_err(|_| Refused::new(path, "invalid-utf8", "it is not UTF-8", "不是 UTF-8"))
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

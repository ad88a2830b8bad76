//! Cedar's policy stores: a folder, or a Cedar archive (`.cjar`, a ZIP file).

use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, at_most, write_atomically};
use crate::terminal::{Terminal, say};
use clap::{Args, ValueEnum};
use lexgate::author::policy_store::{Files, StoreError, export, export_text, import};
use lexgate::author::{Sources, compile};
use lexgate::bundle::{Bundle, MAX_BYTES, SOURCES};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A store that unpacks to more than this is refused.
const MAX_STORE: usize = 64 * 1024 * 1024;
/// A store of more files than this is refused.
const MAX_FILES: usize = 4096;
/// Folders in folders: `policies/<text>/article-001.cedar`.
const MAX_DEPTH: usize = 4;

/// The form of a policy store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A folder
    PolicyStore,
    /// A Cedar archive: the same folder as a ZIP file
    Cjar,
}

pub(crate) const EXPORT: &str =
    "The bundle must have been built with --sources. The store of a whole law is for reading: one policy in it forbids
everything, because each text is a policy set of its own and duties are permits too. With --text the store holds grounds
and gates of that text only, and Cedar decides with it as lexgate does.

Examples:
  lexgate bundle export lexgate.bundle -o store
  lexgate bundle export lexgate.bundle --format cjar -o law.cjar
  lexgate bundle export lexgate.bundle --text gx-bigdata -o gx-bigdata-store";

/// Write the law as a Cedar policy store, for other Cedar tools
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The bundle, with its sources in it
    bundle: PathBuf,
    /// The form to write
    #[arg(long, value_enum, default_value_t = Form::PolicyStore)]
    format: Form,
    /// Only the grounds and gates of this text
    #[arg(long, value_name = "CODE")]
    text: Option<String>,
    /// The folder or file to write; a folder must not hold anything yet
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
}

pub(crate) const IMPORT: &str = "Examples:
  lexgate bundle import law.cjar -o policies-imported
  lexgate bundle import store -o policies-imported && lexgate bundle build --policies policies-imported";

/// Read a Cedar policy store that was exported here, and write the policy folder it was made from
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The store: a folder or a .cjar file
    store: PathBuf,
    /// The policy folder to write; it must not hold anything yet
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Writes a store.
pub(crate) fn run_export(args: &ExportArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (bytes, name) = BundleChoice { bundle: Some(args.bundle.clone()) }.bytes()?;
    let refused = |source| Failure::Bundle { name: name.clone(), source };
    let content = lexgate::bundle::read(&bytes).map_err(refused)?;
    let mut sources = Sources::default();
    for file in Bundle::open(&bytes).map_err(refused)?.files() {
        let (path, text) = file.map_err(refused)?;
        if let Some(path) = path.strip_prefix(SOURCES) {
            let text =
                std::str::from_utf8(text).map_err(|_| Failure::Store { name: name.clone(), source: StoreError::Damaged(path.into()) })?;
            sources.set(path, text);
        }
    }
    if sources.iter().next().is_none() {
        return Err(Failure::NoSources(args.bundle.clone()));
    }
    let (about, vocabulary) = (&content.about, &content.law.vocabulary);
    let files = match &args.text {
        None => export(about, vocabulary, &sources),
        Some(code) => export_text(about, vocabulary, &compile(&sources), code),
    };
    let files = files.map_err(|source| Failure::Store { name, source })?;
    match args.format {
        Form::PolicyStore => write_folder(&args.output, &files)?,
        Form::Cjar => write_atomically(&args.output, &zipped(&files).map_err(Failure::unwritable(&args.output))?)?,
    }
    done(&args.output, files.len(), terminal)
}

/// Reads a store.
pub(crate) fn run_import(args: &ImportArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let files = if args.store.is_dir() { read_folder(&args.store)? } else { read_archive(&args.store)? };
    let failed = |source| Failure::Store { name: args.store.display().to_string(), source };
    let sources = import(&files).map_err(failed)?;
    let compiled = compile(&sources);
    for finding in &compiled.findings {
        terminal.complain_of(finding, &sources);
    }
    let Some(content) = compiled.content else { return Err(Failure::Policies(args.store.clone())) };
    // Its policies were validated against another schema than they say.
    if files.get("schema.cedarschema").map(Vec::as_slice) != Some(lexgate::author::schema(&content.law.vocabulary).as_bytes()) {
        return Err(failed(StoreError::Damaged("schema.cedarschema".to_owned())));
    }
    let written: Files = sources.iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect();
    write_folder(&args.output, &written)?;
    done(&args.output, written.len(), terminal)
}

fn done(output: &Path, files: usize, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let said = say(terminal.lang, format!("{}: {files} files", output.display()), format!("{}：{files} 个文件", output.display()));
    writeln!(terminal.out, "{said}")?;
    Ok(Exit::Done)
}

/// Writes files under a folder that is empty or not there. Their paths are plain ones.
fn write_folder(folder: &Path, files: &Files) -> Result<(), Failure> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(Failure::Exists(folder.to_owned())),
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(Failure::Unwritable { path: folder.to_owned(), source }),
        _ => {}
    }
    for (path, content) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Failure::unwritable(parent))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut f| f.write_all(content)).map_err(Failure::unwritable(&path))?;
    }
    Ok(())
}

/// The same files give the same bytes: no times, no owners.
fn zipped(files: &Files) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    for (path, content) in files {
        zip.start_file(path.as_str(), options)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn unfit(path: &Path, what: impl Into<String>) -> Failure {
    Failure::Store { name: path.display().to_string(), source: StoreError::OutOfPlace(what.into()) }
}

/// Adds a file, within the limits. Its path is only a name until `import` finds a place for it.
fn keep(files: &mut Files, store: &Path, path: &str, content: Vec<u8>) -> Result<(), Failure> {
    let total = files.values().map(Vec::len).fold(content.len(), usize::saturating_add);
    if total > MAX_STORE || files.len() >= MAX_FILES || files.insert(path.to_owned(), content).is_some() {
        return Err(unfit(store, path.escape_debug().to_string()));
    }
    Ok(())
}

/// Reads a folder. A symbolic link in it is refused: it may lead anywhere.
fn read_folder(store: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    let mut folders = vec![(store.to_owned(), String::new(), 0usize)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Failure::unreadable(&folder))? {
            let entry = entry.map_err(Failure::unreadable(&folder))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(Failure::unreadable(&folder))?);
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((path, format!("{name}/"), depth.saturating_add(1)));
            } else if kind.is_file() {
                let content =
                    at_most(File::open(&path).map_err(Failure::unreadable(&path))?, MAX_STORE).map_err(Failure::unreadable(&path))?;
                keep(&mut files, store, &name, content)?;
            } else {
                return Err(unfit(store, name));
            }
        }
    }
    Ok(files)
}

/// Reads a Cedar archive. Nothing in it is believed: neither names nor sizes nor kinds.
fn read_archive(store: &Path) -> Result<Files, Failure> {
    let bytes = at_most(File::open(store).map_err(Failure::unreadable(store))?, MAX_BYTES).map_err(Failure::unreadable(store))?;
    let damaged = |what: &str| Failure::Store { name: store.display().to_string(), source: StoreError::Damaged(what.to_owned()) };
    if bytes.len() > MAX_BYTES {
        return Err(unfit(store, "…"));
    }
    let entries = count_entries(&bytes);
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("ZIP"))?;
    // The reader keeps one of several entries with one name; here there may be no such thing.
    if entries != Some(zip.len()) {
        return Err(damaged("ZIP"));
    }
    let mut files = Files::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).map_err(|_| damaged("ZIP"))?;
        let name = entry.name().map_err(|_| damaged("ZIP"))?.into_owned();
        if entry.is_dir() && entry.size() == 0 {
            continue;
        }
        let plain =
            entry.is_file() && !entry.encrypted() && matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        if !plain {
            return Err(unfit(store, name.escape_debug().to_string()));
        }
        let size = entry.size();
        let content = at_most(&mut entry, MAX_STORE).map_err(|_| damaged(&name))?;
        if u64::try_from(content.len()) != Ok(size) {
            return Err(damaged(&name));
        }
        keep(&mut files, store, &name, content)?;
    }
    Ok(files)
}

/// How many entries the end record of a ZIP file says there are.
fn count_entries(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let count = bytes.get(end.checked_add(10)?..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_le_bytes(*count)))
}

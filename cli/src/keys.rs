//! Key files: made, read, and kept from other people's eyes.

use crate::failure::{Exit, Failure};
use crate::load::{at_most, write_atomically};
use crate::terminal::{Style, Terminal, say};
use clap::{Args, ValueEnum};
use lexgate::bundle::MAX_BYTES;
use lexgate::sign::{PrivateKey, SignError, sign};
use lexgate::trust::Validity;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A private key file larger than this is none.
const MAX_KEY: usize = 16 * 1024;

/// A signature suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Algorithm {
    /// Ed25519 (RFC 8032)
    Ed25519,
    /// SM2 with SM3 (GB/T 32918)
    Sm2,
}

/// From when to when.
#[derive(Debug, Clone, Args)]
struct Period {
    /// From when it counts (RFC 3339)
    #[arg(long, value_name = "TIME")]
    valid_from: Option<String>,
    /// Until when it counts (RFC 3339); a bare date ends with the day, in UTC+8
    #[arg(long, value_name = "TIME")]
    valid_until: Option<String>,
}

impl Period {
    fn validity(&self) -> Validity {
        Validity { from: self.valid_from.clone(), until: self.valid_until.clone() }
    }
}

pub(crate) const KEYGEN: &str = "The private key (PKCS#8) can be read by its owner only; the public key (JWK) is for those who verify.
No file is overwritten.

Examples:
  lexgate bundle keygen -o office.pem
  lexgate bundle keygen -o office.pem --id office-2026 --valid-until 2026-12-31
  lexgate bundle keygen -o office.pem --public keys/office.jwk --algorithm sm2";

/// Make a key pair
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The private key file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The public key file to write; else beside the private one, ending in .jwk
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// The id of the key; else its thumbprint (RFC 7638)
    #[arg(long)]
    id: Option<String>,
    /// The signature suite
    #[arg(long, value_enum, default_value_t = Algorithm::Ed25519)]
    algorithm: Algorithm,
    #[command(flatten)]
    period: Period,
}

pub(crate) const SIGN: &str = "The signature is added to those the bundle has; a former one by the same key is replaced.

Examples:
  lexgate bundle sign lexgate.bundle --key office.pem
  lexgate bundle sign lexgate.bundle --key office.pem --id office-2026 --valid-until 2026-12-31
  lexgate bundle sign lexgate.bundle --key office.pem -o signed.bundle";

/// Sign a bundle
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The bundle
    bundle: PathBuf,
    /// The private key (PKCS#8 PEM), which nobody but its owner may be able to read
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The id of the key, if it was made with one; else its thumbprint
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    period: Period,
    /// The file to write; else the bundle itself
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Makes a key pair.
pub(crate) fn keygen(args: &KeygenArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let failed = |source| Failure::Sign { name: args.output.display().to_string(), source };
    let key = new_key(args.algorithm).map_err(failed)?;
    let public = key.public(args.id.as_deref()).and_then(|k| k.valid(args.period.validity())).map_err(|e| failed(e.into()))?;
    let public_path = args.public.clone().unwrap_or_else(|| args.output.with_extension("jwk"));
    let pem = key.to_pem().map_err(failed)?;
    write_new(&args.output, pem.as_bytes(), true)?;
    if let Err(failure) = write_new(&public_path, format!("{}\n", public.to_jwk()).as_bytes(), false) {
        // Half a pair is none.
        let _ = std::fs::remove_file(&args.output);
        return Err(failure);
    }
    terminal.paragraph(say(terminal.lang, "  key      ", "  密钥    "), Style::Plain, public.id())?;
    terminal.paragraph(say(terminal.lang, "  suite    ", "  算法    "), Style::Plain, public.algorithm())?;
    terminal.paragraph(say(terminal.lang, "  private  ", "  私钥    "), Style::Plain, &args.output.display().to_string())?;
    terminal.paragraph(say(terminal.lang, "  public   ", "  公钥    "), Style::Plain, &public_path.display().to_string())?;
    Ok(Exit::Done)
}

fn new_key(algorithm: Algorithm) -> Result<PrivateKey, SignError> {
    loop {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed).map_err(|_| SignError::PrivateKey)?;
        match algorithm {
            Algorithm::Ed25519 => return Ok(PrivateKey::ed25519(&seed)),
            // A draw that is no number below the order of the curve is drawn again.
            Algorithm::Sm2 => {
                if let Ok(key) = PrivateKey::sm2(&seed) {
                    return Ok(key);
                }
            }
        }
    }
}

/// Signs a bundle.
pub(crate) fn sign_bundle(args: &SignArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let key = private_key(&args.key)?;
    let file = File::open(&args.bundle).map_err(Failure::unreadable(&args.bundle))?;
    let bytes = at_most(file, MAX_BYTES).map_err(Failure::unreadable(&args.bundle))?;
    let signed = sign(&bytes, &key, args.id.as_deref(), &args.period.validity()).map_err(|source| {
        let name = args.bundle.display().to_string();
        match source {
            SignError::Bundle(source) => Failure::Bundle { name, source },
            SignError::Key(source) => Failure::Trust { name: None, source },
            other => Failure::Sign { name, source: other },
        }
    })?;
    let output = args.output.as_ref().unwrap_or(&args.bundle);
    write_atomically(output, &signed)?;
    let id = key.public(args.id.as_deref()).map(|k| k.id().to_owned()).unwrap_or_default();
    let said = say(terminal.lang, format!("{}: signed by key {id}", output.display()), format!("{}：已由密钥 {id} 签名", output.display()));
    writeln!(terminal.out, "{said}")?;
    Ok(Exit::Done)
}

fn private_key(path: &Path) -> Result<PrivateKey, Failure> {
    let bytes = private_bytes(path)?;
    let key = std::str::from_utf8(&bytes).map_err(|_| SignError::PrivateKey).and_then(PrivateKey::from_pem);
    key.map_err(|source| Failure::Sign { name: path.display().to_string(), source })
}

/// The contents of the file of a private key, unless others than its owner may reach it.
pub(crate) fn private_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(Failure::unreadable(path))?;
    // The file that was opened is looked at, not the path, which may lead elsewhere by now.
    if is_exposed(&file).map_err(Failure::unreadable(path))? {
        return Err(Failure::KeyExposed(path.to_owned()));
    }
    at_most(file, MAX_KEY).map_err(Failure::unreadable(path))
}

/// Whether others than the owner may read or write the file.
#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere access is not a matter of the file's mode.
#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Writes a file that is not there yet; a private one so that only its owner can ever have read it.
fn write_new(path: &Path, content: &[u8], private: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists(path.to_owned()),
        _ => Failure::Unwritable { path: path.to_owned(), source },
    })?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(Failure::unwritable(path))
}

//! The call as it came, held against one rule: what two servers could read in two ways is refused, never repaired.
//!
//! A gateway decides on the text of a request target, and the upstream acts on what it makes of the same text. Wherever the
//! two might differ (dot segments, encoded slashes, doubled parameters, override headers), the call ends here.

use crate::refusal::Refusal;
use crate::verdict::Call;

/// A call in canonical form.
pub(crate) struct Target<'c> {
    /// Decoded segments of the path.
    pub(crate) segments: Vec<String>,
    /// Decoded names and values of the query, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Lower case, without the port.
    pub(crate) host: &'c str,
    /// As sent, with the port.
    pub(crate) authority: &'c str,
}

/// Headers by which some frameworks replace method or target: what passed here would be another call there.
const OVERRIDES: [&str; 5] = ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"];

/// Headers that may stand once at most.
const SINGLE: [&str; 6] = ["authorization", "host", "content-length", "transfer-encoding", "content-type", "proxy-authorization"];

/// The headers of a name, which is lower case.
pub(crate) fn headers<'c>(call: &'c Call, name: &str) -> impl Iterator<Item = &'c str> {
    call.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// Checks headers and method; `body` says whether a body comes with the call.
pub(crate) fn check_headers(call: &Call, header_bytes: usize) -> Result<bool, Refusal> {
    let mut size = 0_usize;
    for (name, value) in &call.headers {
        size = size.saturating_add(name.len()).saturating_add(value.len());
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Refusal::new("header-malformed"));
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Refusal::new("header-malformed"));
        }
    }
    if size > header_bytes {
        return Err(Refusal::new("headers-too-large"));
    }
    for name in SINGLE {
        if call.headers.iter().filter(|(n, _)| same_header(n, name)).count() > 1 {
            return Err(Refusal::new("header-doubled"));
        }
    }
    if call.headers.iter().any(|(n, _)| n.contains('_') && SINGLE.iter().any(|s| same_header(n, s))) {
        return Err(Refusal::new("header-malformed"));
    }
    if headers(call, "host").any(|h| h != call.authority) {
        return Err(Refusal::new("host-mismatch"));
    }
    let coding = headers(call, "transfer-encoding").next();
    let length = headers(call, "content-length").next();
    if coding.is_some_and(|c| c != "chunked") || (coding.is_some() && length.is_some()) {
        return Err(Refusal::new("framing-ambiguous"));
    }
    if length.is_some_and(|l| l.is_empty() || l.len() > 15 || !l.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Refusal::new("framing-ambiguous"));
    }
    if call.method.is_empty() || !call.method.bytes().all(is_token) || call.method.bytes().any(|b| b.is_ascii_lowercase()) {
        return Err(Refusal::new("method-not-canonical"));
    }
    Ok(coding.is_some() || length.is_some_and(|l| l.bytes().any(|b| b != b'0')))
}

/// Whether a header would make another call of this one.
pub(crate) fn has_override(call: &Call) -> bool {
    call.headers.iter().any(|(n, _)| OVERRIDES.iter().any(|o| same_header(n, o)))
}

/// Header names that a server may take for one another: some turn `-` into `_`.
pub(crate) fn same_header(name: &str, canonical: &str) -> bool {
    name.len() == canonical.len()
        && name.bytes().zip(canonical.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b) || (a == b'_' && b == b'-'))
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// Reads target and authority.
pub(crate) fn read<'c>(call: &'c Call, target_bytes: usize) -> Result<Target<'c>, Refusal> {
    let target = call.target.as_str();
    if target.len() > target_bytes {
        return Err(Refusal::new("target-too-large"));
    }
    if !target.starts_with('/') {
        return Err(Refusal::new("target-not-origin-form"));
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let host = host(&call.authority)?;
    Ok(Target { segments: segments(path)?, query: query.map_or(Ok(Vec::new()), parameters)?, host, authority: &call.authority })
}

/// The host of an authority: lower-case letters, digits, `-` and `.`, or an address in brackets; with or without a port.
fn host(authority: &str) -> Result<&str, Refusal> {
    let refused = || Refusal::new("authority-not-canonical");
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']').ok_or_else(refused)?;
            let after = end.checked_add(2).ok_or_else(refused)?;
            authority.split_at_checked(after).ok_or_else(refused)?
        }
        None => authority.find(':').and_then(|colon| authority.split_at_checked(colon)).unwrap_or((authority, "")),
    };
    let bracketed = host.starts_with('[');
    let inner = host.trim_start_matches('[').trim_end_matches(']');
    let letters =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || if bracketed { b == b':' || b == b'.' } else { b == b'-' || b == b'.' };
    if inner.is_empty() || inner.len() > 253 || !inner.bytes().all(letters) {
        return Err(refused());
    }
    if !bracketed && inner.split('.').any(|label| label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-')) {
        return Err(refused());
    }
    let number = port.strip_prefix(':').unwrap_or(port);
    let canonical = number.parse::<u16>().is_ok_and(|n| n > 0) && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    if !port.is_empty() && !canonical {
        return Err(refused());
    }
    Ok(host)
}

/// The decoded segments of a path that has no empty, dot or doubtful segment. `/` alone has none.
fn segments(path: &str) -> Result<Vec<String>, Refusal> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    inner.split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<String, Refusal> {
    let refused = || Refusal::new("path-not-canonical");
    // RFC 3986 pchar, without `;`: some servers cut what follows it.
    let allowed = |b: u8| is_unreserved(b) || b"!$&'()*+,=:@".contains(&b);
    let decoded = decode(raw, allowed).ok_or_else(refused)?;
    // `.` and `..` end with a dot, and some servers take dots and spaces at the end away.
    if decoded.is_empty() || decoded.starts_with(' ') || decoded.ends_with([' ', '.']) {
        return Err(refused());
    }
    if decoded.contains(['/', '\\', '%', ';', '?', '#']) {
        return Err(refused());
    }
    Ok(decoded)
}

fn parameters(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    let refused = || Refusal::new("query-not-canonical");
    if query.is_empty() {
        return Err(refused());
    }
    // RFC 3986 query without `+` (a space to some), `;` (a separator to some) and `&` and `=`, which are taken apart first.
    let allowed = |b: u8| is_unreserved(b) || b"!$'()*,:@/?".contains(&b);
    let parameter = |p: &str| {
        let (name, value) = p.split_once('=').ok_or_else(refused)?;
        let name = decode(name, allowed).filter(|n| !n.is_empty()).ok_or_else(refused)?;
        Ok((name, decode(value, allowed).ok_or_else(refused)?))
    };
    query.split('&').map(parameter).collect()
}

fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~".contains(&b)
}

/// Percent-decodes what is encoded as RFC 3986 wants it: upper-case digits, only what has to be encoded, UTF-8, no control
/// characters. `None` when it is not so.
fn decode(raw: &str, allowed: impl Fn(u8) -> bool) -> Option<String> {
    if raw.bytes().all(&allowed) {
        return Some(raw.to_owned());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(b) = rest.next() {
        if b != b'%' {
            if !allowed(b) {
                return None;
            }
            bytes.push(b);
            continue;
        }
        let byte = hex(rest.next()?)?.checked_mul(16)?.checked_add(hex(rest.next()?)?)?;
        if is_unreserved(byte) {
            return None;
        }
        bytes.push(byte);
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(|c| c.is_control() || is_invisible(c))).then_some(text)
}

/// Characters that are not seen, or that stand for others after normalisation.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ff01}'..='\u{ff5e}' | '\u{fff0}'..='\u{ffff}')
}

fn hex(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => b.checked_sub(b'0'),
        b'A'..=b'F' => b.checked_sub(b'A')?.checked_add(10),
        _ => None,
    }
}

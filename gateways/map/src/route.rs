//! From a path to a route.

/// A segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(String),
    Parameter(String),
}

/// The segments of a template; `None` when it is none.
pub(crate) fn template(path: &str) -> Option<Vec<Segment>> {
    let inner = path.strip_prefix('/')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    inner.split('/').map(segment).collect()
}

fn segment(text: &str) -> Option<Segment> {
    if let Some(name) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        return is_name(name).then(|| Segment::Parameter(name.to_owned()));
    }
    let literal = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&b))
        && !text.bytes().all(|b| b == b'.');
    literal.then(|| Segment::Literal(text.to_owned()))
}

/// Names of parameters and fields of the configuration.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The names of the parameters in a template.
pub(crate) fn parameters(template: &[Segment]) -> impl Iterator<Item = &str> {
    template.iter().filter_map(|s| match s {
        Segment::Parameter(name) => Some(name.as_str()),
        Segment::Literal(_) => None,
    })
}

/// Whether a path can match both.
pub(crate) fn overlap(a: &[Segment], b: &[Segment]) -> bool {
    let meets = |(x, y): (&Segment, &Segment)| match (x, y) {
        (Segment::Literal(x), Segment::Literal(y)) => x == y,
        _ => true,
    };
    a.len() == b.len() && a.iter().zip(b).all(meets)
}

/// The segments of a path that match a template, beside the names of its parameters.
pub(crate) fn matches<'n, 't>(template: &'n [Segment], path: &'t [String]) -> Option<Vec<(&'n str, &'t str)>> {
    if template.len() != path.len() {
        return None;
    }
    let mut bound = Vec::new();
    for (segment, text) in template.iter().zip(path) {
        match segment {
            Segment::Literal(literal) if literal == text => {}
            Segment::Literal(_) => return None,
            Segment::Parameter(name) => bound.push((name.as_str(), text.as_str())),
        }
    }
    Some(bound)
}

/// Whether a host is that of a route: a name with a port asks for that port.
pub(crate) fn serves(route: &str, host: &str, authority: &str) -> bool {
    route == host || route == authority
}

//! Nothing passes that two servers could read in two ways, and nothing makes the mapping stop.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

mod support;

use lexgate_gateway::refusal::CODES;
use lexgate_gateway::{Call, Gateway};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::OnceLock;
use support::{BEARER, NOW, VEHICLE, example, get, sharing, vehicle};

fn gateway() -> &'static Gateway {
    static GATEWAY: OnceLock<Gateway> = OnceLock::new();
    GATEWAY.get_or_init(example)
}

fn code(call: &Call) -> Option<&'static str> {
    gateway().decide(call, NOW).code
}

/// What servers are known to do to a path before they look for a handler.
fn readings(path: &str) -> Vec<String> {
    let decode = |p: &str| {
        let mut out = Vec::new();
        let mut bytes = p.as_bytes().iter().copied();
        while let Some(b) = bytes.next() {
            let rest: Vec<u8> = bytes.clone().take(2).collect();
            let pair = std::str::from_utf8(&rest).ok().filter(|h| h.len() == 2).and_then(|h| u8::from_str_radix(h, 16).ok());
            if b == b'%'
                && let Some(byte) = pair
            {
                out.push(byte);
                bytes.nth(1);
            } else {
                out.push(b);
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let segments = |p: &str| {
        let mut kept: Vec<&str> = Vec::new();
        for s in p.split('/') {
            match s {
                "." | "" => {}
                ".." => drop(kept.pop()),
                s => kept.push(s),
            }
        }
        format!("/{}", kept.join("/"))
    };
    let cut = |p: &str| p.split('/').map(|s| s.split(';').next().unwrap_or_default()).collect::<Vec<_>>().join("/");
    let trim = |p: &str| p.split('/').map(|s| s.trim_end_matches(['.', ' '])).collect::<Vec<_>>().join("/");
    let once = decode(path);
    let twice = decode(&once);
    vec![
        segments(path),
        once.clone(),
        segments(&once),
        segments(&twice),
        once.replace('\\', "/"),
        segments(&twice.replace('\\', "/")),
        cut(path),
        cut(&twice),
        trim(&twice),
        twice.split(['\0', '?', '#', '\n', '\r']).next().unwrap_or_default().to_owned(),
        path.trim_end_matches('/').to_owned(),
        twice,
    ]
}

const TRICKS: [&str; 44] = [
    "/",
    "//",
    "/.",
    "/./",
    "/..",
    "/../",
    "..",
    ".",
    "%2e",
    "%2E",
    "%2e%2e",
    "%2f",
    "%2F",
    "%5c",
    "\\",
    "%00",
    "%0a",
    "%0d%0a",
    "%20",
    " ",
    "\t",
    ";",
    ";x=1",
    "%3b",
    "%3F",
    "?",
    "#",
    "%23",
    "%25",
    "%252f",
    "%c0%af",
    "%ff",
    "%",
    "%2",
    "%zz",
    "%u002f",
    "\u{ff0f}",
    "%EF%BC%8F",
    "%61",
    "A",
    "\u{0}",
    "&",
    "&fields=driver",
    "@",
];

fn tricked() -> impl Strategy<Value = String> {
    let edit = (0..VEHICLE.len() + 1, 0..TRICKS.len(), prop::bool::ANY);
    prop::collection::vec(edit, 1..4).prop_map(|edits| {
        let mut target = VEHICLE.to_owned();
        for (at, trick, replace) in edits {
            let at = at.min(target.len());
            if target.is_char_boundary(at) {
                let end = if replace && target.is_char_boundary((at + 1).min(target.len())) { (at + 1).min(target.len()) } else { at };
                target.replace_range(at..end, TRICKS[trick]);
            }
        }
        target
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// An allowed path is what every server makes of it.
    #[test]
    fn an_allowed_path_has_one_reading(target in tricked()) {
        let v = gateway().decide(&get("data.example.cn", &target, Some(sharing())), NOW);
        if v.allow {
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            let readings = readings(path);
            // Encoded once or not at all: both are what was decided about.
            for reading in &readings {
                prop_assert!(reading == path || *reading == readings[1], "{} as {}", path, reading);
            }
            // And the fields it was allowed for are those granted, however the query is read.
            for part in query.split(['&', ';', '+']) {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                prop_assert_eq!(name, "fields");
                prop_assert!(value.replace("%2C", ",").split(',').all(|f| ["vehicle", "line", "position", "timestamp"].contains(&f)));
            }
        }
    }

    /// Whatever comes: a verdict, never an allow without a route, always a documented code.
    #[test]
    fn any_call_gets_a_verdict(
        method in "\\PC{0,8}|GET|get|HEAD",
        authority in "\\PC{0,16}|data\\.example\\.cn(:[0-9]{0,6})?\\.?|\\[[0-9a-f:]{0,8}\\]?",
        target in "(\\PC|[\\x00-\\x20]){0,40}|/[a-z/.%;?=&]{0,30}",
        name in "\\PC{0,12}|authorization|x-duty|x-lexgate-decision|content-length",
        value in "(\\PC|[\\x00-\\x20]){0,60}|Bearer [A-Za-z0-9._-]{0,40}",
        now in "\\PC{0,12}|2026-11-20",
    ) {
        let call = Call { method, authority, target, headers: vec![(name, value)], grant: None, grant_error: None };
        let v = gateway().decide(&call, &now);
        prop_assert!(!v.allow);
        let code = v.code.unwrap();
        let entry = CODES.iter().find(|c| c.code == code).unwrap();
        prop_assert_eq!(entry.status, v.status);
        let body: Value = serde_json::from_str(&v.body).unwrap();
        prop_assert_eq!(&body["code"], code);
        for (_, value) in &v.headers {
            prop_assert!(value.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", value);
        }
    }

    /// Whatever the claims: a verdict; and one changed claim never makes another dataset reachable.
    #[test]
    fn any_claims_get_a_verdict(path in 0..CLAIMS.len(), value in json_value()) {
        let mut grant = sharing();
        if let Some(place) = grant.pointer_mut(CLAIMS[path]) {
            *place = value;
        }
        let v = gateway().decide(&get("data.example.cn", VEHICLE, Some(grant.clone())), NOW);
        prop_assert!(v.allow || v.code.is_some());
        let other = get("data.example.cn", "/opened/fujian-road-works/records?fields=road", Some(grant));
        prop_assert!(!gateway().decide(&other, NOW).allow);
    }

    /// The ways to ask agree, with and without what was kept.
    #[test]
    fn one_verdict_however_it_is_asked_for(target in tricked()) {
        let call = get("data.example.cn", &target, Some(sharing()));
        let seconds = lexgate::calendar::parse_moment(NOW).unwrap().first;
        let text = |v: lexgate_gateway::Verdict| lexgate_gateway::Verdict { request: None, response: None, ..v }.to_json();
        let plain = text(gateway().decide(&call, NOW));
        prop_assert_eq!(&plain, &text(gateway().decide_in_full(&call, NOW)));
        for _ in 0..2 {
            prop_assert_eq!(&plain, &text(gateway().decide_verified(&call, seconds, || call.grant.clone())));
        }
        let json = serde_json::to_string(&call).unwrap();
        prop_assert_eq!(&plain, &gateway().decide_json(&json, NOW, false));
    }
}

const CLAIMS: [&str; 22] = [
    "",
    "/iss",
    "/sub",
    "/sub_type",
    "/aud",
    "/exp",
    "/iat",
    "/jti",
    "/grant",
    "/grant/id",
    "/grant/authority",
    "/grant/datasets",
    "/grant/actions",
    "/grant/scenario",
    "/grant/purposes",
    "/grant/scope",
    "/grant/scope/fields",
    "/grant/manner",
    "/grant/raw_data",
    "/grant/approval",
    "/grant/valid_from",
    "/grant/valid_until",
];

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!("*")),
        Just(json!("bulk")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..4).prop_map(|m| json!(m)),
        ]
    })
}

#[test]
fn what_was_kept_ends_with_the_token_and_the_day() {
    let gateway = example();
    let at = |moment: &str| lexgate::calendar::parse_moment(moment).unwrap().first;
    let mut call = vehicle();
    call.grant.as_mut().unwrap()["exp"] = (at("2026-11-20T15:00:00+08:00")).into();
    let code = |moment: &str| gateway.decide_verified(&call, at(moment), || call.grant.clone()).code;
    assert_eq!(code("2026-11-20T12:00:00+08:00"), None);
    // Now it is kept: claims are not asked for again, until they would say otherwise.
    let kept = gateway.decide_verified(&call, at("2026-11-20T13:00:00+08:00"), || panic!("asked again"));
    assert!(kept.allow);
    assert_eq!(code("2026-11-20T15:00:29+08:00"), None);
    assert_eq!(code("2026-11-20T15:00:30+08:00"), Some("token-expired"));

    let mut call = vehicle();
    call.headers.push(("x-note".to_owned(), "2".to_owned()));
    call.grant.as_mut().unwrap()["grant"]["valid_until"] = "2026-11-20".into();
    let code = |moment: &str| example().decide_verified(&call, at(moment), || call.grant.clone()).code;
    assert_eq!(code("2026-11-20T23:59:59+08:00"), None);
    assert_eq!(code("2026-11-21T00:00:00+08:00"), Some("grant-expired"));
    // Another header that a route reads is another call; so is a token that was refused.
    let mut other = vehicle();
    other.headers[1].1 = "tax audit".to_owned();
    assert!(gateway.decide_verified(&vehicle(), at(NOW), || vehicle().grant).allow);
    assert!(!gateway.decide_verified(&other, at(NOW), || other.grant.clone()).allow);
    let mut refused = vehicle();
    refused.grant_error = Some("signature".to_owned());
    assert_eq!(gateway.decide_verified(&refused, at(NOW), || None).code, Some("token-signature"));
}

#[test]
fn headers_that_mean_harm() {
    let with = |name: &str, value: &str| {
        let mut call = vehicle();
        call.headers.push((name.to_owned(), value.to_owned()));
        code(&call)
    };
    assert_eq!(with("x-request-id", "a-1"), None);
    for name in ["authorization", "Authorization", "AUTHORIZATION"] {
        assert_eq!(with(name, BEARER), Some("header-doubled"));
    }
    assert_eq!(with("Host", "data.example.cn"), Some("header-doubled"));
    assert_eq!(with("X-Duty", "tax audit"), Some("parameter-doubled"));
    assert_eq!(with("X_Original_URL", "/admin"), Some("override-header"));
    assert_eq!(with("x-http-method-override", "DELETE"), Some("override-header"));
    assert_eq!(with("content-length", "5"), Some("body-not-allowed"));
    assert_eq!(with("content-length", "0"), None);
    assert_eq!(with("content-length", "+5"), Some("framing-ambiguous"));
    assert_eq!(with("content_length", "5"), Some("header-malformed"));
    assert_eq!(with("transfer-encoding", "chunked, identity"), Some("framing-ambiguous"));
    assert_eq!(with("transfer-encoding", "chunked"), Some("body-not-allowed"));
    assert_eq!(with("x-a", "b\r\nx-lexgate-decision: {}"), Some("header-malformed"));
    assert_eq!(with("x a", "b"), Some("header-malformed"));
    assert_eq!(with("x-a", &"b".repeat(40_000)), Some("headers-too-large"));

    let mut call = vehicle();
    for name in ["x-lexgate-decision", "X-Lexgate-Obligations", "x_lexgate_dry_run", "x-lexgate-anything"] {
        call.headers.push((name.to_owned(), "spoofed".to_owned()));
    }
    let v = gateway().decide(&call, NOW);
    assert!(v.allow);
    assert_eq!(v.remove, ["authorization", "x-lexgate-anything", "x-lexgate-decision", "x-lexgate-obligations", "x_lexgate_dry_run"]);
}

#[test]
fn queries_that_mean_harm() {
    let query = |query: &str| code(&get("data.example.cn", &format!("/sharing/nanning-bus-positions/vehicles/A1{query}"), Some(sharing())));
    assert_eq!(query("?fields=line"), None);
    assert_eq!(query("?fields=line%2Cposition"), None);
    // Nothing named is everything.
    assert_eq!(query(""), Some("fields-not-granted"));
    for (text, wanted) in [
        ("?fields=line&fields=driver", "parameter-doubled"),
        ("?fields=line&field%73=driver", "query-not-canonical"),
        ("?fields=line&fields[]=driver", "query-not-canonical"),
        ("?fields=line&fields%5B%5D=driver", "parameter-unknown"),
        ("?fields=line&Fields=driver", "parameter-unknown"),
        ("?fields=line;fields=driver", "query-not-canonical"),
        ("?fields=line+driver", "query-not-canonical"),
        ("?fields=line%00", "query-not-canonical"),
        ("?fields=line%2cposition", "query-not-canonical"),
        ("?fields=line,", "field-unknown"),
        ("?fields=*", "field-unknown"),
        ("?fields= line", "query-not-canonical"),
        ("?fields=", "field-unknown"),
        ("?fields", "query-not-canonical"),
        ("?", "query-not-canonical"),
        ("?&", "query-not-canonical"),
        ("?=x", "query-not-canonical"),
        ("?fields=line#x", "query-not-canonical"),
    ] {
        assert_eq!(query(text), Some(wanted), "{text}");
    }
    let path = |path: &str| code(&get("data.example.cn", path, Some(sharing())));
    for text in [
        "/sharing/nanning-bus-positions/vehicles/..",
        "/sharing/nanning-bus-positions/vehicles/.",
        "/sharing//vehicles/A1",
        "/sharing/x/vehicles/A1/",
        "/sharing/x/vehicles/a%2Fb",
        "/sharing/x/vehicles/a;b",
        "/sharing/x/vehicles/a%5Cb",
        "/sharing/x/vehicles/a%00",
        "/sharing/x/vehicles/%2E%2E",
        "/sharing/x/vehicles/a.",
    ] {
        assert_eq!(path(text), Some("path-not-canonical"), "{text}");
    }
    assert_eq!(path("sharing"), Some("target-not-origin-form"));
    assert_eq!(path("*"), Some("target-not-origin-form"));
    assert_eq!(path("http://data.example.cn/"), Some("target-not-origin-form"));
    assert_eq!(path("/SHARING/nanning-bus-positions/vehicles/A1"), Some("no-route"));
    assert_eq!(path(&format!("/{}", "a".repeat(5000))), Some("target-too-large"));
}

#[test]
fn hosts_methods_and_tokens_in_other_spellings() {
    let host = |authority: &str| code(&get(authority, VEHICLE, Some(sharing())));
    assert_eq!(host("data.example.cn:8443"), None);
    for authority in [
        "DATA.example.cn",
        "data.example.cn.",
        "data.example.cn:",
        "data.example.cn:0",
        "data.example.cn:08",
        "a@data.example.cn",
        "data..cn",
        "",
    ] {
        assert_eq!(host(authority), Some("authority-not-canonical"), "{authority}");
    }
    assert_eq!(host("other.example.cn"), Some("no-route"));
    assert_eq!(host("[::1]:80"), Some("no-route"));
    let mut call = vehicle();
    call.authority = "parking.example.cn".to_owned();
    assert_eq!(code(&call), Some("host-mismatch"));
    for (method, wanted) in
        [("get", "method-not-canonical"), ("G ET", "method-not-canonical"), ("POST", "method-not-allowed"), ("TRACE", "method-not-allowed")]
    {
        let v = gateway().decide(&Call { method: method.to_owned(), ..vehicle() }, NOW);
        assert_eq!(v.code, Some(wanted), "{method}");
        assert_eq!(v.headers.iter().any(|(n, v)| *n == "allow" && v == "GET"), wanted == "method-not-allowed");
    }
    let token = |authorization: &str| {
        let mut call = vehicle();
        call.headers.last_mut().unwrap().1 = authorization.to_owned();
        code(&call)
    };
    assert_eq!(token(BEARER), None);
    let head = |json: &str| {
        use base64ct::{Base64UrlUnpadded, Encoding};
        format!("Bearer {}.e30.c2ln", Base64UrlUnpadded::encode_string(json.as_bytes()))
    };
    assert_eq!(token(&head(r#"{"alg":"ES256","typ":"lexgate-grant+jwt"}"#)), None);
    for (authorization, wanted) in [
        (head(r#"{"alg":"none","typ":"lexgate-grant+jwt"}"#), "token-algorithm"),
        (head(r#"{"alg":"HS256","typ":"lexgate-grant+jwt"}"#), "token-algorithm"),
        (head(r#"{"alg":"RS256","typ":"lexgate-grant+jwt"}"#), "token-algorithm"),
        (head(r#"{"alg":"EdDSA","typ":"JWT"}"#), "token-type"),
        (head(r#"{"alg":"EdDSA"}"#), "token-type"),
        (head(r#"{"alg":"EdDSA","typ":"lexgate-grant+jwt","crit":["b64"]}"#), "token-malformed"),
        (head(r#"{"alg":"none","alg":"EdDSA","typ":"lexgate-grant+jwt"}"#), "token-malformed"),
        ("Bearer e30.e30.".to_owned(), "token-algorithm"),
        ("Bearer a.b".to_owned(), "token-malformed"),
        (format!("{BEARER}, {BEARER}"), "token-malformed"),
        (BEARER.replace("Bearer ", "Bearer  "), "token-malformed"),
        (BEARER.replace("Bearer", "Basic"), "token-malformed"),
        (format!("{BEARER}{}", "A".repeat(9000)), "token-too-large"),
    ] {
        assert_eq!(token(&authorization), Some(wanted), "{authorization:.80}");
    }
}

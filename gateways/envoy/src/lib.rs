//! The filter. It stands behind Envoy's `jwt_authn`, looks at headers only, and decides before anything goes upstream.
//!
//! The configuration of the plugin is one JSON object: `{"config", "catalogue", "status", "bundle", "trust", "log"}`. The first
//! three are the documents of every gateway; `bundle` is Base64 (without it, the bundle inside this module decides), `trust` the
//! `TrustOptions` of the npm package. A configuration with an error is refused, and Envoy goes on with the one it has.

mod token;

use base64ct::{Base64, Encoding};
use lexgate_gateway::{Call, Gateway, Verdict, bundle};
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, Bytes, ContextType, LogLevel, MapType};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::rc::Rc;
use std::time::UNIX_EPOCH;

/// Envoy calls this once for each of its threads.
#[allow(unsafe_code, reason = "the name has to be exported as it is")]
#[unsafe(no_mangle)]
pub extern "C" fn _initialize() {
    proxy_wasm::set_root_context(|_| Box::new(Root { prepared: None }));
}

/// What is configured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plugin {
    config: Box<RawValue>,
    catalogue: Box<RawValue>,
    status: Box<RawValue>,
    #[serde(default)]
    bundle: Option<String>,
    #[serde(default)]
    trust: Option<Box<RawValue>>,
    #[serde(default)]
    log: Log,
}

/// Which decisions are logged, one line each at the level `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Log {
    All,
    #[default]
    Refusals,
    None,
}

#[derive(Debug)]
struct Prepared {
    gateway: Gateway,
    log: Log,
}

fn prepare(configuration: &[u8]) -> Result<Prepared, String> {
    let plugin: Plugin = serde_json::from_slice(configuration).map_err(|e| format!("the configuration is malformed: {e}"))?;
    let decoded = plugin.bundle.as_deref().map(Base64::decode_vec).transpose().map_err(|_| "the bundle is no Base64")?;
    let bytes = match &decoded {
        Some(bytes) => bytes.as_slice(),
        None => lexgate::evaluate::EMBEDDED_BUNDLE,
    };
    let told = |errors: Vec<lexgate_gateway::ConfigError>| serde_json::to_string(&errors).unwrap_or_default();
    let engine = bundle::engine(bytes, plugin.trust.as_ref().map(|t| t.get())).map_err(told)?;
    let gateway = Gateway::new(plugin.config.get(), plugin.catalogue.get(), plugin.status.get(), engine).map_err(told)?;
    Ok(Prepared { gateway, log: plugin.log })
}

fn log(level: LogLevel, message: &str) {
    // Nothing hangs on a line of the log.
    let _ = hostcalls::log(level, message);
}

struct Root {
    prepared: Option<Rc<Prepared>>,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        match prepare(&self.get_plugin_configuration().unwrap_or_default()) {
            Ok(prepared) => {
                self.prepared = Some(Rc::new(prepared));
                true
            }
            Err(why) => {
                log(LogLevel::Error, &format!("lexgate: {why}"));
                false
            }
        }
    }

    fn create_http_context(&self, _context: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Filter { prepared: self.prepared.clone() }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Filter {
    prepared: Option<Rc<Prepared>>,
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        let verdict = self.prepared.as_ref().and_then(|p| Some((p, verdict(&p.gateway)?)));
        let Some((prepared, verdict)) = verdict else {
            return refuse(
                500,
                &[("content-type", "application/problem+json")],
                br#"{"type":"about:blank","status":500,"code":"unavailable"}"#,
            );
        };
        if prepared.log == Log::All || (prepared.log == Log::Refusals && verdict.code.is_some()) {
            log(LogLevel::Info, &line(&verdict));
        }
        if !verdict.allow {
            let headers: Vec<(&str, &str)> = verdict.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            return refuse(verdict.status, &headers, verdict.body.as_bytes());
        }
        for name in &verdict.remove {
            if hostcalls::remove_map_value(MapType::HttpRequestHeaders, name).is_err() {
                return refuse(500, &[], b"");
            }
        }
        for (name, value) in &verdict.upstream {
            if hostcalls::set_map_value(MapType::HttpRequestHeaders, name, Some(value)).is_err() {
                return refuse(500, &[], b"");
            }
        }
        Action::Continue
    }
}

/// Ends the call here.
fn refuse(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Action {
    // Should Envoy not take the answer, the call hangs until it times out; it does not go on.
    let _ = hostcalls::send_http_response(status.into(), headers.to_vec(), Some(body));
    Action::Pause
}

/// The verdict on the call at hand; `None` when Envoy does not hand over what is needed.
fn verdict(gateway: &Gateway) -> Option<Verdict> {
    let now = hostcalls::get_current_time().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let mut call = call(hostcalls::get_map_bytes(MapType::HttpRequestHeaders).ok()?);
    let verified = token::verified(&mut call);
    Some(gateway.decide_verified(&call, i64::try_from(now).ok()?, || token::claims(&call, &verified?)))
}

/// The call as Envoy has it. Bytes that are no UTF-8 become characters that no canonical call has.
fn call(headers: Vec<(String, Bytes)>) -> Call {
    let mut call = Call {
        method: String::new(),
        authority: String::new(),
        target: String::new(),
        headers: Vec::with_capacity(headers.len()),
        grant: None,
        grant_error: None,
    };
    for (name, value) in headers {
        let value = String::from_utf8(value).unwrap_or_else(|_| "\u{0}".to_owned());
        match name.as_str() {
            ":method" => call.method = value,
            ":authority" => call.authority = value,
            ":path" => call.target = value,
            n if n.starts_with(':') => {}
            _ => call.headers.push((name, value)),
        }
    }
    call
}

fn line(verdict: &Verdict) -> String {
    format!(
        "lexgate: allow={} status={} code={} outcome={} route={} rules={}",
        verdict.allow,
        verdict.status,
        verdict.code.unwrap_or("-"),
        verdict.outcome,
        verdict.route.as_deref().unwrap_or("-"),
        verdict.rules.join(",")
    )
}

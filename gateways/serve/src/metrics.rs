//! What the service counts, for Prometheus.

use lexgate::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    endpoint: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BundleLabels {
    id: String,
    version: String,
    sha256: String,
}

/// The counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    decisions: Family<DecisionLabels, Counter>,
    checks: Family<DecisionLabels, Counter>,
    reloads: Family<ReloadLabels, Counter>,
    bundle: Family<BundleLabels, Gauge>,
    seconds: Histogram,
    events: Counter,
    events_lost: Counter,
    in_flight: Gauge,
}

/// Upper ends of the time a decision takes, in seconds.
const BUCKETS: [f64; 11] = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 2e-2, 1e-1, 1.0];

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("lexgate");
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            decisions: Family::default(),
            checks: Family::default(),
            reloads: Family::default(),
            bundle: Family::default(),
            seconds: Histogram::new(BUCKETS),
            events: Counter::default(),
            events_lost: Counter::default(),
            in_flight: Gauge::default(),
        };
        registry.register("http_requests", "HTTP requests by endpoint and status", metrics.requests.clone());
        registry.register("decisions", "Decisions of the engine by outcome", metrics.decisions.clone());
        registry.register("gateway_checks", "Calls checked for a proxy, allowed or refused", metrics.checks.clone());
        registry.register("reloads", "Files put in force or refused", metrics.reloads.clone());
        registry.register("bundle_info", "The bundle in force", metrics.bundle.clone());
        registry.register("decision_seconds", "Time to read and decide one request", metrics.seconds.clone());
        registry.register("events", "Decision events written", metrics.events.clone());
        registry.register("events_failed", "Decisions that could not be logged and were not answered", metrics.events_lost.clone());
        registry.register("http_requests_in_flight", "HTTP requests being answered", metrics.in_flight.clone());
        Self { registry, ..metrics }
    }

    pub(crate) fn begin(&self) {
        self.in_flight.inc();
    }

    pub(crate) fn end(&self, endpoint: &str, status: u16) {
        self.in_flight.dec();
        self.requests.get_or_create(&RequestLabels { endpoint: endpoint.to_owned(), status }).inc();
    }

    pub(crate) fn decided(&self, response: &Response<'_>, took: Duration) {
        self.decisions.get_or_create(&DecisionLabels { outcome: response.context.outcome.name() }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn checked(&self, allowed: bool) {
        self.checks.get_or_create(&DecisionLabels { outcome: if allowed { "allowed" } else { "refused" } }).inc();
    }

    pub(crate) fn logged(&self, written: bool) {
        if written {
            self.events.inc()
        } else {
            self.events_lost.inc()
        };
    }

    pub(crate) fn reloaded(&self, done: bool) {
        self.reloads.get_or_create(&ReloadLabels { result: if done { "in_force" } else { "refused" } }).inc();
    }

    pub(crate) fn bundle(&self, info: lexgate::response::BundleInfo<'_>) {
        self.bundle.clear();
        let labels = BundleLabels { id: info.id.to_owned(), version: info.version.to_owned(), sha256: info.sha256.to_owned() };
        self.bundle.get_or_create(&labels).set(1);
    }

    /// The text form that Prometheus reads (`OpenMetrics`).
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut out, &self.registry);
        out
    }
}

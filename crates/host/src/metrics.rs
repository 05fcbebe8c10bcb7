//! The host's numbers for Prometheus, as `OpenMetrics` or in Prometheus' own text: gathered anew for each scrape.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leasehold_core::{Code, Span};
use leasehold_service::{Request, Response, StatusCode, Tls, header};
use leasehold_store::host::Family as StoredFamily;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::activation::Home;
use crate::disk::Disk;
use crate::shared::Shared;

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<u64, AtomicU64>>;
type Counters = Family<Labels, Counter>;

/// The host's numbers.
pub(crate) struct Metrics {
    shared: Arc<Shared>,
    home: Home,
    /// Of the listeners for clients and for administrators.
    tls: [Option<Tls>; 2],
}

impl Metrics {
    pub(crate) fn new(shared: &Arc<Shared>, home: &Home, tls: [Option<Tls>; 2]) -> Self {
        Self { shared: Arc::clone(shared), home: home.clone(), tls }
    }

    /// The answer to a scrape, in the format that it asks for.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let registry = self.registry();
        let accepted = request.header(&header::ACCEPT).unwrap_or_default();
        let (mut body, open) = (String::new(), accepted.contains("application/openmetrics-text"));
        let (written, media_type) = if open {
            (text::encode(&mut body, &registry), "application/openmetrics-text; version=1.0.0; charset=utf-8")
        } else {
            (prometheus_text::encode(&mut body, &registry), "text/plain; version=0.0.4; charset=utf-8")
        };
        if written.is_err() {
            return leasehold_service::Problem::internal().into();
        }
        Response::new(StatusCode::OK, media_type, body)
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("leasehold");
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The program's version", Info::new(version));
        self.requests(&mut registry);
        self.families(&mut registry);
        self.vendor(&mut registry);
        self.tls(&mut registry);
        self.rest(&mut registry);
        registry
    }

    /// What clients were answered, and where the time went.
    fn requests(&self, registry: &mut Registry) {
        let counters = &self.shared.counters;
        let outcomes = Counters::default();
        let count = |outcome: &str, value: u64| {
            outcomes.get_or_create(&vec![("outcome", outcome.to_owned())]).inc_by(value);
        };
        count("granted", counters.granted.load(Ordering::Relaxed));
        for (code, value) in Code::ALL.iter().zip(&counters.refused_by_code) {
            let value = value.load(Ordering::Relaxed);
            if value > 0 {
                count(code.name(), value);
            }
        }
        count(Code::TooManyRequests.name(), counters.rate_limited.load(Ordering::Relaxed));
        registry.register("requests", "Requests for leases by outcome: granted, or the code of the refusal", outcomes);
        let help = "Time spent in a stage of a request's way, by batch";
        registry.register_with_unit("stage", help, Unit::Seconds, self.shared.stages.histograms());
        let help = "Requests that were decided together";
        registry.register("batch_requests", help, self.shared.stages.batch_sizes());
    }

    fn families(&self, registry: &mut Registry) {
        let Some(identity) = self.shared.identity() else { return };
        let now = self.shared.clock.now();
        let [clients, threshold, leases, capacity] = [(); 4].map(|()| Gauges::default());
        let [granted, refused, forks] = [(); 3].map(|()| Counters::default());
        for grant in &identity.certificate().grants {
            let labels = vec![("family", grant.family.to_string())];
            let family = StoredFamily { id: grant.family, window: grant.policy.window };
            if let Ok(counts) = self.shared.ask(move |store| store.counts(&family, now)) {
                clients.get_or_create(&labels).set(counts.clients);
                leases.get_or_create(&labels).set(counts.live);
            }
            threshold.get_or_create(&labels).set(grant.policy.threshold);
            if let Some(most) = grant.policy.capacity {
                capacity.get_or_create(&labels).set(most);
            }
            let tally = self.shared.tallies.of(grant.family);
            granted.get_or_create(&labels).inc_by(tally.granted);
            refused.get_or_create(&labels).inc_by(tally.refused);
            forks.get_or_create(&labels).inc_by(tally.forks);
        }
        registry.register("clients", "Clients of a family that count within the window", clients);
        registry.register("threshold", "Clients that a family needs before leases are granted", threshold);
        registry.register("leases", "Live leases of a family", leases);
        registry.register("capacity", "Most live leases of a family; missing where there is no limit", capacity);
        registry.register("family_granted", "Leases granted to a family", granted);
        registry.register("family_refused", "Requests of a family that were refused and recorded", refused);
        let help = "Leases granted to a client that is two machines with one device key";
        registry.register("forks", help, forks);
    }

    /// Certificate, renewal, revocations, DNS.
    fn vendor(&self, registry: &mut Registry) {
        let gauge = |registry: &mut Registry, name: &str, help: &str, value: u64| {
            let gauge = Gauge::<u64, AtomicU64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        let now = self.shared.clock.now();
        if let Some(identity) = self.shared.identity() {
            let left: Span = identity.certificate().expires.since(now);
            gauge(
                registry,
                "certificate_left_seconds",
                "Time to the end of the host's certificate; 0 once it has ended",
                left.as_seconds(),
            );
            gauge(
                registry,
                "revocation_list",
                "Number of the revocation list that is held; 0 is none",
                identity.revocation_number().unwrap_or_default(),
            );
        }
        let record = self.home.renewals().unwrap_or_default();
        let failures =
            |last: &Option<crate::authority::LastFailure>| last.as_ref().map_or(0, |last| u64::from(last.failures));
        gauge(
            registry,
            "renewal_failures",
            "Attempts in a row to renew the certificate that failed",
            failures(&record.last_failure),
        );
        gauge(
            registry,
            "revocation_failures",
            "Attempts in a row to fetch the revocation list that failed",
            failures(&record.last_list_failure),
        );
        if let Some(certified) = record.certified {
            gauge(registry, "renewed_timestamp_seconds", "When the certificate was last renewed", certified);
        }
        let publications = Counters::default();
        let counters = &self.shared.counters;
        for (result, value) in [("published", &counters.published), ("failed", &counters.not_published)] {
            publications.get_or_create(&vec![("result", result.to_owned())]).inc_by(value.load(Ordering::Relaxed));
        }
        registry.register("dns_publications", "Attempts to publish the host's records in DNS", publications);
    }

    /// Until when browsers and clients believe the certificates of the listeners.
    fn tls(&self, registry: &mut Registry) {
        let (left, now) = (Gauges::default(), self.shared.clock.now());
        for (listener, tls) in ["clients", "administrators"].into_iter().zip(&self.tls) {
            if let Some(ends) = tls.as_ref().and_then(Tls::ends) {
                left.get_or_create(&vec![("listener", listener.to_owned())]).set(ends.since(now).as_seconds());
            }
        }
        let help =
            "Time to the end of a listener's TLS certificate; 0 once it has ended, missing where there is no TLS";
        registry.register("tls_certificate_left_seconds", help, left);
    }

    /// Store, seals, disk.
    fn rest(&self, registry: &mut Registry) {
        let mut values = BTreeMap::from([(
            ("store_works", "1 where what is decided can be recorded, else 0"),
            u64::from(self.shared.store_works.load(Ordering::Relaxed)),
        )]);
        if let Some(mark) = self.shared.mark() {
            values.insert(("seal", "Number of the newest seal"), mark.tip.number);
        }
        if let Some(disk) = Disk::of(&self.home) {
            values.insert(("disk_free_bytes", "Room on the disk of the host's folder"), disk.free);
            values.insert(("disk_size_bytes", "Size of the disk of the host's folder"), disk.size);
        }
        for ((name, help), value) in values {
            let gauge = Gauge::<u64, AtomicU64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        }
    }
}

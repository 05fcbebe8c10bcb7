//! The agent's own side: the products of a folder of manifests, each with a thread of its own, and answers to applications.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leasehold_core::{Code, KeyId, ProductId, Timestamp};

use crate::agent::watched::Watched;
use crate::client::{Client, Tick};
use crate::courier::protocol::{Answer, Call, MAX_CALL_BYTES, ProductState, Told};
use crate::courier::source::AgentSource;
use crate::error::{Error, describe_io};
use crate::options::Options;

/// What happens in an agent, for its log.
#[derive(Debug)]
pub enum AgentEvent<'e> {
    /// It renews for the product of this manifest from now on.
    Begun {
        /// The file.
        manifest: &'e Path,
        /// The vendor.
        vendor: KeyId,
        /// The product.
        product: ProductId,
    },
    /// The manifest is gone, or another one is there.
    Ended {
        /// The product.
        product: ProductId,
    },
    /// A manifest cannot be used; all others are.
    Unusable {
        /// The file.
        manifest: &'e Path,
        /// The code.
        code: Code,
        /// Why.
        message: &'e str,
    },
    /// The folder of manifests cannot be read: what was known goes on.
    NoFolder {
        /// The folder.
        folder: &'e Path,
        /// Why.
        message: &'e str,
    },
    /// A host was asked.
    Attempt {
        /// The client.
        client: &'e Client,
        /// What came of it.
        attempt: &'e Result<Tick, Error>,
    },
}

/// Renews for every product whose manifest lies in a folder. Each has a thread of its own, so that one that waits, or fails, stops no
/// other.
pub struct Agent {
    folder: PathBuf,
    options: Options,
    report: Report,
    products: Mutex<Products>,
}

type Report = Arc<dyn Fn(&AgentEvent<'_>) + Send + Sync>;

#[derive(Debug, Default)]
struct Products {
    watched: BTreeMap<PathBuf, Arc<Watched>>,
    /// Manifests that cannot be used, with their bytes and why.
    unusable: BTreeMap<PathBuf, (Vec<u8>, Told)>,
    folder: Option<String>,
}

impl Agent {
    /// An agent for the manifests in `folder`, which need not be there yet. [`Self::look`] begins.
    ///
    /// `options` are those of each product's client; other agents are not used.
    pub fn new(folder: PathBuf, options: Options, report: impl Fn(&AgentEvent<'_>) + Send + Sync + 'static) -> Self {
        let options = Options { agent: AgentSource::Off, ..options };
        Self { folder, options, report: Arc::new(report), products: Mutex::default() }
    }

    /// Reads the folder: begins with new manifests, ends with those that are gone, and takes those that have changed anew. A product
    /// whose thread has died begins again.
    pub fn look(&self) {
        let mut products = self.products();
        let manifests = match manifests(&self.folder) {
            Ok(manifests) => {
                products.folder = None;
                manifests
            }
            Err(error) => {
                let message = describe_io(&error);
                if products.folder.as_ref() != Some(&message) {
                    (self.report)(&AgentEvent::NoFolder { folder: &self.folder, message: &message });
                    products.folder = Some(message);
                }
                return;
            }
        };
        products.unusable.retain(|file, (bytes, _)| manifests.get(file) == Some(bytes));
        products.watched.retain(|file, watched| {
            let same = manifests.get(file).is_some_and(|bytes| watched.is_of(bytes));
            if !same {
                (self.report)(&AgentEvent::Ended { product: watched.name().1 });
            }
            same
        });
        for (file, bytes) in manifests {
            if !products.watched.contains_key(&file) && !products.unusable.contains_key(&file) {
                self.begin(&mut products, file, bytes);
            }
        }
    }

    /// How many products it renews for.
    pub fn count(&self) -> usize {
        self.products().watched.len()
    }

    /// What it says of each manifest in the folder.
    pub fn states(&self) -> Vec<ProductState> {
        let (watched, unusable) = {
            let products = self.products();
            let unusable = products.unusable.iter().map(|(file, (_, told))| (file.clone(), told.clone()));
            (products.watched.values().cloned().collect::<Vec<_>>(), unusable.collect::<Vec<_>>())
        };
        let unusable = unusable.into_iter().map(|(file, told)| ProductState {
            manifest: file.display().to_string(),
            vendor: None,
            product: None,
            standing: None,
            until: None,
            next_attempt: None,
            problem: Some(told),
        });
        watched.iter().map(|watched| watched.state()).chain(unusable).collect()
    }

    /// The answer to one line of an application's, with its end of line. It may wait for hosts.
    pub fn answer(&self, line: &[u8]) -> Vec<u8> {
        written(&self.decide(line))
    }

    /// The same where the agent has too much to do.
    pub fn busy() -> Vec<u8> {
        written(&Answer::Error(Told::new(Code::Busy, "too many applications ask at once")))
    }

    fn decide(&self, line: &[u8]) -> Answer {
        if line.len() > MAX_CALL_BYTES {
            return Answer::Error(Told::new(Code::Usage, format!("a call has at most {MAX_CALL_BYTES} bytes")));
        }
        let call: Call = match serde_json::from_slice(line) {
            Ok(call) => call,
            Err(error) => return Answer::Error(Told::new(Code::Usage, error.to_string())),
        };
        let of = |vendor: &str, product: &str| self.product(vendor, product);
        let done = match &call {
            Call::Products {} => Ok(Answer::Products(self.states())),
            Call::Hosts { vendor, product } => of(vendor, product).map(|watched| watched.hosts()),
            Call::Send { vendor, product, host, path, document, until } => {
                of(vendor, product).map(|watched| watched.send(host, path, document, *until))
            }
            Call::Fetch { vendor, product, host, path, held } => {
                of(vendor, product).map(|watched| watched.fetch(host, path, *held))
            }
            Call::Activate { vendor, product, until } => {
                of(vendor, product).map(|watched| watched.activate(until.map(Timestamp::from_unix)))
            }
        };
        done.unwrap_or_else(Answer::Error)
    }

    /// The product of this name; the folder is read anew where it is not known: it may just have been installed.
    fn product(&self, vendor: &str, product: &str) -> Result<Arc<Watched>, Told> {
        let usage = |what: &str| Told::new(Code::Usage, format!("{what}: not the name of one"));
        let vendor: KeyId = vendor.parse().map_err(|_| usage("vendor"))?;
        let product: ProductId = product.parse().map_err(|_| usage("product"))?;
        if let Some(known) = self.known(vendor, product) {
            return Ok(known);
        }
        self.look();
        self.known(vendor, product).ok_or_else(|| {
            let message = format!("{product} of vendor {vendor}: no manifest in {}", self.folder.display());
            Told::new(Code::AgentLacksProduct, message)
        })
    }

    fn known(&self, vendor: KeyId, product: ProductId) -> Option<Arc<Watched>> {
        let products = self.products();
        // Two manifests of one product: the newer one.
        let own = products.watched.values().filter(|watched| watched.is_for(vendor, product));
        own.max_by_key(|watched| watched.issued()).cloned()
    }

    fn begin(&self, products: &mut Products, file: PathBuf, bytes: Vec<u8>) {
        let report = Arc::clone(&self.report);
        let told = move |client: &Client, attempt: &Result<Tick, Error>| {
            report(&AgentEvent::Attempt { client, attempt });
        };
        match Watched::begin(&file, bytes.clone(), self.options.clone(), told) {
            Ok(watched) => {
                let (vendor, product) = watched.name();
                (self.report)(&AgentEvent::Begun { manifest: &file, vendor, product });
                products.watched.insert(file, Arc::new(watched));
            }
            Err(error) => {
                let told = Told::new(error.code(), error.to_string());
                let message = &told.message;
                (self.report)(&AgentEvent::Unusable { manifest: &file, code: error.code(), message });
                products.unusable.insert(file, (bytes, told));
            }
        }
    }

    fn products(&self) -> MutexGuard<'_, Products> {
        self.products.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn written(answer: &Answer) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(answer).expect("texts and numbers are JSON");
    bytes.push(b'\n');
    bytes
}

/// The manifests in `folder`, by their files; none where there is no folder yet. A file that cannot be read counts as empty, and is
/// told as one that cannot be used.
fn manifests(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let files = entries.flatten().map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "lh")).take(MAX_PRODUCTS);
    let read = |path: PathBuf| {
        let bytes = leasehold_files::read(&path, MAX_MANIFEST_BYTES).unwrap_or_default();
        (path, bytes)
    };
    Ok(files.map(read).collect())
}

/// More than a machine has products.
const MAX_PRODUCTS: usize = 256;
/// More than a manifest has, armour included.
const MAX_MANIFEST_BYTES: u64 = 64 * 1_024;

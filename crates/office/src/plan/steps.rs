//! What to do for a method, with the commands as they are typed.

use serde::Serialize;

use super::estate::{Facts, Network, Product, Release};
use crate::facts::kms::{HostPack, KMS};
use crate::facts::method::ActivationMethod;
use crate::facts::products::{self, Family, Licence};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Where it is done.
    pub on: Place,
    /// What is done.
    pub what: String,
    /// What is typed for it, where it is a command.
    pub command: Option<String>,
}

/// Where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// On the KMS host.
    Host,
    /// On a domain controller or a machine with the administration tools.
    Domain,
    /// On the machines that are activated.
    Client,
    /// In the organisation's account with Microsoft.
    Account,
    /// Wherever the administrator works.
    Anywhere,
}

/// What to do so that `method` activates machines of which `facts` are true, in order.
pub(super) fn steps(method: ActivationMethod, facts: &Facts) -> Vec<Step> {
    let product = facts.product().unwrap_or(Product::Office);
    let mut steps = match method {
        ActivationMethod::Kms => host(facts, product),
        ActivationMethod::Adba => directory(facts, product),
        ActivationMethod::Mak => mak(facts, product),
        ActivationMethod::User
        | ActivationMethod::Shared
        | ActivationMethod::Device
        | ActivationMethod::ExtendedOffline
        | ActivationMethod::ViewerMode => subscription(method),
        ActivationMethod::ChangeProduct => vec![Step::told(
            Place::Account,
            "buy Office LTSC under a volume licence for these machines, and plan them again with release 2024",
        )],
        ActivationMethod::None => vec![Step::told(
            Place::Client,
            "install the generic key (GVLK) and no MAK: the grace period covers the machine's life, and a KMS host or \
             directory that is there activates it by the way",
        )],
        // No row of the decision table has them.
        ActivationMethod::Retail | ActivationMethod::Account => Vec::new(),
    };
    steps.extend(config(method, facts));
    steps
}

fn host(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = Vec::new();
    let port = KMS.number("port.tcp");
    let pack = facts.release.and_then(pack);
    match (product, pack) {
        (Product::Office, Some(pack)) => {
            let (office, systems) = (&pack.office, pack.min_host_os.join(" or "));
            steps.push(Step::told(
                Place::Host,
                &format!(
                    "install the Volume License Pack of Office {office} (Microsoft download {}) on {systems} or later; it \
                     asks for the KMS host key",
                    pack.download_id
                ),
            ));
            let id = &pack.host_activation_id;
            steps.push(Step::typed(Place::Host, "activate the host key", format!("cscript slmgr.vbs /ato {id}")));
            let told = format!("see the count reach {}", KMS.number("threshold.office"));
            steps.push(Step::typed(Place::Host, &told, format!("cscript slmgr.vbs /dlv {id}")));
        }
        (Product::Office, None) => steps.push(Step::told(
            Place::Host,
            "install the Volume License Pack of the Office release; it asks for the KMS host key",
        )),
        (Product::WindowsClient | Product::WindowsServer, _) => {
            steps.push(Step::told(
                Place::Host,
                "install the Volume Activation Services role and give it the Windows Server KMS host key, which covers \
                 clients too",
            ));
            steps.push(Step::typed(
                Place::Host,
                "see that it is a host, and its count",
                "cscript slmgr.vbs /dlv".to_owned(),
            ));
        }
    }
    if facts.network() == Network::Isolated {
        steps.push(Step::told(Place::Host, "activate this host by telephone, or from another computer with VAMT"));
    }
    let rule = KMS.fact("firewall.rule").map(|fact| fact.value.to_string()).unwrap_or_default();
    let open = format!("Enable-NetFirewallRule -Name {rule}");
    steps.push(Step::typed(Place::Host, &format!("let clients in at TCP {port}"), open));
    if facts.network() == Network::SemiIsolated {
        steps.push(Step::told(Place::Anywhere, &format!("open TCP {port} to the host in the firewall between")));
    }
    steps.push(Step::typed(
        Place::Anywhere,
        "check the SRV record and the port in each DNS suffix of the clients",
        "leasehold office doctor DOMAIN --own HOST".to_owned(),
    ));
    steps.extend(client_checks(product));
    steps
}

fn directory(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = Vec::new();
    let container = KMS.fact("adba.object_container").map(|fact| fact.value.to_string()).unwrap_or_default();
    if let (Product::Office, Some(pack)) = (product, facts.release.and_then(pack)) {
        steps.push(Step::told(
            Place::Domain,
            &format!(
                "install the Volume License Pack of Office {} (Microsoft download {}), as an enterprise administrator",
                pack.office, pack.download_id
            ),
        ));
    }
    steps.push(Step::typed(
        Place::Domain,
        &format!("make the activation object with the Volume Activation Tools (it lands in {container})"),
        "vmw.exe".to_owned(),
    ));
    steps.push(Step::typed(Place::Domain, "see the objects that there are", "cscript slmgr.vbs /ao-list".to_owned()));
    steps.extend(client_checks(product));
    steps
}

fn client_checks(product: Product) -> Vec<Step> {
    match product {
        Product::Office => vec![
            Step::typed(Place::Client, "activate now instead of within the hours", "cscript ospp.vbs /act".to_owned()),
            Step::typed(Place::Client, "see the state", "cscript ospp.vbs /dstatus".to_owned()),
        ],
        Product::WindowsClient | Product::WindowsServer => vec![
            Step::typed(
                Place::Client,
                "install the edition's generic key where another is installed",
                "cscript slmgr.vbs /ipk GVLK".to_owned(),
            ),
            Step::typed(Place::Client, "activate now instead of within the hours", "cscript slmgr.vbs /ato".to_owned()),
            Step::typed(Place::Client, "see the state", "cscript slmgr.vbs /dlv".to_owned()),
        ],
    }
}

fn mak(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = vec![Step::told(
        Place::Account,
        "look up how many activations the key has left; each rebuild of a machine takes another one",
    )];
    if facts.network() == Network::Isolated {
        steps.push(Step::told(
            Place::Anywhere,
            "activate by VAMT as a proxy, or by telephone; keep the confirmation ids",
        ));
    }
    let (install, activate) = match product {
        Product::Office => ("cscript ospp.vbs /inpkey:MAK", "cscript ospp.vbs /act"),
        Product::WindowsClient | Product::WindowsServer => ("cscript slmgr.vbs /ipk MAK", "cscript slmgr.vbs /ato"),
    };
    steps.push(Step::typed(Place::Client, "install the key", install.to_owned()));
    steps.push(Step::typed(Place::Client, "activate", activate.to_owned()));
    steps
}

fn subscription(method: ActivationMethod) -> Vec<Step> {
    let mut steps = match method {
        ActivationMethod::Shared => vec![Step::told(
            Place::Client,
            "set SharedComputerLicensing to 1 in the deployment file, or the policy \"Use shared computer activation\"; \
             for pooled desktops roam the token (SCLCacheOverride, SCLCacheOverrideDirectory)",
        )],
        ActivationMethod::Device => vec![
            Step::told(
                Place::Account,
                "put the devices into a group and give it the device licence, before anything is set",
            ),
            Step::told(Place::Client, "set DeviceBasedLicensing to 1 in the deployment file, or its policy"),
        ],
        ActivationMethod::ExtendedOffline => vec![
            Step::told(Place::Account, "get the licence for extended offline access"),
            Step::told(Place::Client, "set the policy for extended offline access, and activate once while online"),
        ],
        ActivationMethod::ViewerMode => {
            vec![Step::told(Place::Client, "set the policy for viewer mode; no shared computer activation")]
        }
        _ => vec![Step::told(Place::Account, "give each user a licence, and let them sign in to Office")],
    };
    steps.push(Step::typed(
        Place::Client,
        "see the licence, as the user (ospp.vbs does not show it)",
        "powershell -File vnextdiag.ps1 -action list".to_owned(),
    ));
    steps
}

/// The command that writes a deployment file for this.
fn config(method: ActivationMethod, facts: &Facts) -> Option<Step> {
    let of_office = matches!(facts.product(), Some(Product::Office) | None);
    let plan = match method {
        ActivationMethod::ExtendedOffline | ActivationMethod::ViewerMode => ActivationMethod::User,
        ActivationMethod::None => ActivationMethod::Kms,
        ActivationMethod::Kms
        | ActivationMethod::Adba
        | ActivationMethod::Mak
        | ActivationMethod::User
        | ActivationMethod::Shared
        | ActivationMethod::Device => method,
        // What is bought instead is planned anew.
        ActivationMethod::ChangeProduct | ActivationMethod::Retail | ActivationMethod::Account => return None,
    };
    let wanted = facts.release.filter(|_| of_office)?.of_office()?;
    let of_provider = facts.licence == Some(super::Licence::Spla);
    let suite = products::table().products.iter().find(|product| {
        let licence = match product.licence {
            Licence::VolumeSpla => of_provider,
            Licence::Volume | Licence::Subscription => !of_provider,
            Licence::Retail | Licence::AddOn | Licence::Free | Licence::ConsumerSubscription => false,
        };
        let usual = product.id.starts_with("ProPlus") || product.id == "O365ProPlusRetail";
        product.release == wanted && product.family == Family::Suite && licence && usual
    });
    match suite {
        Some(suite) => {
            let key = if plan == ActivationMethod::Mak { " --key-file FILE" } else { "" };
            let command = format!("leasehold office config --product {} --plan {}{key}", suite.id, plan.name());
            Some(Step::typed(Place::Anywhere, "write the deployment file", command))
        }
        None if of_provider => Some(Step::told(
            Place::Anywhere,
            "look up the deployment id of the service providers' edition: none is documented for this release",
        )),
        None => None,
    }
}

fn pack(release: Release) -> Option<&'static HostPack> {
    KMS.host_packs.iter().find(|pack| pack.office == release.name())
}

impl Step {
    fn told(on: Place, what: &str) -> Self {
        Self { on, what: what.to_owned(), command: None }
    }

    fn typed(on: Place, what: &str, command: String) -> Self {
        Self { command: Some(command), ..Self::told(on, what) }
    }
}

impl Place {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Host => "KMS host",
            Self::Domain => "domain",
            Self::Client => "machines",
            Self::Account => "account",
            Self::Anywhere => "here",
        }
    }
}

//! What to do for a method, with the commands as they are typed.

use serde::Serialize;

use super::estate::{Facts, Network, OnlyApp, Product, Release};
use crate::facts::kms::{HostPack, KMS};
use crate::facts::method::ActivationMethod;
use crate::facts::products::{self, Family, Licence};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Where it is done.
    pub on: StepTarget,
    /// What is done.
    pub what: String,
    /// What is typed for it, where it is a command.
    pub command: Option<String>,
}

/// Where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepTarget {
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
        ActivationMethod::ChangeProduct => vec![Step::without_command(
            StepTarget::Account,
            "buy Office LTSC under a volume licence for these machines, and plan them again with release 2024",
        )],
        ActivationMethod::None => vec![Step::without_command(
            StepTarget::Client,
            "install the generic key (GVLK) and no MAK: the grace period covers the machine's life, and a KMS host or \
             directory that is there activates it by the way",
        )],
        // No row of the decision table has them.
        ActivationMethod::Retail | ActivationMethod::Account => Vec::new(),
    };
    steps.extend(config(method, facts));
    steps
}

/// Activates what has no way to the internet, from elsewhere: by telephone, or with VAMT as a proxy.
fn from_elsewhere(show: String, enter: String, on: StepTarget) -> Vec<Step> {
    vec![
        Step::typed(on, "show the installation id", show),
        Step::without_command(
            StepTarget::Anywhere,
            "get the confirmation id for it: by telephone, or from a computer that reaches the internet with VAMT (save the \
             products as a .cilx list, acquire the confirmation ids there, bring the list back and apply them: proxy \
             activation); keep the confirmation id, it serves this installation again",
        ),
        Step::typed(on, "enter the confirmation id", enter),
    ]
}

fn host(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = Vec::new();
    let isolated = facts.network() == Network::Isolated;
    let port = KMS.number("port.tcp");
    let pack = facts.release.and_then(pack);
    match (product, pack) {
        (Product::Office, Some(pack)) => {
            let (office, systems) = (&pack.office, pack.min_host_os.join(" or "));
            steps.push(Step::without_command(
                StepTarget::Host,
                &format!(
                    "install the Volume License Pack of Office {office} (Microsoft download {}) on {systems} or later; it \
                     asks for the KMS host key",
                    pack.download_id
                ),
            ));
            let id = &pack.host_activation_id;
            if isolated {
                let (show, enter) =
                    (format!("cscript slmgr.vbs /dti {id}"), format!("cscript slmgr.vbs /atp CONFIRMATION-ID {id}"));
                steps.extend(from_elsewhere(show, enter, StepTarget::Host));
            } else {
                let activate = format!("cscript slmgr.vbs /ato {id}");
                steps.push(Step::typed(StepTarget::Host, "activate the host key", activate));
            }
            let told = format!("see the count reach {}", KMS.number("threshold.office"));
            steps.push(Step::typed(StepTarget::Host, &told, format!("cscript slmgr.vbs /dlv {id}")));
        }
        (Product::Office, None) => steps.push(Step::without_command(
            StepTarget::Host,
            "install the Volume License Pack of the Office release; it asks for the KMS host key",
        )),
        (Product::WindowsClient | Product::WindowsServer, _) => {
            steps.push(Step::without_command(
                StepTarget::Host,
                "install the Volume Activation Services role and give it the Windows Server KMS host key, which covers \
                 clients too",
            ));
            if isolated {
                let (show, enter) =
                    ("cscript slmgr.vbs /dti".to_owned(), "cscript slmgr.vbs /atp CONFIRMATION-ID".to_owned());
                steps.extend(from_elsewhere(show, enter, StepTarget::Host));
            }
            steps.push(Step::typed(
                StepTarget::Host,
                "see that it is a host, and its count",
                "cscript slmgr.vbs /dlv".to_owned(),
            ));
        }
    }
    let rule = KMS.fact("firewall.rule").map(|fact| fact.value.to_string()).unwrap_or_default();
    let open = format!("Enable-NetFirewallRule -Name {rule}");
    steps.push(Step::typed(StepTarget::Host, &format!("let clients in at TCP {port}"), open));
    if facts.network() == Network::SemiIsolated {
        steps.push(Step::without_command(
            StepTarget::Anywhere,
            &format!("open TCP {port} to the host in the firewall between"),
        ));
    }
    steps.push(Step::typed(
        StepTarget::Anywhere,
        "check the SRV record and the port in each DNS suffix of the clients",
        "leasehold office doctor DOMAIN --own HOST".to_owned(),
    ));
    steps.extend(client_checks(product, facts.network()));
    steps
}

fn directory(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = Vec::new();
    let container = KMS.fact("adba.object_container").map(|fact| fact.value.to_string()).unwrap_or_default();
    if let (Product::Office, Some(pack)) = (product, facts.release.and_then(pack)) {
        steps.push(Step::without_command(
            StepTarget::Domain,
            &format!(
                "install the Volume License Pack of Office {} (Microsoft download {}), as an enterprise administrator",
                pack.office, pack.download_id
            ),
        ));
    }
    steps.push(Step::typed(
        StepTarget::Domain,
        &format!("make the activation object with the Volume Activation Tools (it lands in {container})"),
        "vmw.exe".to_owned(),
    ));
    steps.push(Step::typed(
        StepTarget::Domain,
        "see the objects that there are",
        "cscript slmgr.vbs /ao-list".to_owned(),
    ));
    steps.extend(client_checks(product, facts.network()));
    steps
}

fn client_checks(product: Product, network: Network) -> Vec<Step> {
    let mut steps = match product {
        Product::Office => vec![
            Step::typed(
                StepTarget::Client,
                "activate now instead of within the hours",
                "cscript ospp.vbs /act".to_owned(),
            ),
            Step::typed(StepTarget::Client, "see the state", "cscript ospp.vbs /dstatus".to_owned()),
        ],
        Product::WindowsClient | Product::WindowsServer => vec![
            Step::typed(
                StepTarget::Client,
                "install the edition's generic key where another is installed",
                "cscript slmgr.vbs /ipk GVLK".to_owned(),
            ),
            Step::typed(
                StepTarget::Client,
                "activate now instead of within the hours",
                "cscript slmgr.vbs /ato".to_owned(),
            ),
            Step::typed(StepTarget::Client, "see the state", "cscript slmgr.vbs /dlv".to_owned()),
        ],
    };
    if network == Network::Isolated {
        // An attempt by hand goes to Microsoft where a key is no generic one: the machines find their host by themselves.
        let by_hand = |step: &Step| {
            step.command.as_deref().is_some_and(|typed| typed.ends_with("/act") || typed.ends_with("/ato"))
        };
        steps.retain(|step| !by_hand(step));
        steps.insert(
            0,
            Step::without_command(
                StepTarget::Client,
                "wait: each machine asks the host of its network within two hours",
            ),
        );
    }
    steps
}

fn mak(facts: &Facts, product: Product) -> Vec<Step> {
    let mut steps = vec![Step::without_command(
        StepTarget::Account,
        "look up how many activations the key has left; each rebuild of a machine takes another one",
    )];
    let isolated = facts.network() == Network::Isolated;
    let (install, activate) = match product {
        Product::Office => ("cscript ospp.vbs /inpkey:MAK", "cscript ospp.vbs /act"),
        Product::WindowsClient | Product::WindowsServer => ("cscript slmgr.vbs /ipk MAK", "cscript slmgr.vbs /ato"),
    };
    steps.push(Step::typed(StepTarget::Client, "install the key", install.to_owned()));
    if isolated {
        let (show, enter) = match product {
            Product::Office => ("cscript ospp.vbs /dinstid", "cscript ospp.vbs /actcid:CONFIRMATION-ID"),
            Product::WindowsClient | Product::WindowsServer => {
                ("cscript slmgr.vbs /dti", "cscript slmgr.vbs /atp CONFIRMATION-ID")
            }
        };
        steps.extend(from_elsewhere(show.to_owned(), enter.to_owned(), StepTarget::Client));
    } else {
        steps.push(Step::typed(StepTarget::Client, "activate", activate.to_owned()));
    }
    steps
}

fn subscription(method: ActivationMethod) -> Vec<Step> {
    let mut steps = match method {
        ActivationMethod::Shared => vec![Step::without_command(
            StepTarget::Client,
            "set SharedComputerLicensing to 1 in the deployment file, or the policy \"Use shared computer activation\"; \
             for pooled desktops roam the token (SCLCacheOverride, SCLCacheOverrideDirectory)",
        )],
        ActivationMethod::Device => vec![
            Step::without_command(
                StepTarget::Account,
                "put the devices into a group and give it the device licence, before anything is set",
            ),
            Step::without_command(
                StepTarget::Client,
                "set DeviceBasedLicensing to 1 in the deployment file, or its policy",
            ),
        ],
        ActivationMethod::ExtendedOffline => vec![
            Step::without_command(StepTarget::Account, "get the licence for extended offline access"),
            Step::without_command(
                StepTarget::Client,
                "set the policy for extended offline access, and activate once while online",
            ),
        ],
        ActivationMethod::ViewerMode => {
            vec![Step::without_command(
                StepTarget::Client,
                "set the policy for viewer mode; no shared computer activation",
            )]
        }
        _ => {
            vec![Step::without_command(StepTarget::Account, "give each user a licence, and let them sign in to Office")]
        }
    };
    steps.push(Step::typed(
        StepTarget::Client,
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
    if let Some(only) = facts.only {
        return one_app(only, wanted, plan);
    }
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
            Some(Step::typed(StepTarget::Anywhere, "write the deployment file", command))
        }
        None if of_provider => Some(Step::without_command(
            StepTarget::Anywhere,
            "look up the deployment id of the service providers' edition: none is documented for this release",
        )),
        None => None,
    }
}

/// The command for Visio or Project beside Microsoft 365 Apps: a device has one channel, and that is theirs.
fn one_app(only: OnlyApp, release: products::Release, plan: ActivationMethod) -> Option<Step> {
    let family = match only {
        OnlyApp::Visio => Family::Visio,
        OnlyApp::Project => Family::Project,
    };
    let product = products::table().products.iter().find(|product| {
        product.family == family
            && product.release == release
            && product.licence == Licence::Volume
            && product.id.contains("Pro")
    })?;
    let key = if plan == ActivationMethod::Mak { " --key-file FILE" } else { "" };
    let command =
        format!("leasehold office config --product {} --plan {} --channel {CHANNEL}{key}", product.id, plan.name());
    let what = format!(
        "write the deployment file for {} alone; beside Microsoft 365 Apps it takes their channel (here {CHANNEL}), without \
         them PerpetualVL",
        only.title()
    );
    Some(Step::typed(StepTarget::Anywhere, &what, command))
}

/// The channel that most organisations have Microsoft 365 Apps on.
const CHANNEL: &str = "MonthlyEnterprise";

fn pack(release: Release) -> Option<&'static HostPack> {
    KMS.host_packs.iter().find(|pack| pack.office == release.name())
}

impl Step {
    fn without_command(on: StepTarget, what: &str) -> Self {
        Self { on, what: what.to_owned(), command: None }
    }

    fn typed(on: StepTarget, what: &str, command: String) -> Self {
        Self { command: Some(command), ..Self::without_command(on, what) }
    }
}

impl StepTarget {
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

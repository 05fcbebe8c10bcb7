//! What the fuzz targets of an authority do with an input: its public API and its admin API, from bytes to answer.

use std::sync::{Arc, LazyLock, mpsc};

use leasehold_authority::serve::{Options, Server};
use leasehold_authority::tokens::{self, NewToken};
use leasehold_authority::{Authority, Home, NewVendor, Secret, init};
use leasehold_core::{Span, Timestamp};
use leasehold_service::Listener;
use leasehold_store::authority::{Actor, AuthorityStore, Role, Roles, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_testkit::{SeededRng, VirtualClock};

use crate::serving::{Serving, check, connection};

/// A connection to the API that hosts and machines ask, to the admin API, or to that with a token that may do everything.
pub fn authority_api(input: &[u8]) {
    const PUBLIC: [&str; 5] =
        ["POST /v1/hosts", "POST /v1/machines", "GET /v1/revocations", "GET /healthz", "POST /v1/directories"];
    const ADMIN: [&str; 9] = [
        "GET /api/v1/openapi.json",
        "GET /api/v1/products?limit=1",
        "POST /api/v1/products",
        "POST /api/v1/keys",
        "GET /api/v1/hosts?after=1",
        "POST /api/v1/revocations",
        "PATCH /api/v1/families/acme",
        "GET /api/v1/audit",
        "DELETE /api/v1/keys/AAAAA",
    ];
    static AUTHORITY: LazyLock<Running> = LazyLock::new(Running::start);
    let Some((choice, rest)) = input.split_first() else { return };
    let answer = match choice % 3 {
        0 => AUTHORITY.public.answer(&connection(rest, &PUBLIC, "")),
        1 => AUTHORITY.admin.answer(&connection(rest, &ADMIN, "")),
        _ => AUTHORITY.admin.answer(&connection(rest, &ADMIN, &AUTHORITY.authorization)),
    };
    check(&answer);
}

/// An authority that serves, with a token that may do everything.
struct Running {
    public: Serving,
    admin: Serving,
    authorization: String,
}

impl Running {
    fn start() -> Self {
        let home = Home::new(tempfile::tempdir().expect("a folder").keep());
        let at = Stamp { at: Timestamp::from_unix(1_790_000_000), actor: Actor::Cli };
        let store: Arc<dyn AuthorityStore> = Arc::new(SqliteAuthority::open(&home.store()).expect("a store"));
        let passphrase = || Secret::new("correct horse battery staple".to_owned());
        let name = "Acme".parse().expect("a name");
        let new = NewVendor { name, validity: Span::days(3_650), passphrase: passphrase() };
        init(&home, &*store, &new, at, &SeededRng::new(1)).expect("a vendor");
        let token =
            NewToken { name: "fuzz".parse().expect("a name"), roles: Roles::from_iter(Role::ALL), expires: None };
        let (token, _) = tokens::add(&*store, &token, at, &SeededRng::new(2)).expect("a token");
        let authority = Arc::new(Authority::open(&home, store, &passphrase(), at.at).expect("an authority"));
        let (hand_over, listener) = mpsc::channel::<Listener>();
        let admin = Serving::start(|listener| {
            hand_over.send(listener).expect("a server that waits");
            std::future::ready(())
        });
        let listener = listener.recv().expect("a listener");
        let public = Serving::start(move |public| {
            let options = Options { wrong_token_rate: None, ..Options::default() };
            let (clock, rng) = (Arc::new(VirtualClock::new(at.at)), Arc::new(SeededRng::new(7)));
            Server::new(authority, clock, rng, options)
                .with_admin(listener, &home)
                .serve(public, std::future::pending())
        });
        Self { public, admin, authorization: format!("authorization: Bearer {token}\r\n") }
    }
}

//! TLS to a real server, as libpq's `sslmode` says it.

use leasehold_store::StoreError;
use leasehold_store_postgres::Address;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::{Postgres, USER};

/// How many of this server's connections are secured, and how many are not; or why there is none.
fn secured(server: &Postgres, host: &str, query: &str) -> Result<String, String> {
    let name = server.fresh_name();
    let port = server.address().rsplit(':').next().expect("a port").to_owned();
    let url = format!("postgres://{USER}@{host}:{port}/{name}?{query}");
    let address = Address::parse(&url, &|_| None).map_err(|error| error.to_string())?;
    let store = PostgresHost::open(address).map_err(|error| match error {
        StoreError::Unavailable(cause) => cause.to_string(),
        other => panic!("{other:?}"),
    })?;
    let secured = server.query(
        &name,
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    drop(store);
    Ok(secured)
}

#[test]
fn each_mode_trusts_whom_it_says() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let files = [("server.crt", &*own.cert.pem()), ("server.key", &*own.signing_key.serialize_pem())];
    let server = Postgres::start_with(&["ssl = on"], &files);
    let folder = tempfile::tempdir().expect("a folder");
    let (right, wrong) = (folder.path().join("right.pem"), folder.path().join("wrong.pem"));
    std::fs::write(&right, own.cert.pem()).expect("a file");
    std::fs::write(&wrong, other.cert.pem()).expect("a file");
    let by = |mode: &str, roots: &std::path::Path| format!("sslmode={mode}&sslrootcert={}", roots.display());
    let yes = Ok("t".to_owned());
    assert_eq!(secured(&server, "127.0.0.1", "sslmode=disable"), Ok("f".to_owned()));
    assert_eq!(secured(&server, "127.0.0.1", ""), yes, "where the server offers it");
    assert_eq!(secured(&server, "127.0.0.1", "sslmode=require"), yes, "whatever its certificate");
    assert_eq!(secured(&server, "127.0.0.1", &by("verify-ca", &right)), yes, "whatever its name");
    assert_eq!(secured(&server, "localhost", &by("verify-full", &right)), yes);
    assert_eq!(secured(&server, "127.0.0.1", &by("require", &right)), yes);
    for (host, query) in [
        ("127.0.0.1", by("verify-full", &right)),
        ("localhost", by("verify-full", &wrong)),
        ("127.0.0.1", by("verify-ca", &wrong)),
        ("127.0.0.1", by("require", &wrong)),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned()),
    ] {
        let refused = secured(&server, host, &query).expect_err(&query);
        assert!(refused.contains("certificate") || refused.contains("signature"), "{query}: {refused}");
    }
    let plain = secured(Postgres::shared(), "127.0.0.1", "sslmode=require").expect_err("there is no TLS");
    assert!(plain.contains("does not support TLS"), "{plain}");
    assert_eq!(secured(Postgres::shared(), "127.0.0.1", ""), Ok("f".to_owned()));
}

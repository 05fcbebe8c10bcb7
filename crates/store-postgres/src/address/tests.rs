use std::collections::HashMap;
use std::fs;

use super::*;

fn parse(url: &str, environment: &[(&str, &str)]) -> Result<Address, AddressError> {
    let variables: HashMap<&str, &str> = environment.iter().copied().collect();
    Address::parse(url, &|name| variables.get(name).map(|value| (*value).to_owned()))
}

fn password(address: &Address) -> Option<String> {
    address.config.get_password().map(|password| String::from_utf8_lossy(password).into_owned())
}

#[test]
fn an_address_never_shows_its_password() {
    let url = "postgres://lease:s%3Fecret@db.example:6543/leasehold?application_name=x";
    let address = parse(url, &[]).unwrap();
    assert_eq!(address.to_string(), "postgres://lease@db.example:6543/leasehold");
    assert!(!format!("{address:?}").contains("ecret"));
    assert_eq!(password(&address).as_deref(), Some("s?ecret"));
    assert!(Address::names_password(url));
    assert!(Address::names_password("postgres://db/x?user=me&password=secret"));
    assert!(!Address::names_password("postgres://lease@db.example/leasehold?sslmode=require"));
}

#[test]
fn what_a_url_leaves_out_is_taken_from_the_environment() {
    let address = parse("postgres://db/leasehold", &[("PGUSER", "lease"), ("PGPASSWORD", "word")]).unwrap();
    assert_eq!(
        (address.to_string().as_str(), password(&address).as_deref()),
        ("postgres://lease@db:5432/leasehold", Some("word"))
    );
    let own = parse("postgres://me:mine@db/leasehold", &[("PGUSER", "lease"), ("PGPASSWORD", "word")]).unwrap();
    assert_eq!((own.config.get_user(), password(&own).as_deref()), (Some("me"), Some("mine")));
}

#[test]
fn the_mode_of_tls_is_libpqs() {
    let mode =
        |query: &str| parse(&format!("postgres://db/x?{query}"), &[]).map(|address| address.config.get_ssl_mode());
    assert_eq!(mode("").unwrap(), SslMode::Prefer);
    assert_eq!(mode("sslmode=disable").unwrap(), SslMode::Disable);
    assert_eq!(mode("sslmode=require").unwrap(), SslMode::Require);
    assert_eq!(mode("sslmode=verify-full").unwrap(), SslMode::Require);
    assert!(matches!(mode("sslmode=verify-ca"), Err(AddressError::NoRoots)));
    assert!(matches!(mode("sslmode=requires"), Err(AddressError::Option { option: "sslmode", .. })));
    assert!(matches!(mode("sslmode=require&sslrootcert=system"), Err(AddressError::Option { .. })));
    assert!(matches!(mode("sslmode=verify-ca&sslrootcert=/no/such"), Err(AddressError::File { .. })));
    let by_environment = parse("postgres://db/x", &[("PGSSLMODE", "require")]).unwrap();
    assert_eq!(by_environment.config.get_ssl_mode(), SslMode::Require);
}

#[test]
fn what_is_no_address_says_so() {
    for url in ["postgres://db/x?colour=red", "postgres://db:port/x", "postgres://[::1/x"] {
        let error = parse(url, &[]).unwrap_err();
        assert!(matches!(error, AddressError::Url(_)), "{url}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn the_password_files_first_line_that_fits_counts() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pgpass");
    fs::write(&path, "# db:5432:x:me:comment\nother:*:*:*:no\ndb:5432:x:me:a\\:b\\\\c:d\n*:*:*:me:later\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let environment = [("PGPASSFILE", path.to_str().unwrap())];
    assert_eq!(password(&parse("postgres://me@db/x", &environment).unwrap()).as_deref(), Some("a:b\\c:d"));
    assert_eq!(password(&parse("postgres://me@db/y", &environment).unwrap()).as_deref(), Some("later"));
    assert_eq!(password(&parse("postgres://you@db/y", &environment).unwrap()), None);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(password(&parse("postgres://me@db/x", &environment).unwrap()), None, "others may read it");
}

#[test]
fn a_socket_needs_no_tls() {
    let address = parse("postgres:///x?user=me&host=/run/postgresql&sslmode=require", &[]).unwrap();
    assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
    assert_eq!(address.to_string(), "postgres://me@/run/postgresql:5432/x");
}

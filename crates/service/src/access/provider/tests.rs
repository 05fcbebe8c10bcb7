//! What a provider, or one who is none, may try: a provider of a few lines that signs whatever it is told to.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;

const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
const ISSUER: &str = "https://login.corp.example/realms/corp";

/// Says what it is told to; counts how often it was asked for its keys.
#[derive(Debug)]
struct Scripted {
    token: Mutex<Value>,
    seed: Mutex<u8>,
    names_itself: bool,
    asked: AtomicU64,
    redeemed: Mutex<Vec<(String, String)>>,
}

impl Scripted {
    fn new(names_itself: bool) -> Arc<Self> {
        let (token, seed, redeemed) = (Mutex::new(json!({})), Mutex::new(1), Mutex::default());
        Arc::new(Self { token, seed, names_itself, asked: AtomicU64::new(0), redeemed })
    }
}

impl ProviderNetwork for Scripted {
    fn discover(&self) -> Result<Discovered, ProviderFailure> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let x = Base64UrlUnpadded::encode_string(signer(1).public_key().as_ref());
        let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": x }] }).to_string();
        let keys = KeySet::parse(keys.as_bytes(), &["EdDSA".to_owned()]).expect("keys");
        let authorization_endpoint = format!("{ISSUER}/auth?tenant=1");
        Ok(Discovered { authorization_endpoint, names_itself: self.names_itself, keys })
    }

    fn redeem(&self, form: &[(&str, &str)]) -> Result<String, ProviderFailure> {
        *lock(&self.redeemed) = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&json!({ "alg": "EdDSA", "kid": "k1" })), part(&lock(&self.token)));
        let signature = signer(*lock(&self.seed)).sign(signed.as_bytes());
        Ok(format!("{signed}.{}", Base64UrlUnpadded::encode_string(signature.as_ref())))
    }
}

fn signer(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
}

struct Draws(AtomicU64);

impl Debug for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Draws")
    }
}

impl Rng for Draws {
    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(n.iter().cycle()).for_each(|(byte, n)| *byte = *n);
    }
}

/// A provider, and a question that was asked of it.
struct Scene {
    network: Arc<Scripted>,
    provider: SignInProvider,
    question: Question,
}

impl Scene {
    fn new(names_itself: bool) -> Self {
        let network = Scripted::new(names_itself);
        let roles = [("admins", vec!["read", "operate"]), ("desk", vec!["read"])];
        let own =
            |(value, roles): (&str, Vec<&str>)| (value.to_owned(), roles.into_iter().map(str::to_owned).collect());
        let settings = ProviderSettings {
            issuer: ISSUER.to_owned(),
            client_id: "leasehold-admin".to_owned(),
            scopes: vec!["openid".to_owned()],
            claim: "groups".to_owned(),
            roles: roles.into_iter().map(own).collect(),
            url: "https://host.example:16881/".to_owned(),
        };
        let provider = SignInProvider::new(settings, network.clone());
        let question = provider.ask(NOW, &Draws(AtomicU64::new(1))).expect("a question");
        let scene = Self { network, provider, question };
        *lock(&scene.network.token) = scene.token();
        scene
    }

    fn asked(&self, name: &str) -> String {
        let query = self.question.url.split_once('?').expect("a query").1;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).unwrap_or_else(|| panic!("{name}")).1.into_owned()
    }

    fn token(&self) -> Value {
        json!({
            "iss": ISSUER, "aud": "leasehold-admin", "sub": "7", "preferred_username": "ann", "groups": ["desk"],
            "iat": NOW.unix(), "exp": NOW.unix() + 60, "nonce": self.asked("nonce"),
        })
    }

    fn signs(&self, name: &str, value: Value) {
        lock(&self.network.token)[name] = value;
    }

    fn take(&self, query: &str) -> Result<Identity, NotSignedIn> {
        self.take_in(query, Some(self.question.browser.expose()), NOW)
    }

    fn take_in(&self, query: &str, browser: Option<&str>, now: Timestamp) -> Result<Identity, NotSignedIn> {
        let query = query.replace("STATE", &self.asked("state"));
        self.provider.take(Answer { query: query.as_bytes(), browser }, now)
    }
}

const GOOD: &str = "code=c1&state=STATE";

#[tokio::test]
async fn who_answers_the_question_that_was_asked_is_signed_in_with_the_roles_of_their_groups() {
    let scene = Scene::new(false);
    assert!(scene.question.url.starts_with("https://login.corp.example/realms/corp/auth?tenant=1&response_type=code&"));
    assert_eq!(scene.asked("redirect_uri"), "https://host.example:16881/sign-in/callback");
    let identity = scene.take(GOOD).unwrap();
    assert_eq!(identity, Identity { name: "ann".to_owned(), roles: vec!["read".to_owned()] });
    let form = lock(&scene.network.redeemed).clone();
    let verifier = &form.iter().find(|(name, _)| name == "code_verifier").unwrap().1;
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.as_bytes()));
    assert_eq!((scene.asked("code_challenge"), scene.asked("code_challenge_method")), (challenge, "S256".to_owned()));
    assert!(matches!(scene.take(GOOD), Err(NotSignedIn::Unasked)), "once");
    assert_eq!(scene.network.asked.load(Ordering::Relaxed), 1, "what the provider says of itself is kept");
    let both = Scene::new(true);
    both.signs("groups", json!(["desk", "admins", "other"]));
    let identity = both.take(&format!("{GOOD}&iss=https%3A%2F%2Flogin.corp.example%2Frealms%2Fcorp")).unwrap();
    assert_eq!(identity.roles, ["operate", "read"]);
}

#[tokio::test]
async fn an_answer_that_this_browser_has_not_asked_for_signs_no_one_in() {
    for query in [
        "",
        "code=c1",
        "state=STATE",
        "code=c1&state=other",
        "code=c1&code=c2&state=STATE",
        "code=c1&state=STATE&state=STATE",
        "code=c1&error=e&state=STATE",
        "code=c1&state=STATE&iss=https%3A%2F%2Fevil.example",
    ] {
        assert!(matches!(Scene::new(false).take(query), Err(NotSignedIn::Unasked)), "{query}");
    }
    assert!(
        matches!(Scene::new(true).take(GOOD), Err(NotSignedIn::Unasked)),
        "a provider that names itself always does"
    );
    for browser in [None, Some(""), Some("another")] {
        let scene = Scene::new(false);
        assert!(matches!(scene.take_in(GOOD, browser, NOW), Err(NotSignedIn::Unasked)), "{browser:?}");
        assert!(scene.take(GOOD).is_ok(), "another browser does not use the question up");
    }
    for late in [NOW.plus(leasehold_core::Span::seconds(600)), Timestamp::from_unix(NOW.unix() - 1)] {
        let scene = Scene::new(false);
        assert!(matches!(scene.take_in(GOOD, Some(scene.question.browser.expose()), late), Err(NotSignedIn::Unasked)));
    }
    let scene = Scene::new(false);
    let declined = scene.take("error=access_denied%0A%1b[31m&state=STATE");
    assert!(matches!(declined, Err(NotSignedIn::Declined(words)) if words == "access_denied[31m"));
}

#[tokio::test]
async fn a_token_that_does_not_hold_in_every_respect_signs_no_one_in() {
    for (name, value, fault) in [
        ("nonce", json!("another"), SignInFault::OtherPurpose),
        ("nonce", Value::Null, SignInFault::OtherPurpose),
        ("iss", json!("https://evil.example"), SignInFault::OtherIssuer),
        ("aud", json!("another"), SignInFault::OtherAudience),
        ("aud", json!(["leasehold-admin", "another"]), SignInFault::OtherAudience),
        ("azp", json!("another"), SignInFault::OtherAudience),
        ("exp", json!(NOW.unix()), SignInFault::Expired),
        ("iat", json!(NOW.unix() + 3_600), SignInFault::NotYetValid),
        ("sub", json!(""), SignInFault::Malformed),
        ("events", json!({}), SignInFault::OtherPurpose),
    ] {
        let scene = Scene::new(false);
        scene.signs(name, value.clone());
        assert!(matches!(scene.take(GOOD), Err(NotSignedIn::Token(found)) if found == fault), "{name}: {value}");
    }
    let scene = Scene::new(false);
    *lock(&scene.network.seed) = 2;
    assert!(matches!(scene.take(GOOD), Err(NotSignedIn::Token(SignInFault::BadSignature))));
}

#[tokio::test]
async fn who_has_no_role_is_not_signed_in_and_is_named_without_what_would_harm_a_log() {
    for groups in [json!([]), json!("*"), json!({ "admins": true }), json!(["admins", 7]), Value::Null] {
        let scene = Scene::new(false);
        scene.signs("groups", groups.clone());
        scene.signs("preferred_username", json!(format!("bob\n\u{1b}{}", "x".repeat(99))));
        let expected = format!("bob{}", "x".repeat(57));
        assert!(matches!(scene.take(GOOD), Err(NotSignedIn::NoRole(name)) if name == expected), "{groups}");
    }
    let scene = Scene::new(false);
    scene.signs("preferred_username", json!(["ann"]));
    assert_eq!(scene.take(GOOD).unwrap().name, "7", "a name that is none gives way");
}

#[tokio::test]
async fn questions_that_are_never_answered_take_no_more_room_than_a_thousand() {
    let scene = Scene::new(false);
    let rng = Draws(AtomicU64::new(100));
    for _ in 0..MAX_ASKED {
        scene.provider.ask(NOW, &rng).unwrap();
    }
    assert_eq!(lock(&scene.provider.asked).len(), MAX_ASKED);
    assert!(matches!(scene.take(GOOD), Err(NotSignedIn::Unasked)), "the oldest has given way");
}

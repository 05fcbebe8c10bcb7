use leasehold_core::SignInFault as Fault;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use super::*;
use crate::id_token::Algorithm;

const NOW: u64 = 1_790_000_000;
const ISSUER: &str = "https://login.corp.example";
const EXPECTED: Expected<'_> =
    Expected { issuer: ISSUER, client_id: "leasehold", audience: "leasehold", groups: "groups", nonce: None };

fn signer(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn part(value: &Value) -> String {
    Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
}

/// The provider's keys, with those of `seeds` by the names `k1`, `k2` and so on.
fn keys(seeds: &[u8], algorithms: &[&str]) -> KeySet {
    let keys = seeds.iter().map(|seed| {
        let x = Base64UrlUnpadded::encode_string(signer(*seed).public_key().as_ref());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": format!("k{seed}"), "use": "sig", "x": x })
    });
    let set = json!({ "keys": keys.collect::<Vec<_>>() }).to_string();
    let algorithms: Vec<String> = algorithms.iter().map(ToString::to_string).collect();
    KeySet::parse(set.as_bytes(), &algorithms).unwrap()
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "k1", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "leasehold", "sub": "ann", "exp": NOW + 300, "iat": NOW, "groups": ["cad", "staff"],
    })
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

fn without(mut base: Value, name: &str) -> Value {
    base.as_object_mut().unwrap().remove(name);
    base
}

fn signed_text(header: &str, claims: &str, seed: u8) -> String {
    let signed = format!("{header}.{claims}");
    let signature = signer(seed).sign(signed.as_bytes());
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(signature.as_ref()))
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_text(&part(header), &part(claims), 1)
}

fn checked(token: &str) -> Result<Claims, Fault> {
    read(token)?.check(&keys(&[1, 2], &["EdDSA", "RS256"]), &EXPECTED, Timestamp::from_unix(NOW))
}

#[test]
fn a_token_of_the_providers_tells_the_user_and_the_groups() {
    let expected = Claims { user: UserId::of(ISSUER, "ann"), groups: vec!["cad".into(), "staff".into()] };
    assert_eq!(checked(&signed(&header(), &claims())), Ok(expected.clone()));
    // Without a key's name each key may be meant; with one, that one alone.
    assert_eq!(checked(&signed(&without(header(), "kid"), &claims())), Ok(expected.clone()));
    assert_eq!(checked(&signed(&without(header(), "typ"), &claims())), Ok(expected.clone()));
    assert_eq!(checked(&signed(&header(), &with(claims(), "exp", json!(300.5 + 1.79e9)))), Ok(expected.clone()));
    let several = with(with(claims(), "aud", json!(["leasehold", "other"])), "azp", json!("leasehold"));
    assert_eq!(checked(&signed(&header(), &several)), Ok(expected));
    let one = checked(&signed(&header(), &with(claims(), "groups", json!("cad")))).unwrap();
    assert_eq!(one.groups, ["cad"]);
    for strange in [json!(null), json!(7), json!({ "cad": true }), json!(["cad", 7])] {
        assert!(checked(&signed(&header(), &with(claims(), "groups", strange))).unwrap().groups.is_empty());
    }
}

#[test]
fn hostile_headers_are_refused() {
    let refused = |header: Value| checked(&signed(&header, &claims())).unwrap_err();
    for algorithm in ["none", "None", "NONE", "HS256", "RS384", "PS256", "ES256K", "ES384", "", "eddsa"] {
        assert_eq!(refused(with(header(), "alg", json!(algorithm))), Fault::Algorithm, "{algorithm}");
    }
    assert_eq!(refused(with(header(), "alg", json!(1))), Fault::Malformed);
    assert_eq!(refused(without(header(), "alg")), Fault::Malformed);
    // Taken here, and not published by the provider.
    assert_eq!(refused(with(header(), "alg", json!("ES256"))), Fault::Algorithm);
    assert_eq!(refused(with(header(), "alg", json!("RS256"))), Fault::UnknownKey, "the key is for another algorithm");
    assert_eq!(refused(with(header(), "kid", json!("k9"))), Fault::UnknownKey);
    assert_eq!(refused(with(header(), "kid", json!("k2"))), Fault::BadSignature);
    assert_eq!(refused(with(header(), "kid", json!(["k1"]))), Fault::Malformed);
    for typ in ["at+jwt", "logout+jwt", "application/jwt", "JWE"] {
        assert_eq!(refused(with(header(), "typ", json!(typ))), Fault::OtherPurpose, "{typ}");
    }
    for (name, value) in [
        ("cty", json!("JWT")),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ] {
        assert_eq!(refused(with(header(), name, value)), Fault::Malformed, "{name}");
    }
    // Keys and addresses that a token brings along are not even looked at.
    let brought = with(with(header(), "jwk", json!({ "kty": "OKP" })), "jku", json!("https://evil.example"));
    assert!(checked(&signed(&brought, &claims())).is_ok());
}

#[test]
fn the_public_key_is_no_secret_by_which_a_token_could_be_signed() {
    let public = signer(1).public_key().as_ref().to_vec();
    let signed = format!("{}.{}", part(&with(header(), "alg", json!("HS256"))), part(&claims()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), signed.as_bytes());
    let token = format!("{signed}.{}", Base64UrlUnpadded::encode_string(tag.as_ref()));
    assert_eq!(checked(&token), Err(Fault::Algorithm));
    let unsigned = format!("{}.{}.", part(&with(header(), "alg", json!("none"))), part(&claims()));
    assert_eq!(checked(&unsigned), Err(Fault::Algorithm));
}

#[test]
fn hostile_claims_are_refused() {
    let refused = |claims: Value| checked(&signed(&header(), &claims)).unwrap_err();
    for (name, value, fault) in [
        ("iss", json!("https://evil.example"), Fault::OtherIssuer),
        ("iss", json!("https://login.corp.example/"), Fault::OtherIssuer),
        ("iss", json!([ISSUER]), Fault::OtherIssuer),
        ("aud", json!("other"), Fault::OtherAudience),
        ("aud", json!([]), Fault::OtherAudience),
        ("aud", json!(["leasehold", "other"]), Fault::OtherAudience),
        ("aud", json!(["leasehold", 7]), Fault::Malformed),
        ("aud", json!({ "leasehold": true }), Fault::Malformed),
        ("azp", json!("other"), Fault::OtherAudience),
        ("azp", json!(["leasehold"]), Fault::Malformed),
        ("exp", json!(NOW), Fault::Expired),
        ("exp", json!(0), Fault::Expired),
        ("exp", json!("9999999999"), Fault::Malformed),
        ("exp", json!(-1), Fault::Malformed),
        ("exp", json!(null), Fault::Malformed),
        ("iat", json!(NOW + 61), Fault::NotYetValid),
        ("iat", json!("now"), Fault::Malformed),
        ("nbf", json!(NOW + 61), Fault::NotYetValid),
        ("nbf", json!("0"), Fault::Malformed),
        ("sub", json!(""), Fault::Malformed),
        ("sub", json!("x".repeat(256)), Fault::Malformed),
        ("sub", json!(7), Fault::Malformed),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }), Fault::OtherPurpose),
    ] {
        assert_eq!(refused(with(claims(), name, value.clone())), fault, "{name}: {value}");
    }
    for (name, fault) in [
        ("iss", Fault::OtherIssuer),
        ("aud", Fault::Malformed),
        ("exp", Fault::Malformed),
        ("iat", Fault::Malformed),
        ("sub", Fault::Malformed),
    ] {
        assert_eq!(refused(without(claims(), name)), fault, "{name}");
    }
}

#[test]
fn a_token_of_another_provider_with_a_key_of_the_same_name_does_not_verify() {
    let foreign = signed_text(&part(&header()), &part(&claims()), 7);
    assert_eq!(checked(&foreign), Err(Fault::BadSignature));
    // The name of the issuer counts too, whichever key has signed.
    let own = with(claims(), "iss", json!("https://other.example"));
    assert_eq!(checked(&signed(&header(), &own)), Err(Fault::OtherIssuer));
}

#[test]
fn what_is_no_signed_token_in_three_parts_is_refused() {
    let good = signed(&header(), &claims());
    let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let text = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    let twice = r#"{"iss":"https://login.corp.example","sub":"ann","sub":"bob","aud":"leasehold","exp":1790000300,"iat":1790000000}"#;
    let nested = signed_text(head, &text(&good), 1);
    let deep = signed_text(head, &text(&format!("{}{}", "[".repeat(4_000), "]".repeat(4_000))), 1);
    let encrypted = format!("{head}.{body}.{body}.{body}.{signature}");
    let oversized = signed(&header(), &with(claims(), "groups", json!(["x".repeat(12_000)])));
    for token in [
        "",
        ".",
        "..",
        "a.b.c",
        "Bearer",
        head,
        &format!("{head}.{body}"),
        &format!("{head}..{signature}"),
        &format!("{good}."),
        &format!("{good}=="),
        &format!("{head}.{body}=.{signature}"),
        &format!(" {good}"),
        &signed_text(head, &text(twice), 1),
        &signed_text(&text(r#"{"alg":"none","alg":"EdDSA"}"#), body, 1),
        &signed_text(head, &text("[]"), 1),
        &signed_text(head, &text("null"), 1),
        &nested,
        &deep,
        &encrypted,
        &oversized,
    ] {
        assert_eq!(checked(token), Err(Fault::Malformed), "{}", &token[..token.len().min(80)]);
    }
    // Any other change breaks the signature.
    let other = part(&with(claims(), "sub", json!("bob")));
    assert_eq!(checked(&format!("{head}.{other}.{signature}")), Err(Fault::BadSignature));
    assert_eq!(checked(&format!("{head}.{body}.AAAA")), Err(Fault::BadSignature));
}

#[test]
fn a_signature_by_rsa_and_one_by_p256_verify() {
    // RFC 7515, appendices A.2 and A.3.
    let message = concat!(
        "eyJhbGciOiJSUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    );
    let rsa = concat!(
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjb",
        "KBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES",
        "c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let n = concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs",
        "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV",
        "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    );
    let p256_message = message.replace("eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9");
    let p256 = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let set = json!({ "keys": [
        { "kty": "RSA", "n": n, "e": "AQAB" },
        { "kty": "EC", "crv": "P-256", "alg": "ES256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" },
        { "kty": "RSA", "n": n, "e": "AQAB", "use": "enc" },
        { "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS512" },
        { "kty": "RSA", "n": n, "e": "AQAB", "key_ops": ["encrypt"] },
        { "kty": "oct", "k": "AAAA" },
        { "kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA" },
        "nonsense",
    ]});
    let keys = KeySet::parse(set.to_string().as_bytes(), &["RS256".into(), "ES256".into()]).unwrap();
    assert_eq!(keys.len(), 2, "keys that are of no use here are passed over");
    let verify = |algorithm, message: &str, signature: &str| {
        let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
        keys.verify(&Header { algorithm, key: None }, message.as_bytes(), &signature)
    };
    assert!(verify(Algorithm::Rs256, message, rsa));
    assert!(verify(Algorithm::Es256, &p256_message, p256));
    assert!(!verify(Algorithm::Rs256, &p256_message, rsa) && !verify(Algorithm::Es256, message, p256));
    assert!(!verify(Algorithm::EdDsa, message, rsa));
    for none in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(KeySet::parse(none.as_bytes(), &[]).is_none(), "{none}");
    }
}

#[test]
fn an_answer_to_another_question_is_not_taken_for_this_one() {
    let asked = Expected { nonce: Some("n1"), ..EXPECTED };
    let check = |claims: &Value| {
        let token = signed(&header(), claims);
        read(&token).unwrap().check(&keys(&[1], &["EdDSA"]), &asked, Timestamp::from_unix(NOW)).map(drop)
    };
    assert_eq!(check(&with(claims(), "nonce", json!("n1"))), Ok(()));
    for claims in [claims(), with(claims(), "nonce", json!("n2")), with(claims(), "nonce", json!(["n1"]))] {
        assert_eq!(check(&claims), Err(Fault::OtherPurpose), "{claims}");
    }
}

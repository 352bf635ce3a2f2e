//! Tokens of a sign-on service: those that it signed count, and of all that can be forged none does,
//! whichever way, and whoever tries learns nothing from the answers. Signed here with `ring` and put
//! together by hand.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::accounts::with_store;
use crate::process::Server;

const ISSUER: &str = "https://login.example.cn/realms/city";
const AUDIENCE: &str = "innograph";
/// Made for these tests; they guard nothing.
const ONE: &[u8] = include_bytes!("jwt_rsa_one.der");
const TWO: &[u8] = include_bytes!("jwt_rsa_two.der");

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn now() -> i64 {
    innograph::engine::now_ms() / 1_000
}

/// The keys of the service, and one of somebody else.
struct Keys {
    rsa: RsaKeyPair,
    other: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

fn rsa_sign(key: &RsaKeyPair, how: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(how, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("it signs");
    signature
}

fn rsa_public(key: &RsaKeyPair, kid: &str) -> Value {
    let parts = PublicKeyComponents::<Vec<u8>>::from(key.public());
    json!({ "kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": text(&parts.n), "e": text(&parts.e) })
}

impl Keys {
    fn new() -> Self {
        let chance = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).expect("a key");
        let ed = Ed25519KeyPair::generate_pkcs8(&chance).expect("a key");
        Self {
            rsa: RsaKeyPair::from_pkcs8(ONE).expect("a key"),
            other: RsaKeyPair::from_pkcs8(TWO).expect("a key"),
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &chance).expect("a key"),
            ed: Ed25519KeyPair::from_pkcs8(ed.as_ref()).expect("a key"),
        }
    }

    fn set(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let shared = json!({ "kty": "oct", "kid": "oct-1", "k": text(b"a shared secret of the service") });
        let wide = json!({ "kty": "EC", "crv": "P-384", "kid": "ec-384", "x": "AA", "y": "AA" });
        let sealing = json!({ "kty": "RSA", "use": "enc", "kid": "enc-1", "n": "AA", "e": "AQAB" });
        json!({ "keys": [
            rsa_public(&self.rsa, "rsa-1"),
            { "kty": "EC", "crv": "P-256", "kid": "ec-1", "x": text(&point[1..33]), "y": text(&point[33..]) },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed-1", "x": text(self.ed.public_key()) },
            shared, wide, sealing,
        ]})
    }

    fn ec_sign(&self, message: &str) -> Vec<u8> {
        self.ec.sign(&SystemRandom::new(), message.as_bytes()).expect("it signs").as_ref().to_vec()
    }

    /// Signed with the first key, whatever header and claims say.
    fn signed(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", text(header), text(claims));
        let signature = rsa_sign(&self.rsa, &RSA_PKCS1_SHA256, &message);
        format!("{message}.{}", text(signature))
    }

    /// The same with the header as it should be.
    fn with(&self, claims: &Value) -> String {
        self.signed(HEADER, &claims.to_string())
    }
}

const HEADER: &str = r#"{"alg":"RS256","kid":"rsa-1","typ":"JWT"}"#;

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "exp": now() + 300, "nbf": now() - 5, "iat": now() - 5, "role": "STEWARD" })
}

/// The same, where the name stands for something else.
fn whole() -> Value {
    claims()
}

/// The claims with some of them changed; null takes one away.
fn but(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn served(data: &Path, keys: &Value) -> Server {
    let file = data.join("keys.json");
    std::fs::write(&file, keys.to_string()).expect("it can be written");
    let file = file.display().to_string();
    let settings = [("OIDC__ISSUER", ISSUER), ("OIDC__AUDIENCE", AUDIENCE), ("OIDC__JWKS_FILE", &*file)];
    Server::start_with(data, "demo", &settings, Stdio::null())
}

/// Status and answer of a query with that token.
fn ask(server: &Server, token: &str) -> (u16, String) {
    let bearer = format!("Bearer {token}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    server.send("POST", "/graphql", &headers, br#"{"query":"{ demands(first: 1) { totalCount } }"}"#)
}

fn counted(answer: &(u16, String)) -> u64 {
    let body: Value = serde_json::from_str(&answer.1).unwrap_or_default();
    body["data"]["demands"]["totalCount"].as_u64().unwrap_or_else(|| panic!("{answer:?}"))
}

#[test]
fn what_the_service_signed_counts_for_what_it_says() {
    let (data, keys) = (with_store(), Keys::new());
    let server = served(data.path(), &keys.set());
    let public = server.ask("{ demands(first: 1) { totalCount } }").1["data"]["demands"]["totalCount"].as_u64();
    let public = public.expect("a count");
    let claims = |changes| but(changes).to_string();
    let message = |header: &str| format!("{}.{}", text(header), text(claims(json!({}))));
    let ec = message(r#"{"alg":"ES256","kid":"ec-1","typ":"at+jwt"}"#);
    let ed = message(r#"{"kid":"ed-1","alg":"EdDSA"}"#);
    let whole = [
        keys.with(&but(json!({}))),
        format!("{ec}.{}", text(keys.ec_sign(&ec))),
        format!("{ed}.{}", text(keys.ed.sign(ed.as_bytes()))),
        keys.with(&but(json!({ "aud": ["other", AUDIENCE], "nbf": null, "iat": null }))),
        keys.with(&but(json!({ "role": ["offline_access", "city_officer"], "exp": 4_102_444_800.5 }))),
        // Clocks differ a little.
        keys.with(&but(json!({ "exp": now() - 10, "nbf": now() + 10 }))),
    ];
    for token in &whole {
        assert_eq!(counted(&ask(&server, token)), public + 1, "{token}");
    }
    for (role, region) in [("APP", None), ("COUNTY_OFFICER", Some("990101")), ("COUNTY_OFFICER", Some("nowhere"))] {
        let token = keys.with(&but(json!({ "role": role, "region": region })));
        assert_eq!(counted(&ask(&server, &token)), public, "{role} {region:?} sees what is internal everywhere");
    }
    // It stands on what its holder writes, marked as somebody of elsewhere.
    let save = r#"mutation { saveSource(input: {key: "src-j", kind: NEWS, issuer: "示例报", title: "示例", grade: A, address: "https://news.example/1"}) { __typename } }"#;
    let bearer = format!("Bearer {}", whole[0]);
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let body = json!({ "query": save }).to_string();
    assert!(server.send("POST", "/graphql", &headers, body.as_bytes()).1.contains("Written"));
    // Not in an address: addresses are kept.
    let (status, body) = server.send("GET", &format!("/graphql?query=%7B__typename%7D&token={}", whole[0]), &[], b"");
    assert!(status == 400 && body.contains("TOKEN_IN_ADDRESS"), "{status} {body}");
}

/// Headers that ask for something else than the key of the service.
fn forged_headers(keys: &Keys) -> Vec<String> {
    let claims = text(claims().to_string());
    let good = keys.with(&whole());
    let signature = good.rsplit('.').next().expect("a signature").to_owned();
    let mut forged = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "", "rs256", "RS256 ", "HS256", "RS512", "PS256", "ES256", "EdDSA"] {
        let head = text(json!({ "alg": alg, "kid": "rsa-1" }).to_string());
        forged.push(format!("{head}.{claims}."));
        // The key did sign it, and it says otherwise.
        forged.push(keys.signed(&json!({ "alg": alg, "kid": "rsa-1" }).to_string(), &whole().to_string()));
        forged.push(format!("{head}.{claims}.{signature}"));
    }
    for header in [
        r#"{"kid":"rsa-1"}"#,
        r#"{"alg":null,"kid":"rsa-1"}"#,
        r#"{"alg":["RS256"],"kid":"rsa-1"}"#,
        r#"{"alg":"none","alg":"RS256","kid":"rsa-1"}"#,
        r#"{"alg":"RS256","kid":"none","kid":"rsa-1"}"#,
        r#"{"alg":"RS256","kid":"rsa-1","crit":["exp"]}"#,
        r#"{"alg":"RS256","kid":"rsa-1","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"RS256","kid":"rsa-1","zip":"DEF"}"#,
        r#"{"alg":"RS256","kid":"rsa-1","typ":"JWE"}"#,
        r#"{"alg":"RS256","kid":"ec-1"}"#,
        r#"{"alg":"RS256","kid":"enc-1"}"#,
        r#"{"alg":"RS256","kid":"oct-1"}"#,
        "[]",
        "null",
    ] {
        forged.push(keys.signed(header, &whole().to_string()));
    }
    // Signed by somebody else, who says by which key to check.
    let own = rsa_public(&keys.other, "mine");
    for header in [
        json!({ "alg": "RS256", "kid": "rsa-1" }),
        json!({ "alg": "RS256", "kid": "mine", "jwk": own }),
        json!({ "alg": "RS256", "kid": "rsa-1", "jwk": own }),
        json!({ "alg": "RS256", "jwk": own }),
        json!({ "alg": "RS256", "kid": "mine", "jku": "https://evil.example/jwks.json" }),
        json!({ "alg": "RS256", "kid": "rsa-1", "x5u": "https://evil.example/cert.pem" }),
        json!({ "alg": "RS256", "kid": "rsa-1", "x5c": [STANDARD.encode(b"certificate")] }),
    ] {
        let message = format!("{}.{claims}", text(header.to_string()));
        forged.push(format!("{message}.{}", text(rsa_sign(&keys.other, &RSA_PKCS1_SHA256, &message))));
    }
    // The right key by another algorithm.
    for (alg, how) in [("RS512", &RSA_PKCS1_SHA512 as &'static dyn RsaEncoding), ("PS256", &RSA_PSS_SHA256)] {
        for said in [alg, "RS256"] {
            let message = format!("{}.{claims}", text(json!({ "alg": said, "kid": "rsa-1" }).to_string()));
            forged.push(format!("{message}.{}", text(rsa_sign(&keys.rsa, how, &message))));
        }
    }
    let message = format!("{}.{claims}", text(r#"{"alg":"ES256","kid":"ec-1"}"#));
    forged.push(format!("{message}.{}", text([0; 64])));
    let message = format!("{}.{claims}", text(r#"{"alg":"ES256","kid":"rsa-1"}"#));
    forged.push(format!("{message}.{}", text(keys.ec_sign(&message))));
    forged
}

/// Secrets that everybody knows: the public key in all its forms, files that are the same everywhere.
fn forged_by_shared_secrets(keys: &Keys) -> Vec<String> {
    let set = keys.set();
    let modulus = URL_SAFE_NO_PAD.decode(set["keys"][0]["n"].as_str().expect("text")).expect("base64");
    let der = keys.rsa.public().as_ref().to_vec();
    let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", STANDARD.encode(&der));
    let secrets: [&[u8]; 8] = [
        b"",
        b"secret",
        &modulus,
        &der,
        pem.as_bytes(),
        &set["keys"][0].to_string().into_bytes(),
        &set.to_string().into_bytes(),
        b"a shared secret of the service",
    ];
    let kids = [
        "rsa-1",
        "oct-1",
        "../../../../dev/null",
        "/dev/null",
        "keys.json",
        "' UNION SELECT 'secret' --",
        "rsa-1' OR '1'='1",
        "rsa-1\0",
        "",
        "RSA-1",
        "rsa-*",
        "$(id)",
        "https://evil.example/jwks.json",
    ];
    let mut forged = Vec::new();
    for kid in kids {
        for secret in &secrets[..] {
            let message =
                format!("{}.{}", text(json!({ "alg": "HS256", "kid": kid }).to_string()), text(claims().to_string()));
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
            forged.push(format!("{message}.{}", text(ring::hmac::sign(&key, message.as_bytes()))));
        }
        let message =
            format!("{}.{}", text(json!({ "alg": "RS256", "kid": kid }).to_string()), text(claims().to_string()));
        forged.push(format!("{message}.{}", text(rsa_sign(&keys.other, &RSA_PKCS1_SHA256, &message))));
    }
    forged
}

/// Claims of another time, another service, another audience; claims that say too much or too little.
fn forged_claims(keys: &Keys) -> Vec<String> {
    let mut forged: Vec<String> = [
        json!({ "exp": null }),
        json!({ "exp": now() - 31 }),
        json!({ "exp": 0 }),
        json!({ "exp": -1 }),
        json!({ "exp": (now() + 300).to_string() }),
        json!({ "exp": [now() + 300] }),
        json!({ "exp": true }),
        json!({ "nbf": now() + 60 }),
        json!({ "nbf": (now() - 5).to_string() }),
        json!({ "iat": now() + 3_600 }),
        json!({ "iss": null }),
        json!({ "iss": "https://login.example.cn/realms/other" }),
        json!({ "iss": "https://login.example.cn/realms/city/" }),
        json!({ "iss": [ISSUER] }),
        json!({ "aud": null }),
        json!({ "aud": "innograph-test" }),
        json!({ "aud": [] }),
        json!({ "aud": [AUDIENCE, 1] }),
        json!({ "aud": { "0": AUDIENCE } }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "a\nb" }),
        json!({ "sub": "x".repeat(65) }),
        json!({ "role": null }),
        json!({ "role": "root" }),
        json!({ "role": "PUBLIC" }),
        json!({ "role": "EDITOR" }),
        json!({ "role": ["ANALYST", "ADMINISTRATOR"] }),
        json!({ "role": ["ANALYST", 1] }),
        json!({ "role": { "name": "ADMINISTRATOR" } }),
        json!({ "role": "COUNTY_OFFICER" }),
        json!({ "role": "COUNTY_OFFICER", "region": 990_101 }),
        json!({ "role": "COUNTY_OFFICER", "region": "99/01" }),
    ]
    .into_iter()
    .map(|changes| keys.with(&but(changes)))
    .collect();
    let text_of = claims().to_string();
    for claims in [
        text_of.replacen("\"role\"", "\"role\":\"ANALYST\",\"role\"", 1),
        text_of.replacen("\"exp\"", "\"exp\":1,\"exp\"", 1),
        text_of.replacen(&format!("{}", now() + 300), "1e999", 1),
        "[]".to_owned(),
        "null".to_owned(),
        String::new(),
        format!("{text_of} x"),
    ] {
        forged.push(keys.signed(HEADER, &claims));
    }
    forged
}

/// Texts that are nearly tokens.
fn misshapen(keys: &Keys) -> Vec<String> {
    let good = keys.with(&claims());
    let [header, claims, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    let mut forged = vec![
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}.{signature}."),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}.{claims}.{signature}.a.b"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        "..".to_owned(),
        "eyJ..".to_owned(),
        format!("{header}.{claims}.{}", URL_SAFE.encode(&bytes)),
        format!("{header}.{claims}.{}", STANDARD.encode(&bytes)),
        format!("{header}.{claims}.{signature}="),
        format!("{header}. {claims}.{signature}").replace(". ", ".%20"),
        format!("{header}.{claims}.{}", text(vec![0; bytes.len()])),
        format!("{header}.{claims}.{}", text(&bytes[1..])),
        format!("{header}.{claims}.{}", text([&[0], &bytes[..]].concat())),
        format!("{header}.{}.{signature}", text(but(json!({ "role": "ADMINISTRATOR" })).to_string())),
        format!("{header}.{claims}.{}", "A".repeat(20_000)),
        good.to_uppercase(),
    ];
    for place in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        forged.push(format!("{header}.{claims}.{}", text(flipped)));
    }
    forged
}

#[test]
fn of_all_that_can_be_forged_none_counts_and_nobody_learns_why() {
    let (data, keys) = (with_store(), Keys::new());
    let server = served(data.path(), &keys.set());
    let mut answers = BTreeSet::new();
    let mut tried = 0;
    for tokens in [forged_headers(&keys), forged_by_shared_secrets(&keys), forged_claims(&keys), misshapen(&keys)] {
        for token in tokens {
            let (status, body) = ask(&server, &token);
            assert_eq!(status, 401, "{token}\n{body}");
            answers.insert(body);
            tried += 1;
        }
    }
    assert!(tried >= 200, "{tried}");
    assert!(answers.len() <= 2, "{answers:#?}");
    // The service goes on, and what is good still counts.
    assert_eq!(ask(&server, &keys.with(&claims())).0, 200);
    let long = format!("{}.{}.{}", text(HEADER), "A".repeat(1_000_000), "A");
    assert!(ask(&server, &long).0 != 200);
    assert_eq!(ask(&server, &keys.with(&claims())).0, 200);
}

#[test]
fn keys_change_while_the_server_runs() {
    let (data, keys) = (with_store(), Keys::new());
    let server = served(data.path(), &keys.set());
    let file = data.path().join("keys.json");
    let old = keys.with(&claims());
    let message = format!("{}.{}", text(r#"{"alg":"RS256","kid":"rsa-2"}"#), text(claims().to_string()));
    let new = format!("{message}.{}", text(rsa_sign(&keys.other, &RSA_PKCS1_SHA256, &message)));
    let status = |token: &str| ask(&server, token).0;
    let put = |bytes: &[u8]| {
        let aside = data.path().join("aside.json");
        std::fs::write(&aside, bytes).expect("it can be written");
        std::fs::rename(&aside, &file).expect("it can be put in place");
    };
    assert_eq!((status(&old), status(&new)), (200, 401));
    let (one, two) = (rsa_public(&keys.rsa, "rsa-1"), rsa_public(&keys.other, "rsa-2"));
    put(json!({ "keys": [one, two] }).to_string().as_bytes());
    assert_eq!((status(&old), status(&new)), (200, 200), "both for a while");
    put(json!({ "keys": [two] }).to_string().as_bytes());
    assert_eq!((status(&old), status(&new)), (401, 200), "the old one is over");
    for damaged in [&b"{"[..], b"", b"{\"keys\":[]}", json!({ "keys": [two, two] }).to_string().as_bytes()] {
        put(damaged);
        assert_eq!((status(&old), status(&new)), (401, 401), "no key, nobody");
    }
    std::fs::remove_file(&file).expect("it can be removed");
    assert_eq!(status(&new), 401);
    put(keys.set().to_string().as_bytes());
    assert_eq!((status(&old), status(&new)), (200, 401));
}

#[test]
fn settings_that_would_let_in_anybody_do_not_start() {
    let data = with_store();
    let start = |settings: &[(&str, &str)]| {
        let settings = settings.iter().map(|(name, value)| (format!("INNOGRAPH_OIDC__{name}"), *value));
        let mut command = crate::process::program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--store-name", "demo", "--data"]).arg(data.path());
        command.envs(settings).output().expect("it starts").status.code()
    };
    let all = [("ISSUER", ISSUER), ("AUDIENCE", AUDIENCE), ("JWKS_FILE", "/nowhere")];
    for missing in 0..all.len() {
        let some: Vec<_> =
            all.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, setting)| *setting).collect();
        assert_eq!(start(&some), Some(2), "without {}", all[missing].0);
    }
    for odd in [("LEEWAY_SECONDS", "61"), ("AUDIENCE", " "), ("JWKS_URL", "https://login.example.cn/keys")] {
        assert_eq!(start(&[&all[..], &[odd]].concat()), Some(2), "{odd:?}");
    }
}

use proptest::prelude::*;

use super::*;

/// Each text with its secret, which is `§` there.
const TEXTS: &[&str] = &[
    "llx-§",
    "bad key llx-§!",
    "LLAMA_CLOUD_API_KEY=§",
    "export OPENAI_KEY='§'",
    "+ AWS_SECRET_ACCESS_KEY=§ python run.py",
    "DB_PASSWORD=§, with spaces",
    "REGION=eu\nMY_TOKEN=\"§\"\nX=1",
    "Bearer §",
    "> authorization: Bearer §",
    "-H 'Authorization: Bearer §' https://api.example.com",
    "Authorization: Basic §",
    "authorization: §",
    "authorization=§&x=1",
    "Authorization: Digest username=\"u\", response=\"§\"",
    r#"{"Authorization": "Bearer §", "x": 1}"#,
    r#"{"authorization": ["Bearer §"]}"#,
    r#"{\"api_key\": \"§\", \"x\": 1}"#,
    r#"{'x-api-key': '§'}"#,
    "x-api-key: §",
    "api_key: §",
    "password: §",
    "  token: §",
    "client_secret => '§'",
    "curl -u user:§ https://api.example.com",
    "login --password § --verbose",
    "--api-key '§'",
    "postgres://user:§@db.example.com/x",
    "https://a.example.com/x.pdf?X-Amz-Signature=§&X-Amz-Date=1",
    "https://a.example.com/x?sv=1&sig=§",
    "https://a.example.com/x?Signature=§&Expires=1",
    "https://a.example.com/x?token=§",
    "https://a.example.com/?u=https%3A%2F%2Fb%2F%3Ftoken%3DS%26x",
    "AccountName=a;AccountKey=§",
    "Cookie: session=§; theme=dark",
    "-----BEGIN RSA PRIVATE KEY-----\nS\nS\n-----END RSA PRIVATE KEY-----",
    "the token: § was refused",
    "Bearer token § is invalid",
    "the token § was refused",
    "bad api key '§'",
    "password § is wrong",
    "the client secret § has expired",
    "Secret '§' is not known",
    "secret key § was rotated",
    "invalid access key §",
    "Authorization: -----BEGIN PRIVATE KEY-----\nx\n§\n-----END PRIVATE KEY-----",
    "PRIVATE_KEY=\"-----BEGIN RSA PRIVATE KEY-----\n§\n-----END RSA PRIVATE KEY-----\"",
];

#[test]
fn a_secret_is_masked_in_every_form_it_is_written_in() {
    for secret in [
        "q7Xw9Lk2mZp4Rt6Vb8Nc",
        "EXAMPLEexampleEXAMPLE01",
        "d41d8cd98f00b204e9800998",
    ] {
        for text in TEXTS {
            let text = text.replace('§', secret);
            let masked = mask(&text);
            assert!(!masked.contains(secret), "{text} -> {masked}");
            assert!(masked.contains("***"), "{text} -> {masked}");
            assert_eq!(mask(&masked), masked, "{text}");
        }
    }
}

#[test]
fn keys_of_well_known_forms_need_no_name() {
    for text in [
        "sk-proj-abcdefgh12345678",
        "ghp_abcdefghijklmnopqrst",
        "github_pat_11ABCDEFG0abcdef",
        "xoxb-1234567890-abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA1234567890abcdefghijklmnop",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123",
    ] {
        let masked = mask(text);
        assert!(masked.ends_with("***") && masked.len() < 16, "{masked}");
    }
}

#[test]
fn what_surrounds_a_secret_stays() {
    for (text, masked) in [
        ("bad key llx-0123456789 given", "bad key llx-*** given"),
        ("a?token=abc&page=2", "a?token=***&page=2"),
        (
            "-H 'Authorization: Bearer x1' https://a",
            "-H 'Authorization: ***' https://a",
        ),
        ("https://u:p@h/x", "https://u:***@h/x"),
        (
            r#"{"password": "a\"b", "x": 1}"#,
            r#"{"password": "***", "x": 1}"#,
        ),
        ("401 for Bearer abc, retry", "401 for Bearer *** retry"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

#[test]
fn ordinary_messages_are_left_alone() {
    for text in [
        "Job timed out after 300 seconds",
        "HTTP 502: Bad Gateway",
        "Unexpected token: '<' at line 1, column 1",
        "missing key: 'item_id'",
        "KeyError: 'pages'",
        "max_tokens=4096 exceeded, total_tokens: 5000",
        "Bearer token is missing; basic authentication required",
        "curl -H \"Authorization: Bearer $LLAMA_CLOUD_API_KEY\" https://a.example/",
        "risk-assessment-2026.pdf, task-12345678, disk-full",
        "https://api.example.com:8080/v1/items?limit=5#top",
        "next_page_token: abc",
        "PWD=/home/user",
        "std::io::Error at 12:02:57, ratio=0.5",
        "job pjb-5eaf9ad5-8702-4c03-8bfd-9f390195055d failed",
        "token: null, password=None",
        "password is required; the token limit of a request",
        "the API key given is not known",
        "secret sauce; a secret internationalization; secret 12345678901234567890",
        "secretary a1b2c3d4e5f6a7b8c9d0, the secret key is missing",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn addresses_are_masked_and_what_only_looks_like_one_is_not() {
    for (text, masked) in [
        ("sent to jane.doe+x@mail.example.com.", "sent to ***."),
        ("<a_b@x-y.org>, é@y.de", "<***>, é@y.de"),
        ("renée@example.fr failed", "*** failed"),
        ("jane@example.org.pdf", "***"),
        (
            "scan@2x.png, a@b, @scope/pkg@1.2.3, x @y.org",
            "scan@2x.png, a@b, @scope/pkg@1.2.3, x @y.org",
        ),
        ("a@b.de@c.de", "***"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

#[test]
fn a_key_of_letters_alone_is_masked_as_a_name_as_well() {
    for name in [
        "hf_abcdefghijKLMNOPqrstuvWXYZabcd",
        "ghp_q7Xw9Lk2mZp4Rt6Vb8Nc",
    ] {
        assert!(mask_name(name).ends_with("_***"), "{name}");
        assert!(mask(name).ends_with("_***"), "{name}");
    }
    let name = "hf_comparison_of_models_and_their_results.pdf";
    assert_eq!(mask_name(name), name);
}

/// The time is linear: each of these is a text that looks like a secret over and over.
#[test]
fn a_hostile_text_takes_no_longer_than_its_length() {
    for part in [
        "key:",
        "key=",
        "a=",
        "://",
        "://u:p#",
        "basic:",
        "basic ",
        "Bearer ",
        "eyJ",
        "-eyJ",
        "--",
        "-u ",
        "llx-",
        "sk-a ",
        "token: ",
        "-----BEGIN ",
        "%3D",
        "\\\"token\\\":",
        "K",
        "AIza",
        "a@",
        "a@b.de",
        "@a.",
        "token ",
        "secret ",
        "password=-----BEGIN ",
        "a key=\"-----BEGIN PRIVATE KEY-----\n",
    ] {
        let text = part.repeat(400_000 / part.len());
        // The machine may have done something else meanwhile.
        let is_fast = (0..4).any(|_| {
            let begin = std::time::Instant::now();
            let _ = mask(&text);
            begin.elapsed().as_secs() < 5
        });
        assert!(is_fast, "{part}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_masked_and_is_stable(text in "([a-z]{0,4}[=:_ -]{0,2}|Bearer |llx-|://|@|é|\"|\\\\|token|key|=|\n){0,20}") {
        let masked = mask(&text).into_owned();
        let _ = mask(&masked);
    }
}

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
        "\x1b",
        "\x1b[",
        "\x1b[1",
        "\x1b]",
        "\x1b[1mllx-",
        "llx-a\u{200b}",
        "bearer\n",
        "authorization:\n",
        "password is ",
        "/sk-",
    ] {
        let text = part.repeat(400_000 / part.len());
        // The machine may have done something else meanwhile.
        let is_fast = (0..4).any(|_| {
            let begin = std::time::Instant::now();
            let _ = mask(&text);
            if part.starts_with('/') {
                let _ = mask_name(&text);
            }
            begin.elapsed().as_secs() < 5
        });
        assert!(is_fast, "{part}");
    }
}

/// Colours are between the name and the value, between the prefix and the rest, or in the middle of the secret.
#[test]
fn what_is_not_seen_does_not_hide_a_secret() {
    for text in [
        "\x1b[1mAuthorization\x1b[0m: \x1b[33mBearer \x1b[0mSECRET112233",
        "LLAMA_CLOUD_API_KEY\x1b[0m=\x1b[32mSECRETww4455",
        "llx-\x1b[1mSECRETee66\x1b[0m",
        "llx-\u{200b}SECRETZw",
        "l\u{200b}lx-SECRETZw",
        "key gh\u{ad}p_SECRETab\u{200b}cd",
        "seen\x1b[1mghp_SECRETabcdef",
        "\x1b(Bghp_SECRETabcdef",
        "llx-\u{9b}1mSECRETee66",
        "llx-\x07SECRETee66",
        "llx-\x1b]8;;https://a.example\x07SECRETee66",
        "\x1b]0;llx-SECRETee66\x07done",
        "\x1b]0;llx-SECRETee66",
        "été llx-a\u{2060}SECRETee66 été",
        "Bearer \x1bSECRETee66",
    ] {
        for masked in [mask(text), mask_name(text)] {
            assert!(!masked.contains("SECRET"), "{text:?} -> {masked:?}");
            assert!(masked.contains("***"), "{text:?} -> {masked:?}");
            assert_eq!(mask(&masked), masked, "{text:?}");
        }
    }
    let text = "llx-AB\x1b[1mCD\u{200b}EF\x1b[0m is \x1b[31mred";
    assert_eq!(mask(text), "llx-***\x1b[0m is \x1b[31mred");
}

#[test]
fn colours_and_emoji_beside_no_secret_stay() {
    for text in [
        "\x1b[1mJob\x1b[0m timed out",
        "❤\u{fe0f} été.pdf",
        "\x1b[1",
        "\x1b]",
        "\x1b",
        "\u{200b}",
    ] {
        assert_eq!(mask(text), text);
        assert_eq!(mask_name(text), text);
    }
}

#[test]
fn a_line_break_after_the_scheme_hides_no_token() {
    for (text, masked) in [
        (
            "Authorization: Bearer\n  ttSECRETtt998877",
            "Authorization: ***",
        ),
        ("bearer\nabcdefTOKEN123456 x", "bearer\n*** x"),
        ("Authorization:\r\n ttSECRETtt998877", "Authorization: ***"),
        (
            "Authorization:\n  Bearer abc",
            "Authorization:\n  Bearer ***",
        ),
    ] {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat(&mask(text)), flat(masked));
        assert_eq!(flat(&mask_name(text)), flat(masked));
    }
    let text = "no Bearer\nTraceback (most recent call last)";
    assert_eq!(mask(text), text);
}

#[test]
fn a_short_value_of_mixed_letters_is_masked_behind_its_word() {
    for (text, masked) in [
        (
            "Call failed with secret hunter2Xk9Qw7Lm",
            "Call failed with secret ***",
        ),
        ("client secret yzSECRETyz1x2.", "client secret ***."),
        ("secret 'Plm0OknIjb'", "secret '***'"),
        ("password is Tr0ub4dor3x, why", "password is ***, why"),
        ("apikey ssSECRETss1s2", "apikey ***"),
        ("token ddSECRETdd1d2 is old", "token *** is old"),
    ] {
        assert_eq!(mask(text), masked);
        assert_eq!(mask_name(text), masked);
    }
    for text in [
        "secret Q3Report.pdf",
        "the token is Invalid",
        "password is required4",
        "token Version2",
        "secret is 2026-05-14T10:00:00Z",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn a_key_is_masked_in_each_folder_of_a_name() {
    for (name, masked) in [
        ("dir/AKIAIOSFODNN7EXAMPLE.pdf", "dir/AKIA***.pdf"),
        (
            "a/b/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123.pdf",
            "a/b/eyJ***",
        ),
        ("dir/sk-proj-abcdefgh12345678", "dir/sk-***"),
        ("dir\\ghp_abcdefghijklmnopqrst1", "dir\\ghp_***"),
        ("dir/xoxb-1234567890-abcdef", "dir/xoxb-***"),
        ("dir/glpat-abcdefghijkl12345678", "dir/glpat-***"),
        ("dir/AIzaSyA1234567890abcdefghijklmnop", "dir/AIza***"),
    ] {
        assert_eq!(mask_name(name), masked);
    }
    for name in [
        "dir/sk-report.pdf",
        "texts/sk-en/2026-05-14/items.json",
        "eyJ/pk-/AKIA",
    ] {
        assert_eq!(mask_name(name), name);
    }
}

proptest! {
    #[test]
    fn any_text_can_be_masked_and_is_stable(text in "([a-z]{0,4}[=:_ -]{0,2}|Bearer |llx-|://|@|é|\u{200b}|\x1b|\x1b\\[0m|\x1b\\]|\"|\\\\|token|key|=|\n){0,20}") {
        let masked = mask(&text).into_owned();
        let _ = mask(&masked);
    }
}

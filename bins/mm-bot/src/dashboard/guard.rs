//! Who is answered: pages of this machine only, and commands only with the token.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::runtime::keyfile::Secret;

/// What a browser may do with what it gets: load our own files, talk to us, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(header::HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses questions that come by another name than this machine's own, which is how a page of
/// somebody else would reach us (DNS rebinding), and those that a browser says come from another
/// site; adds to every answer what a browser may do with it.
pub(super) async fn door(request: Request, next: Next) -> Response {
    let mut response = match admit(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn admit(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(header::HOST).ok_or("no host")?;
    if !is_ours(host) {
        return Err("not by this name: the dashboard answers to 127.0.0.1, [::1] and localhost");
    }
    if let Some(origin) = text(header::ORIGIN)
        && origin.strip_prefix("http://") != Some(host)
    {
        return Err("not for a page of another site");
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let followed = method == Method::GET && path == "/";
    if !followed && site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return Err("not for a page of another site");
    }
    Ok(())
}

/// Whether a `Host` is this machine itself, at whatever port: a tunnel has another one.
fn is_ours(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "[::1]", "localhost"].iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

/// Why a command is not obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    ReadOnly,
    Token,
}

/// Whether a command comes with the token.
pub(super) fn token(headers: &HeaderMap, token: Option<&Secret>) -> Result<(), Refused> {
    let token = token.ok_or(Refused::ReadOnly)?;
    let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let given = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
    if token.is(given) { Ok(()) } else { Err(Refused::Token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (header::HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for good in ["127.0.0.1:8787", "localhost", "LOCALHOST:1", "[::1]:8787", "[::1]"] {
            assert!(is_ours(good), "{good}");
        }
        for bad in [
            "evil.example:8787",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8787",
            "127.0.0.2",
            "0.0.0.0",
            "localhost:8787:1",
            "evil.example:localhost",
            "",
            ":8787",
        ] {
            assert!(!is_ours(bad), "{bad}");
        }
    }

    #[test]
    fn a_page_of_another_site_gets_nothing_but_may_link_to_the_first_page() {
        let admit = |path, pairs: &[_]| admit(&Method::GET, path, &headers(pairs));
        let host = ("host", "127.0.0.1:8787");
        assert_eq!(admit("/api/snapshot", &[host]), Ok(()));
        assert_eq!(admit("/api/snapshot", &[host, ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(admit("/", &[host, ("sec-fetch-site", "cross-site")]), Ok(()));
        assert_eq!(admit("/api/stream", &[host, ("origin", "http://127.0.0.1:8787")]), Ok(()));
        assert!(admit("/api/stream", &[]).is_err());
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://evil.example"),
            ("origin", "https://127.0.0.1:8787"),
            ("origin", "null"),
        ] {
            assert!(admit("/api/stream", &[host, header]).is_err(), "{header:?}");
        }
    }
}

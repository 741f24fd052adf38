//! TLS for both transports: one provider, one list of roots.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The TLS library refused its own defaults. Do not retry: the build is wrong.
#[derive(Debug, thiserror::Error)]
#[error("tls: {0}")]
pub struct TlsError(#[from] rustls::Error);

/// Certificates are checked against the roots that browsers trust, compiled in, so that a container
/// without a certificate store behaves like any other machine. The provider is named here rather than
/// installed for the process: nothing depends on who was first.
pub(crate) fn config() -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

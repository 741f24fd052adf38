//! Reading a document from bytes that nobody vouches for.

use serde::Deserialize;

/// A body that is not the document that was asked for. Asking again may help if it was cut off; if
/// the exchange has changed the document, it will not.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not UTF-8. Ask again.
    #[error("answer is not utf-8 after {valid_up_to} bytes")]
    NotUtf8 {
        /// How much of it is.
        valid_up_to: usize,
    },
    /// Not the document: the message names the value and the place.
    #[error("not a {document}: {source}; text starts {excerpt:?}")]
    NotTheDocument {
        /// What was expected.
        document: &'static str,
        /// How the text starts.
        excerpt: Box<str>,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Reads an `/info` answer. `T` borrows from `body` where it can.
///
/// ```
/// use hl_wire::info::{self, UserRateLimit};
///
/// let body = br#"{"cumVlm":"2854574.593578","nRequestsUsed":2890,"nRequestsCap":2864574}"#;
/// let limit: UserRateLimit = info::read(body)?;
/// assert_eq!(limit.n_requests_cap, 2_864_574);
/// # Ok::<(), info::DocumentError>(())
/// ```
///
/// # Errors
/// [`DocumentError`] names what is wrong and where.
pub fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DocumentError> {
    let text = core::str::from_utf8(body)
        .map_err(|e| DocumentError::NotUtf8 { valid_up_to: e.valid_up_to() })?;
    serde_json::from_str(text).map_err(|source| DocumentError::NotTheDocument {
        document: core::any::type_name::<T>()
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .trim_end_matches('>'),
        excerpt: crate::ids::excerpt(text),
        source,
    })
}

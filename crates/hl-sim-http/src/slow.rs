//! Bodies that arrive a byte at a time.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;

/// A body each of whose bytes takes so many milliseconds.
pub(crate) fn body(bytes: Vec<u8>, ms_per_byte: u64) -> Body {
    let pause = Duration::from_millis(ms_per_byte);
    let bytes = stream::unfold(bytes.into_iter(), move |mut rest| async move {
        let byte = rest.next()?;
        tokio::time::sleep(pause).await;
        let piece: Result<Bytes, Infallible> = Ok(Bytes::copy_from_slice(&[byte]));
        Some((piece, rest))
    });
    Body::from_stream(bytes)
}

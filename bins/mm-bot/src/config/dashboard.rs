//! Where the dashboard is, and who may do something there.

use super::kind;
use super::reader::Reader;
use crate::dashboard::Settings;

/// Reads it. What would not be served is refused here.
pub(super) fn read(read: &mut Reader<'_>) -> Settings {
    let settings = Settings {
        listen: read.value("dashboard.listen", kind::listen),
        token_file: read.some("dashboard.token_file").map(Into::into),
    };
    if settings.listen.is_some_and(|address| !address.ip().is_loopback()) {
        let why = "not of this machine alone: who reaches it sees positions and profit";
        let hint = "listen at 127.0.0.1 and open a tunnel: ssh -L 8787:127.0.0.1:8787 host";
        read.refuse("dashboard.listen", why, Some(hint));
    }
    if settings.token_file.is_some() && settings.listen.is_none() {
        let why = "is a token for a dashboard that is not served";
        read.refuse("dashboard.token_file", why, Some("set dashboard.listen"));
    }
    settings
}

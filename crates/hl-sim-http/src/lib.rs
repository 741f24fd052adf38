//! sim-http

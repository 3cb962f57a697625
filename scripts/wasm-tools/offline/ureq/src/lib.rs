//! As much of ureq's interface as wasm-pack calls. Every request fails: nothing is downloaded by the build's tools.

use std::fmt;
use std::io;

/// What every request ends with.
#[derive(Debug)]
pub struct Offline;

impl fmt::Display for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this build of wasm-pack downloads nothing")
    }
}

impl std::error::Error for Offline {}

/// Never made.
pub enum Response {}

impl Response {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match *self {}
    }

    /// The body as JSON.
    pub fn into_json<T: serde::de::DeserializeOwned>(self) -> io::Result<T> {
        match self {}
    }
}

/// Agent and request in one, as there is nothing to keep.
pub struct Request;

/// Starts what ends in [`Offline`].
pub fn builder() -> Request {
    Request
}

impl Request {
    pub fn try_proxy_from_env(self, _: bool) -> Self {
        self
    }

    pub fn user_agent(self, _: &str) -> Self {
        self
    }

    pub fn build(self) -> Self {
        self
    }

    pub fn get(self, _url: &str) -> Self {
        self
    }

    pub fn set(self, _header: &str, _value: &str) -> Self {
        self
    }

    pub fn call(self) -> Result<Response, Offline> {
        Err(Offline)
    }
}

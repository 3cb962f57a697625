//! What makes a browser fetch the files of an app before the scripts of the page ask for them.

use crate::UsageError;
use anyhow::{Result, bail};
use gowasp_core::MANIFEST;
use gowasp_core::manifest::Manifest;

/// Refuses a URL that could end the attribute or the header that it is put into.
pub(super) fn check(url: &str) -> Result<()> {
    // RFC 3986, 2.2 and 2.3, without what HTML and the Link header (RFC 8288) give a meaning of their own.
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$()*+=%".contains(c);
    match url.chars().all(safe) && (url.is_empty() || url.ends_with('/')) {
        true => Ok(()),
        false => bail!(UsageError(format!(
            "--preload={url}: give the URL of the folder, with a slash at its end"
        ))),
    }
}

/// HTML and header lines for the files below `url`. The attributes are those of the loader's own requests; with others,
/// the browser would fetch the files twice.
pub(super) fn lines(url: &str, manifest: &Manifest) -> String {
    let files = [
        (MANIFEST, None),
        (&*manifest.module.url, Some("application/wasm")),
    ];
    let html = files.map(|(file, media)| {
        let media = media.map_or_else(String::new, |media| format!(" type=\"{media}\""));
        format!("<link rel=\"preload\" href=\"{url}{file}\" as=\"fetch\"{media} crossorigin>\n")
    });
    let headers = files.map(|(file, media)| {
        let media = media.map_or_else(String::new, |media| format!("; type=\"{media}\""));
        format!("Link: <{url}{file}>; rel=preload; as=fetch{media}; crossorigin\n")
    });
    format!("{}\n{}", html.concat(), headers.concat())
}

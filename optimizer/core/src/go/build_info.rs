//! What the go command and the linker recorded about a build.

use super::release::Release;
use crate::bytes::Bytes;
use serde::Serialize;
use std::ops::Range;

/// Build information, as `go version -m` prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BuildInfo {
    /// Go release of the build info blob.
    pub go_version: Option<String>,
    /// Import path of the main package.
    pub path: Option<String>,
    /// Path and version of the main module.
    pub module: Option<(String, String)>,
    /// Paths and versions of the other modules, in the order recorded, replacements by what replaces them.
    pub dependencies: Vec<(String, String)>,
    /// Build settings, such as `-ldflags`, `GOOS` and `vcs.revision`.
    pub settings: Vec<(String, String)>,
}

/// How `debug/buildinfo` finds its blob (src/debug/buildinfo/buildinfo.go, go1.26).
const BLOB_MAGIC: &[u8] = b"\xff Go buildinf:";
/// Address alignment of the blob.
const BLOB_ALIGN: usize = 16;
/// Size of its header.
const BLOB_HEADER: u64 = 32;
/// Flag: the strings follow the header, instead of being pointed to.
const BLOB_INLINE: u8 = 2;
/// Flag: big-endian pointers, which wasm does not have.
const BLOB_BIG_ENDIAN: u8 = 1;

/// What the go command puts in front of `runtime.modinfo` (`infoStart`, src/cmd/go/internal/modload/build.go, go1.26).
const MODINFO_START: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
/// What it puts behind (`infoEnd`).
const MODINFO_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
/// Longest text that is read, 4 MiB: some thousand dependencies.
const MAX_TEXT: usize = 4 << 20;

impl BuildInfo {
    /// Reads what is in memory; everything that is missing stays empty.
    ///
    /// Go's linker does not write the blob into wasm (`asmb` in cmd/link/internal/wasm/asm.go leaves its section
    /// out, go1.21 to 1.27), so the text of `runtime.modinfo` is looked for as well.
    pub fn find(memory: Bytes<'_>) -> Self {
        let mut info = BuildInfo::default();
        if let Some((version, text)) = blob(memory) {
            info.go_version = Some(version);
            info.parse(text.as_deref().unwrap_or_default());
        }
        if info.path.is_none()
            && let Some(text) = modinfo(memory.as_slice())
        {
            info.parse(text);
        }
        info
    }

    /// The value of a build setting.
    pub fn setting(&self, key: &str) -> Option<&str> {
        let found = self.settings.iter().find(|(k, _)| k == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Reads the lines that src/runtime/debug/mod.go (go1.26) writes.
    fn parse(&mut self, text: &str) {
        for line in text.lines() {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            let mut columns = rest.split('\t').map(str::to_owned);
            let (first, second) = (columns.next(), columns.next());
            match (kind, first, second) {
                ("path", path, _) => self.path = path,
                ("mod", Some(path), version) => {
                    self.module = Some((path, version.unwrap_or_default()));
                }
                ("dep", Some(path), version) => {
                    self.dependencies.push((path, version.unwrap_or_default()));
                }
                ("=>", Some(path), version) => {
                    let replacement = (path, version.unwrap_or_default());
                    match self.dependencies.last_mut().or(self.module.as_mut()) {
                        Some(replaced) => *replaced = replacement,
                        None => self.dependencies.push(replacement),
                    }
                }
                ("build", ..) => self.settings.extend(setting(rest)),
                _ => {}
            }
        }
    }
}

/// `key=value`; both may be Go string literals.
fn setting(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    Some((unquote(key), unquote(value)))
}

/// Undoes the quoting that JSON and Go share; other text stays as it is.
fn unquote(text: &str) -> String {
    let raw = text.strip_prefix('`').and_then(|t| t.strip_suffix('`'));
    match raw {
        Some(raw) => raw.to_owned(),
        None => serde_json::from_str(text)
            .ok()
            .filter(|_| text.starts_with('"'))
            .unwrap_or_else(|| text.to_owned()),
    }
}

/// Version and module text of the blob.
fn blob(memory: Bytes<'_>) -> Option<(String, Option<String>)> {
    let skip = memory
        .range()
        .start
        .checked_next_multiple_of(BLOB_ALIGN as u64)?;
    let (blocks, _) = memory.from(skip)?.as_slice().as_chunks::<BLOB_ALIGN>();
    let block = blocks
        .iter()
        .position(|block| block.starts_with(BLOB_MAGIC))?;
    let at = skip.checked_add(block.checked_mul(BLOB_ALIGN)? as u64)?;
    let pointer_size = memory.u8(at.checked_add(14)?)?;
    let flags = memory.u8(at.checked_add(15)?)?;
    if flags & BLOB_INLINE != 0 {
        let (version, at) = inline_string(memory, at.checked_add(BLOB_HEADER)?)?;
        let text = inline_string(memory, at).and_then(|(text, _)| framed(text));
        return Some((utf8(version)?, text.and_then(utf8)));
    }
    if pointer_size != 8 || flags & BLOB_BIG_ENDIAN != 0 {
        return None;
    }
    let version = pointed_string(memory, memory.u64(at.checked_add(16)?)?)?;
    let text = memory
        .u64(at.checked_add(24)?)
        .and_then(|at| pointed_string(memory, at));
    Some((utf8(version)?, text.and_then(framed).and_then(utf8)))
}

/// A length and that many bytes; the bytes, and the address behind them.
fn inline_string(memory: Bytes<'_>, at: u64) -> Option<(&[u8], u64)> {
    let (len, size) = memory.uvarint(at)?;
    let start = at.checked_add(size)?;
    let bytes = memory.slice(start, len)?;
    Some((bytes.as_slice(), bytes.range().end))
}

/// The bytes of the Go string whose header is at `at`.
fn pointed_string(memory: Bytes<'_>, at: u64) -> Option<&[u8]> {
    let (address, len) = (memory.u64(at)?, memory.u64(at.checked_add(8)?)?);
    Some(memory.slice(address, len)?.as_slice())
}

/// What stands between the 16-byte markers of module information.
fn framed(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(MODINFO_START)?.strip_suffix(MODINFO_END)
}

fn modinfo(memory: &[u8]) -> Option<&str> {
    let start = find(memory, MODINFO_START)?.end;
    let rest = memory.get(start..)?;
    let rest = rest.get(..rest.len().min(MAX_TEXT))?;
    let end = find(rest, MODINFO_END)?.start;
    std::str::from_utf8(rest.get(..end)?).ok()
}

/// Where `needle` is in `haystack`.
fn find(haystack: &[u8], needle: &[u8]) -> Option<Range<usize>> {
    let first = needle.first()?;
    let mut from = 0usize;
    loop {
        let rest = haystack.get(from..)?;
        let start = from.checked_add(rest.iter().position(|byte| byte == first)?)?;
        if haystack.get(start..)?.starts_with(needle) {
            return Some(start..start.checked_add(needle.len())?);
        }
        from = start.checked_add(1)?;
    }
}

fn utf8(bytes: &[u8]) -> Option<String> {
    (bytes.len() <= MAX_TEXT).then(|| String::from_utf8(bytes.to_vec()).ok())?
}

/// Every release that a Go string in memory names, each once: `runtime.buildVersion` is such a string, and so may be
/// texts of the program itself.
pub(super) fn version_strings(memory: Bytes<'_>) -> Vec<Release> {
    const PLAUSIBLE: Range<u64> = 4..129;
    let mut releases: Vec<Release> = Vec::new();
    let lengths = memory.words().skip(1);
    for ((_, address), (_, len)) in memory.words().zip(lengths) {
        if !PLAUSIBLE.contains(&len) || !memory.range().contains(&address) {
            continue;
        }
        let text = memory.slice(address, len).map(|text| text.as_slice());
        let named = text
            .filter(|text| text.starts_with(b"go1.") || text.starts_with(b"devel go1."))
            .and_then(|text| Release::parse(std::str::from_utf8(text).ok()?));
        if let Some(release) = named
            && !releases.contains(&release)
            && releases.len() < MAX_VERSIONS
        {
            releases.push(release);
        }
    }
    releases
}

/// More candidates than this say no more than this many.
const MAX_VERSIONS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "path\texample.com/cmd\nmod\texample.com\t(devel)\t\ndep\tgolang.org/x/sys\tv0.1.0\th1:abc=\n\
        dep\ta/b\tv1.0.0\n=>\tc/d\tv1.1.0\th1:def=\nbuild\t-compiler=gc\nbuild\t-ldflags=\"-s -w -X \\\"a.b=c\\\"\"\n";

    fn framed_text() -> Vec<u8> {
        [MODINFO_START, TEXT.as_bytes(), MODINFO_END].concat()
    }

    fn check(info: &BuildInfo) {
        assert_eq!(info.path.as_deref(), Some("example.com/cmd"));
        assert_eq!(info.module, Some(("example.com".into(), "(devel)".into())));
        let dependencies = [("golang.org/x/sys", "v0.1.0"), ("c/d", "v1.1.0")];
        assert_eq!(
            info.dependencies,
            dependencies.map(|(p, v)| (p.into(), v.into()))
        );
        assert_eq!(info.setting("-compiler"), Some("gc"));
        assert_eq!(info.setting("-ldflags"), Some("-s -w -X \"a.b=c\""));
        assert_eq!(info.setting("GOOS"), None);
    }

    #[test]
    fn finds_the_text_between_its_markers() {
        let memory = [b"0w junk 0".to_vec(), framed_text(), b"more".to_vec()].concat();
        let info = BuildInfo::find(Bytes::new(0x1003, &memory));
        check(&info);
        assert_eq!(info.go_version, None);
    }

    #[test]
    fn reads_the_inline_blob() {
        let text = framed_text();
        let mut memory = vec![0; 13];
        memory.extend([BLOB_MAGIC, &[8, 2], &[0; 16], &[8], b"go1.18.5"].concat());
        let len = text.len();
        memory.extend([(len & 0x7f | 0x80) as u8, (len >> 7) as u8]);
        memory.extend(text);
        let info = BuildInfo::find(Bytes::new(0x1003, &memory));
        assert_eq!(info.go_version.as_deref(), Some("go1.18.5"));
        check(&info);
    }

    #[test]
    fn reads_the_blob_with_pointers() {
        let text = framed_text();
        let word = |w: usize| (w as u64).to_le_bytes();
        let mut memory = [BLOB_MAGIC, &[8, 0], &word(32), &word(48)].concat();
        memory.extend([word(64), word(8), word(72), word(text.len())].concat());
        memory.extend(b"go1.17.1");
        memory.extend(text);
        let info = BuildInfo::find(Bytes::new(0, &memory));
        assert_eq!(info.go_version.as_deref(), Some("go1.17.1"));
        check(&info);
    }

    #[test]
    fn cut_off_information_is_left_out() {
        let text = framed_text();
        for len in 0..text.len() {
            let info = BuildInfo::find(Bytes::new(0, &text[..len]));
            assert_eq!(info, BuildInfo::default(), "{len}");
        }
    }

    #[test]
    fn version_strings_are_go_strings_in_memory() {
        let word = |w: u64| w.to_le_bytes();
        let mut memory = [word(48), word(8), word(48), word(6), word(48), word(3)].concat();
        memory.extend(b"go1.26.8");
        let names = version_strings(Bytes::new(0, &memory));
        let raw: Vec<_> = names.iter().map(|release| release.raw.as_str()).collect();
        assert_eq!(raw, ["go1.26.8", "go1.26"]);
    }
}

//! How large a file is as it is, and by gzip, zip and brotli.
//!
//! Limits and budgets speak of deflate and brotli 11. Deflate takes a second for 20 MB; brotli 11 takes half a minute,
//! so its size is estimated unless the caller has the time: brotli 5 is run, which takes no longer than deflate, and
//! its size is multiplied by the ratio that other Go modules have. docs/check.md has the measurements behind that
//! factor.

use super::module::ModuleFacts;
use crate::compress::brotli_size;
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::parallel::join;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use std::io::{self, Write};

/// A file that is measured.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct File {
    /// Its path below the folder, or its name.
    pub name: String,
    /// Bytes.
    pub raw: u64,
    /// Bytes by gzip, level 6.
    pub gzip: u64,
    /// Bytes that it adds to a zip archive.
    pub zip: u64,
    /// Bytes by brotli, quality 11.
    pub br: Size,
    /// What the module is, where it is one.
    pub module: Option<ModuleFacts>,
}

/// What to make of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A WebAssembly module, which must be readable.
    Module,
    /// Anything else.
    Other,
}

/// How to find the size by brotli 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Estimate it.
    Estimate,
    /// Compress.
    Exact,
    /// It is known: a file of that size is there.
    Known(u64),
}

/// A size, or between which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// At least so much.
    pub low: u64,
    /// Most likely.
    pub likely: u64,
    /// At most so much.
    pub high: u64,
}

/// What is deployed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Bytes.
    pub raw: u64,
    /// Bytes by gzip, level 6, of each file.
    pub gzip: u64,
    /// Bytes of a zip archive of them.
    pub zip: u64,
    /// Bytes by brotli, quality 11, of each file.
    pub br: Size,
}

/// zlib's and gzip's own, and what platforms that say "gzip" measure by.
const DEFLATE_LEVEL: u32 = 6;

/// Header and trailer of gzip without a name (RFC 1952, 2.3).
const GZIP_FRAME: u64 = 18;

/// A file's two headers in a zip archive, each followed by its name, and the end of the archive (APPNOTE.TXT, 4.3).
const ZIP_LOCAL_HEADER: u64 = 30;
const ZIP_CENTRAL_HEADER: u64 = 46;
const ZIP_END: u64 = 22;

/// Up to this size brotli 11 itself is quick enough.
const SMALL: usize = 128 << 10;

/// Quality and window that the estimate is made from. A window of 2^24 gives the same range of factors, and takes a
/// quarter longer.
const QUICK_QUALITY: u32 = 5;
const QUICK_WINDOW_BITS: i32 = 22;

/// What brotli 11 writes in thousandths of what brotli 5 does: least, most likely, most.
type Ratio = (u64, u64, u64);

/// Modules of Go, as Go writes them and optimized: 0.838 to 0.883 were measured, and there are other modules.
const GO: Ratio = (825, 860, 895);

/// Other files: text, pictures, modules of other compilers.
const ANY: Ratio = (700, 880, 1010);

impl File {
    /// Measures a file.
    ///
    /// # Errors
    /// A module that cannot be read.
    pub fn measure(name: &str, bytes: &[u8], kind: Kind, effort: Effort) -> Result<File> {
        let module = match kind {
            Kind::Module => Some(ModuleFacts::of(&Input::read(bytes)?)?),
            Kind::Other => None,
        };
        let is_go = module.as_ref().is_some_and(|module| module.is_go);
        let (deflated, br) = join(|| deflated(bytes), || br(bytes, is_go, effort));
        let raw = bytes.len() as u64;
        let deflated = deflated?;
        // What deflate does not make smaller is stored.
        let in_archive = deflated.min(raw);
        Ok(File {
            name: name.to_owned(),
            raw,
            gzip: deflated + GZIP_FRAME,
            zip: in_archive + ZIP_LOCAL_HEADER + ZIP_CENTRAL_HEADER + 2 * name.len() as u64,
            br: br?,
            module,
        })
    }
}

impl Size {
    /// A size that is known.
    pub fn exact(bytes: u64) -> Size {
        Size {
            low: bytes,
            likely: bytes,
            high: bytes,
        }
    }

    /// Whether it is known.
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }

    fn estimate(quick: u64, (low, likely, high): Ratio) -> Size {
        Size {
            low: quick * low / 1000,
            likely: quick * likely / 1000,
            high: (quick * high).div_ceil(1000),
        }
    }

    fn plus(self, other: Size) -> Size {
        Size {
            low: self.low + other.low,
            likely: self.likely + other.likely,
            high: self.high + other.high,
        }
    }
}

impl Totals {
    /// The sums.
    pub fn of<'f>(files: impl IntoIterator<Item = &'f File>) -> Totals {
        let none = Totals {
            raw: 0,
            gzip: 0,
            zip: ZIP_END,
            br: Size::exact(0),
        };
        (files.into_iter()).fold(none, |sum, file| Totals {
            raw: sum.raw + file.raw,
            gzip: sum.gzip + file.gzip,
            zip: sum.zip + file.zip,
            br: sum.br.plus(file.br),
        })
    }
}

fn deflated(bytes: &[u8]) -> Result<u64> {
    let mut encoder = DeflateEncoder::new(Length(0), Compression::new(DEFLATE_LEVEL));
    let length = encoder.write_all(bytes).and_then(|()| encoder.finish());
    match length {
        Ok(Length(length)) => Ok(length),
        Err(error) => Err(Error::new(Stage::Compress, format!("gzip: {error}"))),
    }
}

fn br(bytes: &[u8], is_go: bool, effort: Effort) -> Result<Size> {
    Ok(match effort {
        Effort::Known(size) => Size::exact(size),
        Effort::Estimate if bytes.len() > SMALL => {
            let quick = brotli_size(bytes, QUICK_QUALITY, Some(QUICK_WINDOW_BITS))?;
            Size::estimate(quick, if is_go { GO } else { ANY })
        }
        Effort::Estimate | Effort::Exact => Size::exact(brotli_size(bytes, 11, None)?),
    })
}

/// Counts what is written to it.
struct Length(u64);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// Text that compresses, and noise that does not.
    fn text() -> Vec<u8> {
        let words = ["resume", "point", "segment", "table", "frame", "module"];
        let mut state = 1u32;
        let mut text = String::new();
        while text.len() < 400_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text += words[(state >> 24) as usize % words.len()];
            text.push(if state >> 31 == 0 { ' ' } else { '\n' });
        }
        text.into_bytes()
    }

    fn measure(bytes: &[u8], effort: Effort) -> File {
        File::measure("a.txt", bytes, Kind::Other, effort).expect("no module")
    }

    #[test]
    fn gzip_and_zip_are_as_large_as_real_ones() {
        let text = text();
        let file = measure(&text, Effort::Known(1));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Compression::new(6));
        gzip.write_all(&text).expect("memory");
        let gzip = gzip.finish().expect("memory");
        assert_eq!(file.gzip, gzip.len() as u64);
        let mut back = Vec::new();
        let read = flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut back);
        assert!(read.is_ok() && back == text);
        // As `zip -X -6` adds to the deflated bytes.
        let totals = Totals::of([&file]);
        assert_eq!(totals.zip, file.gzip - 18 + 30 + 5 + 46 + 5 + 22);
        assert_eq!(totals.br, Size::exact(1));
    }

    #[test]
    fn what_does_not_compress_is_stored_in_an_archive() {
        let mut state = 1u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let noise: Vec<u8> = noise.take(20_000).collect();
        let file = measure(&noise, Effort::Exact);
        assert!(file.gzip > 20_000);
        assert_eq!(file.zip, 20_000 + 76 + 10);
    }

    #[test]
    fn an_estimate_holds_the_exact_size_and_says_that_it_is_one() {
        let text = text();
        let estimated = measure(&text, Effort::Estimate).br;
        let exact = measure(&text, Effort::Exact).br;
        assert!(exact.is_exact() && !estimated.is_exact());
        assert!(
            estimated.low <= exact.likely && exact.likely <= estimated.high,
            "{estimated:?} {exact:?}"
        );
    }

    #[test]
    fn small_files_are_not_estimated() {
        assert!(measure(&text()[..1000], Effort::Estimate).br.is_exact());
        assert_eq!(measure(b"", Effort::Estimate).raw, 0);
    }

    #[test]
    fn a_module_must_be_one() {
        let bytes = b"<!doctype html>";
        let error = File::measure("a.wasm", bytes, Kind::Module, Effort::Estimate);
        assert!(error.expect_err("HTML").to_string().contains("HTML"));
        assert!(File::measure("a.html", bytes, Kind::Other, Effort::Estimate).is_ok());
    }
}

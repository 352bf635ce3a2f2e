//! Measures of networks: figures that others published, and brute force written from the formulas.

mod asked;
mod brute;
pub mod divisions;
mod drawn;
mod golden;
mod ldbc;
pub mod oracle;
mod planted;
mod shapes;

use std::io::Read as _;
use std::path::PathBuf;

/// The folder of shared test data, or a word that the test was not run.
#[expect(clippy::disallowed_methods, reason = "where the shared test data are is no setting of the program")]
fn shared(folder: &str) -> Option<PathBuf> {
    let path = std::env::var_os("INNOGRAPH_TEST_DATA").map(|path| PathBuf::from(path).join(folder));
    if path.is_none() {
        println!("not run: INNOGRAPH_TEST_DATA is not set");
    }
    path
}

/// The text of a file, unpacked where it is packed.
fn text(path: &std::path::Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_some_and(|end| end == "gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("sound");
        return text;
    }
    String::from_utf8(bytes).expect("sound")
}

//! Writes two Rust tables into OUT_DIR before the crate is compiled:
//! `playground_assets.rs`, every file of the built playground (`web/dist`), and
//! `examples.rs`, every worked query of `schema/examples` and every worked mutation below it.
//!
//! It never runs npm and never touches the network: a fresh clone without Node must
//! compile. A missing page is therefore a warning and an empty table (the server then
//! shows a notice), unless `INNOGRAPH_REQUIRE_PAGE=1` says that this build is to ship.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by environment variables")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Both folders are small; more files than this means something else was put there.
const MAX_FILES: usize = 2_000;

fn main() -> Outcome<()> {
    let root = PathBuf::from(required("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(required("OUT_DIR")?);

    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=INNOGRAPH_REQUIRE_PAGE");

    write_if_changed(&out.join("playground_assets.rs"), &playground(&root)?)?;
    write_if_changed(&out.join("examples.rs"), &examples(&root)?)?;
    Ok(())
}

fn required(name: &str) -> Outcome<String> {
    env::var(name).map_err(|error| format!("{name}: {error} (cargo sets it)").into())
}

/// The page's files, or an empty table with a warning when it has not been built.
fn playground(root: &Path) -> Outcome<String> {
    let dist = root.join("web/dist");
    watch(&dist);

    let built = dist.join("index.html").is_file();
    if !built {
        let remedy = "web/dist/index.html is missing: the playground shows a notice instead. \
                      Build it with: (cd web && npm ci && npm run build)";
        if env::var("INNOGRAPH_REQUIRE_PAGE").is_ok_and(|value| value == "1") {
            return Err(format!("INNOGRAPH_REQUIRE_PAGE=1, but {remedy}").into());
        }
        println!("cargo:warning={remedy}");
    }

    let mut table = String::new();
    writeln!(table, "/// Whether the page stood in `web/dist` when this was compiled.")?;
    writeln!(table, "pub const BUILT: bool = {built};")?;
    writeln!(table, "/// Path below `web/dist`, media type, bytes; sorted by path.")?;
    writeln!(table, "pub static ASSETS: &[(&str, &str, &[u8])] = &[")?;
    if built {
        for file in files_below(&dist)? {
            let path = slashed(file.strip_prefix(&dist)?)?;
            let source = absolute(&file)?;
            let media = media_type(&path);
            writeln!(table, "    ({path:?}, {media:?}, include_bytes!({source:?})),")?;
        }
    }
    writeln!(table, "];")?;
    Ok(table)
}

/// The worked queries, then the mutations of the folder within; it may be absent while nobody has
/// written one.
fn examples(root: &Path) -> Outcome<String> {
    let folder = root.join("schema/examples");
    watch(&folder);

    let mut table = String::new();
    writeln!(table, "/// File and text of every worked document; sorted by path.")?;
    writeln!(table, "pub static EXAMPLES: &[(&str, &str)] = &[")?;
    if folder.is_dir() {
        for file in files_below(&folder)? {
            if file.extension().is_none_or(|extension| extension != "graphql") {
                continue;
            }
            let name = slashed(file.strip_prefix(&folder)?)?;
            let source = absolute(&file)?;
            writeln!(table, "    ({name:?}, include_str!({source:?})),")?;
        }
    }
    writeln!(table, "];")?;
    Ok(table)
}

/// Asks cargo to come again when `folder` changes. Cargo reruns at *every* build for a path
/// that does not exist, and would then compile the crate every time; so a missing folder is
/// first made, empty (git does not see empty folders). On a read-only checkout this fails,
/// which costs build time and nothing else, so the failure is not an error.
fn watch(folder: &Path) {
    if !folder.exists() && fs::create_dir_all(folder).is_err() {
        println!("cargo:warning={} cannot be made", folder.display());
    }
    println!("cargo:rerun-if-changed={}", folder.display());
}

/// Every regular file below `folder`, sorted. Hidden files (editor leavings) are left out.
fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(place) = waiting.pop() {
        for entry in fs::read_dir(&place).map_err(|error| format!("{}: {error}", place.display()))? {
            let path = entry?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
        if found.len() > MAX_FILES {
            return Err(format!("{}: more than {MAX_FILES} files", folder.display()).into());
        }
    }
    found.sort();
    Ok(found)
}

fn slashed(path: &Path) -> Outcome<String> {
    let text = path.to_str().ok_or_else(|| format!("{}: the name is not UTF-8", path.display()))?;
    Ok(text.replace('\\', "/"))
}

fn absolute(path: &Path) -> Outcome<String> {
    let full = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
    full.to_str().map(str::to_owned).ok_or_else(|| format!("{}: the path is not UTF-8", full.display()).into())
}

/// The endings a Vite build produces; anything else is handed out as plain bytes, so that
/// a browser never guesses.
fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// Keeps the old file, and with it its modification time, when nothing changed: cargo
/// then has no reason to compile the crate again.
fn write_if_changed(path: &Path, text: &str) -> Outcome<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

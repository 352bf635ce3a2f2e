//! Small files that are there whole or not at all, also after a power cut: written beside, synced,
//! renamed into place, the directory synced.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Put `bytes` in the place of the file, with these permissions. Two writers of one file must keep
/// each other out.
pub fn replace_file(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let part = beside(path);
    match std::fs::remove_file(&part) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    // Made anew, never opened: what stands there may belong to somebody else.
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&part).and_then(|mut file| {
        file.set_permissions(std::fs::Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(cause) = written.and_then(|()| std::fs::rename(&part, path)) {
        let _ = std::fs::remove_file(&part);
        return Err(cause);
    }
    sync_directory(parent(path))
}

/// What was made, renamed or removed in a directory stays so.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The directory that a path lies in.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_private() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("kept");
        // What a crash left behind, readable for everybody, is not written on.
        std::fs::write(beside(&path), "left").expect("it can be written");
        for text in ["one", "another"] {
            replace_file(&path, text.as_bytes(), 0o600).expect("it can be replaced");
            assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
            assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
        }
        assert!(!beside(&path).exists());
        std::fs::create_dir(folder.path().join("folder")).expect("it can be made");
        assert!(replace_file(&folder.path().join("folder"), b"x", 0o600).is_err());
        assert!(!beside(&folder.path().join("folder")).exists(), "nothing is left of what failed");
    }
}

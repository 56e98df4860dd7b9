//! Files: read whole, and replaced whole.

use mbppo::error::{Error, Result};
use std::cell::Cell;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Reads a file, or what a pipe brings.
///
/// # Errors
/// [`Error::File`] if it cannot be read; a folder and a device without an end are not tried.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let about = fs::metadata(path).map_err(|error| file_error(path, error))?;
    if about.is_dir() {
        return Err(file_error(path, "it is a folder, and must be a file"));
    }
    if !about.is_file() && !is_pipe(&about) {
        return Err(file_error(path, "it is a device, and must be a file"));
    }
    fs::read(path).map_err(|error| file_error(path, error))
}

/// The first bytes of a file, as far as it can be read.
pub fn beginning(path: &Path, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        let _ = file.take(length).read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(unix)]
fn is_pipe(about: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&about.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_about: &fs::Metadata) -> bool {
    false
}

/// Where a file stands or will stand that is only ever replaced as a whole.
#[derive(Debug)]
pub struct Place {
    /// As it was given.
    given: PathBuf,
    /// Behind all links: a link stays one.
    file: PathBuf,
    /// Where it is written before it is put in its place; no other program writes there.
    beside: PathBuf,
    /// Whether it has been written through this.
    has_written: Cell<bool>,
}

impl Place {
    /// Sees that the file can be written, without touching what stands there.
    ///
    /// # Errors
    /// [`Error::File`] with the path as given and the reason: a folder that is not there or in the way, a device, a
    /// file that is read-only, a disk that cannot be written.
    pub fn check(given: &Path) -> Result<Self> {
        let failed = |reason: &str| file_error(given, reason);
        let file = behind_links(given).ok_or_else(|| failed("it is a link that leads to itself"))?;
        let ends_in_slash = given.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        let name = file.file_name().ok_or_else(|| failed("it is not the name of a file"))?;
        let mut beside = name.to_owned();
        beside.push(format!(".part-{}", std::process::id()));
        if let Ok(about) = fs::metadata(&file) {
            match () {
                () if about.is_dir() => return Err(failed("it is a folder, and must be a file")),
                () if !about.is_file() => return Err(failed("it is a device or a pipe, and must be a file")),
                () if about.permissions().readonly() => return Err(failed("it is read-only")),
                () => {}
            }
        }
        if ends_in_slash {
            return Err(failed("it is the name of a folder, and must be that of a file"));
        }
        let beside = file.with_file_name(beside);
        let place = Self { given: given.into(), beside, file, has_written: Cell::new(false) };
        let tried = fs::write(&place.beside, b"").and_then(|()| fs::remove_file(&place.beside));
        let folder = || place.file.parent().unwrap_or(Path::new("")).display().to_string();
        match tried {
            Ok(()) => Ok(place),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(failed(&format!("there is no folder {}", folder())))
            }
            Err(error) => Err(file_error(given, error)),
        }
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.given
    }

    /// Whether it was ever written.
    pub fn has_written(&self) -> bool {
        self.has_written.get()
    }

    /// Writes beside the file and then puts it in its place: whenever this is interrupted, there is a whole one.
    ///
    /// # Errors
    /// [`Error::File`]; what stood there before still stands there then.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let write = || -> io::Result<()> {
            let mut part = fs::File::create(&self.beside)?;
            part.write_all(bytes)?;
            if let Ok(before) = fs::metadata(&self.file) {
                part.set_permissions(before.permissions())?;
            }
            // A machine that loses power must not find the new name with nothing behind it.
            part.sync_all()?;
            fs::rename(&self.beside, &self.file)
        };
        write().map(|()| self.has_written.set(true)).map_err(|error| {
            let _ = fs::remove_file(&self.beside);
            file_error(&self.given, error)
        })
    }
}

/// The file that a path means in the end, also where it is not there yet; none if its links lead nowhere else.
fn behind_links(path: &Path) -> Option<PathBuf> {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { return Some(path) };
        path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    None
}

/// The error of a file.
pub fn file_error(path: &Path, reason: impl ToString) -> Error {
    Error::File { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("mbppo-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = folder("whole");
        let place = Place::check(&folder.join("run")).expect("a place");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0, "a check leaves nothing");
        for text in ["long before", "short"] {
            place.write(text.as_bytes()).expect("written");
            assert_eq!(read(&folder.join("run")).expect("there"), text.as_bytes());
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn where_no_file_can_stand_is_said_before_anything_is_written() {
        let folder = folder("refused");
        fs::write(folder.join("file"), "text").expect("written");
        for (path, reason) in [
            ("", "folder"),
            ("nowhere/run", "there is no folder"),
            ("file/run", "Not a directory"),
            ("new/", "name of a folder"),
            ("..", "not the name of a file"),
        ] {
            let error = Place::check(&folder.join(path)).expect_err(path).to_string();
            assert!(error.contains(reason) && error.contains(path), "{path}: {error}");
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_permissions_stay_as_they_were() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder("links");
        symlink("far", folder.join("near")).expect("a link");
        let place = Place::check(&folder.join("near")).expect("a place");
        place.write(b"1").expect("written");
        fs::set_permissions(folder.join("far"), fs::Permissions::from_mode(0o600)).expect("set");
        place.write(b"2").expect("written");
        assert_eq!(fs::read(folder.join("far")).expect("there"), b"2");
        assert_eq!(fs::metadata(folder.join("far")).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(fs::symlink_metadata(folder.join("near")).expect("there").is_symlink());
        fs::set_permissions(folder.join("far"), fs::Permissions::from_mode(0o400)).expect("set");
        assert!(Place::check(&folder.join("near")).expect_err("read-only").to_string().contains("read-only"));
        for device in ["/dev/null", "/dev/full"] {
            assert!(Place::check(Path::new(device)).is_err(), "{device}");
        }
        assert!(read(Path::new("/dev/zero")).is_err());
        fs::remove_dir_all(folder).expect("removed");
    }
}

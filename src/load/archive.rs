//! Zip archives, as CI hands artifacts out: their members are inputs, named `a.zip/items.json`.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use super::decode::{self, Allowance, Whole};
use super::found::{self, Found};
use super::ignore::Ignore;
use super::natural_order::natural_order;

/// Members that are looked at in one archive; what it holds beyond is counted.
const MOST_MEMBERS: usize = 65_535;

/// Contents of an archive.
#[derive(Default)]
pub(super) struct Members {
    /// The files, in natural order of their paths.
    pub found: Vec<Found>,
    /// Number of files that `--ignore` leaves out.
    pub ignored: u64,
    /// Members that could not be unpacked, with the reason.
    pub broken: Vec<(PathBuf, String)>,
    /// Number of members that were not read, because there are too many or they unpack to too much.
    pub beyond: u64,
}

/// Tells if a file begins like a zip archive.
pub(super) fn is_zip(path: &Path) -> bool {
    let mut magic = [0; MAGIC.len()];
    let read = found::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == MAGIC
}

const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// Unpacks the files in an archive, and in archives within it. Folders, links, hidden files and what
/// macOS puts beside files are left alone, as in a folder.
///
/// # Errors
///
/// Fails if the file cannot be read, or is no whole archive.
pub(super) fn members(path: &Path, ignore: &Ignore) -> io::Result<Members> {
    let mut bytes = Vec::new();
    found::open(path)?.read_to_end(&mut bytes)?;
    let mut unpacking = Unpacking {
        ignore,
        root: path,
        // For all members together, because they may share the same packed bytes.
        allowance: Allowance::of(bytes.len() as u64),
        members: Members::default(),
    };
    let archive = ZipArchive::from_slice(&bytes).map_err(io::Error::other)?;
    unpacking.unpack(path, &archive, true)?;
    let mut members = unpacking.members;
    members
        .found
        .sort_by(|a, b| natural_order(&a.path, &b.path));
    Ok(members)
}

struct Unpacking<'i> {
    ignore: &'i Ignore,
    root: &'i Path,
    allowance: Allowance,
    members: Members,
}

impl Unpacking<'_> {
    fn unpack(
        &mut self,
        path: &Path,
        archive: &ZipSliceArchive<impl AsRef<[u8]>>,
        nested: bool,
    ) -> io::Result<()> {
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(io::Error::other)? {
            let name = named(path, &String::from_utf8_lossy(entry.file_path().as_ref()));
            let inside = name.strip_prefix(self.root).unwrap_or(&name);
            let is_hidden = |part: Component<'_>| {
                found::is_hidden(part.as_os_str()) || part.as_os_str() == "__MACOSX"
            };
            if entry.is_dir() || entry.mode().is_symlink() || inside.components().any(is_hidden) {
                continue;
            }
            if self.ignore.leaves_out(inside) {
                self.members.ignored += 1;
                continue;
            }
            if self.members.found.len() == MOST_MEMBERS {
                self.members.beyond += 1;
                continue;
            }
            match self.content(archive, &entry) {
                Ok(Some(content)) => self.take(name, content, nested),
                Ok(None) => self.members.beyond += 1,
                Err(error) => self.members.broken.push((name, error.to_string())),
            }
        }
        Ok(())
    }

    /// The content of a member; `None` if it is too much.
    fn content(
        &mut self,
        archive: &ZipSliceArchive<impl AsRef<[u8]>>,
        entry: &ZipFileHeaderRecord<'_>,
    ) -> io::Result<Option<Vec<u8>>> {
        if entry.flags().is_encrypted() {
            return Err(io::Error::other("it is encrypted"));
        }
        let local = archive
            .get_entry(entry.wayfinder())
            .map_err(io::Error::other)?;
        match entry.compression_method() {
            CompressionMethod::STORE => self.allowance.read(local.verifying_reader(local.data())),
            CompressionMethod::DEFLATE => {
                let inflated = DeflateDecoder::new(local.data());
                self.allowance.read(local.verifying_reader(inflated))
            }
            _ => Err(io::Error::other(
                "it is compressed by another method than deflate",
            )),
        }
    }

    /// Takes an unpacked member.
    fn take(&mut self, path: PathBuf, mut content: Vec<u8>, nested: bool) {
        if nested && content.starts_with(&MAGIC) && has_zip_ending(&path) {
            let unpacked = ZipArchive::from_slice(&content)
                .map_err(io::Error::other)
                .and_then(|archive| self.unpack(&path, &archive, false));
            if let Err(error) = unpacked {
                self.members.broken.push((path, error.to_string()));
            }
            return;
        }
        match decode::unpack_whole(&content, &mut self.allowance) {
            Whole::Unpacked(unpacked) => content = unpacked,
            // Plain, or broken: what can be read of it is found out when it is read.
            Whole::Left => {}
            Whole::TooMuch => {
                self.members.beyond += 1;
                return;
            }
        }
        self.members.found.push(Found {
            path,
            bytes: Some(content.len() as u64),
            named: false,
            content: Some(Arc::new(content)),
        });
    }
}

/// Tells if a file is called like a zip archive.
pub(super) fn has_zip_ending(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

/// The path that stands for a member: below the archive, wherever the archive says that it lies.
fn named(archive: &Path, member: &str) -> PathBuf {
    // Names of files are no longer on disk.
    const LONGEST: usize = 255;
    let normal = |part: Component<'_>| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            Some(name[..name.floor_char_boundary(LONGEST)].to_owned())
        }
        _ => None,
    };
    let member = member.replace('\\', "/");
    let parts = Path::new(&member).components().filter_map(normal);
    archive.join(parts.collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use rawzip::ZipArchiveWriter;

    use super::*;

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut bytes);
        for (name, content) in members {
            let (mut entry, config) = archive
                .new_file(name)
                .compression_method(CompressionMethod::DEFLATE)
                .start()
                .expect("begun");
            let encoder = DeflateEncoder::new(&mut entry, Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).expect("written");
            let (encoder, descriptor) = writer.finish().expect("written");
            encoder.finish().expect("written");
            entry.finish(descriptor).expect("written");
        }
        archive.finish().expect("whole");
        bytes
    }

    fn names(bytes: &[u8], ignore: &Ignore) -> (Vec<String>, Members) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        std::fs::write(&path, bytes).expect("written");
        assert!(is_zip(&path));
        let members = members(&path, ignore).expect("an archive");
        let inside = |found: &Found| {
            let inside = found.path.strip_prefix(folder.path()).expect("below it");
            inside.to_string_lossy().replace('\\', "/")
        };
        (members.found.iter().map(inside).collect(), members)
    }

    #[test]
    fn members_are_files_below_the_archive_in_natural_order() {
        let bytes = zipped(&[
            ("d/items-10.json", b"10"),
            ("d/items-9.json", b"9"),
            ("../../etc/x.json", b"x"),
            ("/absolute.json", b"y"),
            ("__MACOSX/d/._items-9.json", b"?"),
            (".hidden/z.json", b"?"),
            ("d/README.md", b"?"),
        ]);
        let ignore = Ignore::new(&["*.md".to_owned()]).expect("a glob");
        let (names, members) = names(&bytes, &ignore);
        assert_eq!(
            names,
            [
                "a.zip/absolute.json",
                "a.zip/d/items-9.json",
                "a.zip/d/items-10.json",
                "a.zip/etc/x.json"
            ]
        );
        assert_eq!((members.ignored, members.beyond), (1, 0));
        assert_eq!(
            members.found[1].content.as_deref().map(Vec::as_slice),
            Some(&b"9"[..])
        );
    }

    #[test]
    fn an_archive_in_an_archive_is_unpacked_and_one_in_that_is_not() {
        let innermost = zipped(&[("x.json", b"x")]);
        let inner = zipped(&[("c.zip", &innermost), ("y.json", b"y")]);
        let (names, _) = names(&zipped(&[("b.zip", &inner)]), &Ignore::default());
        assert_eq!(names, ["a.zip/b.zip/c.zip", "a.zip/b.zip/y.json"]);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let zeros = vec![b' '; 40 << 20];
        let bytes = zipped(&[("1.json", &zeros), ("2.json", &zeros), ("3.json", b"{}")]);
        let (names, members) = names(&bytes, &Ignore::default());
        assert_eq!(names, ["a.zip/1.json", "a.zip/3.json"]);
        assert_eq!(members.beyond, 1);
    }
}

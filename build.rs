//! Tells the program its version, commit and target, for `--version`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut of_build = Vec::new();
    // A development build would be compiled anew after each commit.
    if variable("PROFILE") == "release" {
        for file in watched(&root) {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        of_build.extend(commit(&root));
    }
    of_build.push(variable("TARGET"));
    let version = variable("CARGO_PKG_VERSION");
    let of_build = of_build.join(" ");
    println!("cargo::rustc-env=BATCH_REPORT_BUILD={version} ({of_build})");
}

/// Short name of the commit the sources are of; absent if nothing tells it. A package from crates.io
/// holds it in a file, a clone in its `.git`; git itself is not needed.
pub(crate) fn commit(root: &Path) -> Option<String> {
    let packaged = fs::read_to_string(root.join(".cargo_vcs_info.json")).ok();
    let packaged = packaged.and_then(|text| {
        let (_, rest) = text.split_once("\"sha1\"")?;
        Some(rest.split('"').nth(1)?.to_owned())
    });
    let hash = packaged.or_else(|| {
        let folder = git_folder(root)?;
        let head = fs::read_to_string(folder.join("HEAD")).ok()?;
        let head = head.trim();
        let Some(name) = head.strip_prefix("ref: ") else {
            return Some(head.to_owned());
        };
        let shared = shared_folder(&folder);
        let loose = fs::read_to_string(shared.join(name)).ok();
        loose.map(|hash| hash.trim().to_owned()).or_else(|| {
            let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
            let mut refs = packed.lines().filter_map(|line| line.split_once(' '));
            Some(refs.find(|(_, other)| *other == name)?.0.to_owned())
        })
    })?;
    let is_hash = hash.len() >= 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| hash[..7].to_owned())
}

/// Files that change with the commit.
fn watched(root: &Path) -> Vec<PathBuf> {
    let Some(folder) = git_folder(root) else {
        return Vec::new();
    };
    let shared = shared_folder(&folder);
    let head = fs::read_to_string(folder.join("HEAD")).unwrap_or_default();
    let name = head.trim().strip_prefix("ref: ").unwrap_or("HEAD");
    let files = [
        folder.join("HEAD"),
        shared.join(name),
        shared.join("packed-refs"),
    ];
    files.into_iter().filter(|file| file.exists()).collect()
}

/// The folder of git's files; in a worktree, `.git` is a file that names it.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(git).ok()?;
    Some(root.join(text.strip_prefix("gitdir: ")?.trim()))
}

/// The folder that worktrees share.
fn shared_folder(folder: &Path) -> PathBuf {
    match fs::read_to_string(folder.join("commondir")) {
        Ok(shared) => folder.join(shared.trim()),
        Err(_) => folder.to_owned(),
    }
}

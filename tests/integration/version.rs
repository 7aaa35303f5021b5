//! What the build script finds out for `--version`.

use crate::harness::Folder;

#[allow(dead_code, unreachable_pub, reason = "the build script as a module")]
#[expect(clippy::print_stdout, reason = "a build script talks to Cargo there")]
#[path = "../../build.rs"]
mod build;

const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

fn commit(files: &[(&str, &str)]) -> Option<String> {
    let folder = Folder::new();
    for (name, content) in files {
        folder.write(name, content);
    }
    build::commit(&folder.path().join("source"))
}

#[test]
fn the_commit_is_found_without_git() {
    let line = format!("{HASH}\n");
    let short = Some("0123456".to_owned());
    let head = ("source/.git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(
        commit(&[head, ("source/.git/refs/heads/main", &line)]),
        short
    );
    let packed = format!("# pack-refs with: peeled\n{HASH} refs/heads/main\n");
    assert_eq!(commit(&[head, ("source/.git/packed-refs", &packed)]), short);
    assert_eq!(commit(&[("source/.git/HEAD", &line)]), short, "detached");
    let worktree = [
        ("source/.git", "gitdir: ../main/worktrees/w\n"),
        ("main/worktrees/w/HEAD", "ref: refs/heads/w\n"),
        ("main/worktrees/w/commondir", "../..\n"),
        ("main/refs/heads/w", &line),
    ];
    assert_eq!(commit(&worktree), short);
    let package = format!("{{\n  \"git\": {{\n    \"sha1\": \"{HASH}\"\n  }}\n}}");
    assert_eq!(commit(&[("source/.cargo_vcs_info.json", &package)]), short);
}

#[test]
fn without_a_commit_there_is_none() {
    assert_eq!(commit(&[("source/Cargo.toml", "")]), None);
    // A folder around the sources may be somebody else's clone.
    assert_eq!(commit(&[("source/x", ""), (".git/HEAD", HASH)]), None);
    let empty = ("source/.git/HEAD", "ref: refs/heads/new\n");
    assert_eq!(commit(&[empty]), None);
    assert_eq!(commit(&[("source/.git/HEAD", "0123\"; rm")]), None);
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nlhello call` as a command, on this machine's own kernel: words, text and JSON, errors and exit status.

use serde_json::{json, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Links of rtnetlink, as far as the tests ask for them.
const LINKS: &str = "
name: links
protocol: netlink-raw
protonum: 0
definitions:
  - name: ifinfomsg
    type: struct
    members:
      - {name: family, type: u8}
      - {name: pad, type: pad, len: 1}
      - {name: type, type: u16}
      - {name: index, type: s32}
      - {name: flags, type: u32, enum: flags}
      - {name: change, type: u32}
  - {name: flags, type: flags, entries: [up, {name: loopback, value: 3}, {name: running, value: 6}, {name: lower-up, value: 16}]}
attribute-sets:
  - name: attrs
    attributes:
      - {name: address, type: binary, display-hint: mac}
      - {name: ifname, type: string, value: 3}
      - {name: mtu, type: u32, value: 4}
operations:
  enum-model: directional
  list:
    - name: get
      attribute-set: attrs
      fixed-header: ifinfomsg
      do: {request: {value: 18, attributes: [ifname]}, reply: {value: 16}}
      dump: {reply: {}}
    - {name: told, notify: get}
mcast-groups:
  list:
    - {name: link, value: 1}
";

/// A spec in a file; dropping it deletes the file.
struct SpecFile(PathBuf);

impl SpecFile {
    fn write(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}.yaml", std::process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl AsRef<Path> for SpecFile {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for SpecFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Runs `nlhello OPTIONS call SPEC WORDS`.
fn call(spec: impl AsRef<Path>, options: &[&str], words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nlhello"))
        .args(options)
        .arg("call")
        .arg(spec.as_ref())
        .args(words)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_link_is_asked_for_and_shown_by_the_spec() {
    let spec = SpecFile::write("call-one", LINKS);
    let lo = json_of(&call(&spec, &["--json"], &["get", "ifname=lo"]));
    assert_eq!(lo["ifname"], "lo");
    assert_eq!(lo["index"], 1);
    assert_eq!(lo["address"], "00:00:00:00:00:00");
    assert!(lo["flags"].as_array().unwrap().contains(&json!("loopback")));

    let whole = call(&spec, &["--json"], &["get", r#"{"index": 1}"#]);
    assert_eq!(json_of(&whole)["ifname"], "lo");
    let output = call(&spec, &[], &["get", "index=1"]);
    let shown = text(&output.stdout);
    assert!(shown.contains("ifname: lo\n"), "{shown}");
    assert!(shown.contains("address: 00:00:00:00:00:00\n"), "{shown}");
}

#[test]
fn all_links_are_an_array_or_objects_apart() {
    let spec = SpecFile::write("call-all", LINKS);
    let all = json_of(&call(&spec, &["--json"], &["get", "--dump"]));
    let names = all.as_array().unwrap().iter();
    assert!(names.map(|link| &link["ifname"]).any(|name| name == "lo"));

    let output = call(&spec, &[], &["get", "--dump"]);
    let objects = text(&output.stdout).split("\n\n").count();
    assert_eq!(objects, all.as_array().unwrap().len());
}

#[test]
fn a_spec_alone_lists_what_there_is() {
    let spec = SpecFile::write("call-list", LINKS);
    let output = call(&spec, &[], &[]);
    assert_eq!(
        text(&output.stdout),
        "get   do dump  ifname\ntold  event\ngroup link\n"
    );
    let list = json_of(&call(&spec, &["--json"], &[]));
    assert_eq!(list["operations"][0]["modes"], json!(["do", "dump"]));
    assert_eq!(list["groups"], json!(["link"]));

    let output = call(&spec, &[], &["get", "--attrs"]);
    assert!(
        text(&output.stdout).contains("flags  u32: up loopback running lower-up\n"),
        "{output:?}"
    );
}

#[test]
fn words_that_make_no_sense_end_with_status_2_and_what_there_is() {
    let spec = SpecFile::write("call-wrong", LINKS);
    for (words, said) in [
        (
            &["gett"][..],
            "links has no command `gett`; it has get, told",
        ),
        (
            &["get", "ifnam=lo"],
            "ifnam: there is no such attribute; there is ifname, ",
        ),
        (&["get", "mtu=x"], "call links get: mtu: `x` is no number"),
        (
            &["get", "=lo"],
            "does not begin with the name of an attribute",
        ),
        (&["told"], "nobody can ask for it"),
        (
            &["--subscribe", "lnk"],
            "links has no multicast group `lnk`; it has link",
        ),
    ] {
        let output = call(&spec, &[], words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert!(text(&output.stderr).contains(said), "{words:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{words:?}");
    }
}

#[test]
fn a_refusal_ends_with_status_1_and_is_an_object_in_json() {
    let spec = SpecFile::write("call-refused", LINKS);
    let output = call(&spec, &["--json"], &["get", "ifname=nonesuch"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["errno"], libc::ENODEV);
    assert_eq!(error["error"]["object"], "links get");

    let output = call(&spec, &[], &["get", "ifname=abcdefghijklmnopqrstuvwxyz"]);
    let said = text(&output.stderr);
    assert!(
        said.starts_with("nlhello: call links get: ifname: "),
        "{said}"
    );
}

#[test]
fn a_spec_that_is_none_is_an_error_with_file_and_line() {
    let cut = SpecFile::write(
        "call-cut",
        "name: x\nprotocol: netlink-raw\noperations: [\n",
    );
    let output = call(&cut, &[], &["get"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said.contains(&format!("{}:4: ", cut.0.display())), "{said}");

    let output = call("/nonexistent/spec.yaml", &[], &[]);
    assert_eq!(
        text(&output.stderr),
        "nlhello: read a spec /nonexistent/spec.yaml: No such file or directory (ENOENT)\n"
    );
}

#[test]
fn the_spec_of_the_hello_family_can_be_called() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/nlhello.yaml");
    let list = json_of(&call(spec, &["--json"], &[]));

    assert_eq!(list["family"], "nlhello");
    assert_eq!(list["groups"], json!(["events"]));
}

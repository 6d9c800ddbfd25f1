// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The spec says what the header, the client library and the module say, and nothing less.

use super::{PYTHON, SPEC as SPEC_FILE};
use crate::lab::*;
use nlhello::hello::SPEC;
use nlhello::netlink::AttrFormat;
use nlhello::wire::{Attrs, NLM_F_DUMP, NLM_F_REQUEST};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

#[test]
fn its_numbers_are_those_of_the_header() {
    assert_eq!(constants_of_spec(&spec()), constants_of_header());
}

#[test]
fn its_types_are_those_of_the_client() {
    let spec = spec();
    let types: Vec<_> = attributes(&spec)
        .iter()
        .map(|attr| (c_name("HELLO_A_", attr), format(text(&attr["type"]))))
        .collect();
    let expected: Vec<_> = SPEC.messages[0]
        .attrs
        .iter()
        .map(|attr| (attr.name.to_owned(), attr.format))
        .collect();

    assert_eq!(types, expected);
}

#[test]
fn its_limits_are_those_of_the_module() {
    let _module = Module::load();
    let peer = Peer::open();
    let spec = spec();

    for (op, mode) in requests(&spec) {
        for attr in accepted(&spec, op, mode).filter(|attr| limit(&spec, attr).is_some()) {
            let limit = limit(&spec, attr).unwrap();
            let longest = request(op, mode, &[(attr, value(attr, &peer, limit))]);
            assert_eq!(refusal(&peer, &longest), None, "{op} {attr}");
            let longer = request(op, mode, &[(attr, value(attr, &peer, limit + 1))]);
            let expected = format!("too long (limit {limit})");
            assert_eq!(refusal(&peer, &longer), Some(expected), "{op} {attr}");
        }
    }
    let bounded = attributes(&spec).iter().filter(|a| is_bounded(a));
    assert!(bounded.into_iter().all(|a| limit(&spec, a).is_some()));
}

#[test]
fn its_requests_are_those_that_the_module_takes() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.assert_served();
    let spec = spec();

    for (op, mode) in requests(&spec) {
        let accepted: Vec<_> = accepted(&spec, op, mode).collect();
        for attr in attributes(&spec) {
            let datagram = request(op, mode, &[(attr, value(attr, &peer, 1))]);
            let expected = (!accepted.contains(&attr)).then(|| "unknown attribute".to_owned());
            assert_eq!(refusal(&peer, &datagram), expected, "{mode} {op} {attr}");
        }
    }
}

#[test]
fn its_replies_are_those_that_the_module_sends() {
    let _module = Module::load();
    let peer = Peer::open();
    peer.assert_served();
    let spec = spec();

    for (op, mode) in requests(&spec).filter(|(_, mode)| *mode == "do") {
        let attrs: Vec<_> = accepted(&spec, op, mode)
            .map(|attr| (attr, value(attr, &peer, 1)))
            .collect();
        let replied: BTreeSet<_> = peer
            .exchange(&request(op, mode, &attrs))
            .iter()
            .flat_map(|answer| kinds(&answer.payload))
            .collect();
        let expected = named(&spec, &op[mode]["reply"]).map(|attr| number(&attr["value"]) as u16);
        assert_eq!(replied, expected.collect(), "{op}");
        // An entry of a dump is what is answered to one.
        assert!(op
            .get("dump")
            .is_none_or(|dump| dump["reply"] == op["do"]["reply"]));
    }
}

/// The constants of the header, as `make spec` makes them, with their values in Rust.
fn constants_of_header() -> BTreeMap<String, String> {
    fs::read_to_string("kmod/uapi.rs")
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(';'))
        .map(|constant| {
            let (name, rest) = constant.split_once(": ").unwrap();
            (
                name.to_owned(),
                rest.split_once(" = ").unwrap().1.to_owned(),
            )
        })
        // Zero, which no message carries.
        .filter(|(name, _)| !name.ends_with("_UNSPEC"))
        .collect()
}

/// Constants as the spec has them.
fn constants_of_spec(spec: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("NETLINK_USER".to_owned(), literal(&spec["protonum"]))]);
    for (prefix, list) in [
        ("nlhello-", &spec["definitions"]),
        (
            prefix(&spec["attribute-sets"][0]),
            &spec["attribute-sets"][0]["attributes"],
        ),
        (prefix(&spec["operations"]), &spec["operations"]["list"]),
        ("hello-group-", &spec["mcast-groups"]["list"]),
    ] {
        for entry in list.as_array().unwrap() {
            all.insert(c_name(prefix, entry), literal(&entry["value"]));
        }
    }
    all
}

fn prefix(list: &Value) -> &str {
    text(&list["name-prefix"])
}

/// The name that an entry of the spec has in C.
fn c_name(prefix: &str, entry: &Value) -> String {
    format!("{prefix}{}", text(&entry["name"]))
        .to_uppercase()
        .replace('-', "_")
}

/// A value as bindgen writes it.
fn literal(value: &Value) -> String {
    match value.as_str() {
        Some(string) => format!("b\"{string}\\0\""),
        None => number(value).to_string(),
    }
}

fn format(attr_type: &str) -> AttrFormat {
    match attr_type {
        "string" => AttrFormat::String,
        "binary" => AttrFormat::Bytes,
        "u32" => AttrFormat::U32,
        "u64" => AttrFormat::U64,
        other => panic!("{other}"),
    }
}

/// The spec, as the YAML reader of Python understands it.
fn spec() -> Value {
    const TO_JSON: &str =
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";

    let output = run(Command::new(PYTHON).args(["-s", "-c", TO_JSON, SPEC_FILE]));
    assert!(output.status.success(), "{output:?}");
    json_lines(&output.stdout).remove(0)
}

fn attributes(spec: &Value) -> &[Value] {
    spec["attribute-sets"][0]["attributes"].as_array().unwrap()
}

/// All that can be asked for: the operation, and whether it is a `do` or a `dump`.
fn requests(spec: &Value) -> impl Iterator<Item = (&Value, &'static str)> {
    spec["operations"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|op| ["do", "dump"].map(|mode| (op, mode)))
        .filter(|(op, mode)| op.get(mode).is_some())
}

/// The attributes that a request takes.
fn accepted<'a>(spec: &'a Value, op: &'a Value, mode: &str) -> impl Iterator<Item = &'a Value> {
    named(spec, &op[mode]["request"])
}

/// The attributes that a part of an operation names.
fn named<'a>(spec: &'a Value, part: &'a Value) -> impl Iterator<Item = &'a Value> {
    let names = part["attributes"].as_array().into_iter().flatten();
    names.map(|name| {
        let mut all = attributes(spec).iter();
        all.find(|attr| attr["name"] == *name).unwrap()
    })
}

fn is_bounded(attr: &Value) -> bool {
    ["string", "binary"].contains(&text(&attr["type"]))
}

/// The most bytes that an attribute takes.
fn limit(spec: &Value, attr: &Value) -> Option<usize> {
    let name = attr["checks"]["max-len"].as_str()?;
    let mut all = spec["definitions"].as_array().unwrap().iter();
    let definition = all.find(|definition| definition["name"] == name).unwrap();
    Some(number(&definition["value"]) as usize)
}

/// A value for `attr`, of `len` bytes where its type has no length; a number is the port id of
/// `peer`, who is known.
fn value(attr: &Value, peer: &Peer, len: usize) -> Vec<u8> {
    match format(text(&attr["type"])) {
        AttrFormat::String => [vec![b'x'; len], vec![0]].concat(),
        AttrFormat::Bytes => vec![b'x'; len],
        AttrFormat::U32 => peer.portid().to_ne_bytes().to_vec(),
        AttrFormat::U64 => u64::from(peer.portid()).to_ne_bytes().to_vec(),
        AttrFormat::Nested(..) => unreachable!("no nests in the contract"),
    }
}

fn request(op: &Value, mode: &str, all: &[(&Value, Vec<u8>)]) -> Vec<u8> {
    let all: Vec<_> = all
        .iter()
        .map(|(attr, value)| (number(&attr["value"]) as u16, value.as_slice()))
        .collect();
    let flags = NLM_F_REQUEST | if mode == "dump" { NLM_F_DUMP } else { 0 };
    message(header(number(&op["value"]) as u16, flags, 1), &attrs(&all))
}

/// Returns the text of the kernel's refusal, if it refuses.
fn refusal(peer: &Peer, datagram: &[u8]) -> Option<String> {
    let answers = peer.exchange(datagram);
    let refused = answers
        .iter()
        .find(|answer| answer.header.nlmsg_type == NLMSG_ERROR)?;
    let text = refused.ack().1.message.expect("a text");
    Some(String::from_utf8(text.to_vec()).unwrap())
}

fn kinds(payload: &[u8]) -> Vec<u16> {
    Attrs::new(payload)
        .map(|attr| attr.unwrap().kind())
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

use crate::demo::*;
use crate::uapi::*;
use nlhello::netlink::{Error, Request};
use nlhello::wire::Message;
use nlhello_spec::family::output::outputs;
use std::path::Path;

const OP: &str = "try";

/// Everything that a message of the demo carries.
const ALL: PutRequest<'_> = PutRequest {
    text: b"Hello",
    bytes: Some(&[1, 2, 3]),
    digest: Some(&[7; 20]),
    is_urgent: true,
    u8: Some(9),
    u16: Some(0x0102),
    u32: Some(DEMO_COLOR_BLUE),
    u64: Some(3),
    s8: Some(-3),
    s16: Some(i16::MIN),
    s32: Some(i32::MIN),
    s64: Some(-1),
    uint: Some(1 << 40),
    sint: Some(-1 << 40),
    be16: Some(0x0102),
    be32: Some(0x0102_0304),
    be64: Some(0x0102_0304_0506_0708),
    set: Some(Bitfield32 {
        value: 1,
        selector: 3,
    }),
    bits: Some(2),
    part: PartNest {
        id: 1,
        note: Some(b"in"),
    },
    parts: Some(&[
        PartNest { id: 2, note: None },
        PartNest {
            id: 3,
            note: Some(b"more"),
        },
    ]),
    names: &[b"a", b"bc"],
    few: Some(300),
};

/// Returns the bytes of an answer that carries what `request` does.
fn answer_like(request: &PutRequest<'_>) -> Vec<u8> {
    let request = request.request(OP).unwrap();
    let message = Message::from_bytes(request.bytes()).unwrap();
    let answer = Request::new(OP, DEMO_CMD_GET, message.payload().to_vec()).unwrap();

    answer.bytes().to_vec()
}

fn read(bytes: &[u8]) -> Result<GetReply<'_>, Error> {
    GetReply::read(OP, &Message::from_bytes(bytes).unwrap())
}

#[test]
fn what_the_tree_of_the_demo_has_is_what_is_made_of_its_description() {
    let root = Path::new("tests/family/demo");
    let outputs = outputs(root, Path::new("kmod/uapi/demo.yaml")).unwrap();

    assert_eq!(outputs.len(), 6);
    for output in outputs {
        output.check(root).unwrap();
    }
}

#[test]
fn values_of_all_types_are_written_and_read() {
    let bytes = answer_like(&ALL);
    let PartNest { id, note } = ALL.part;
    let nest = |part: &PartNest<'static>| PartNestReply {
        id: part.id,
        note: part.note,
    };

    assert_eq!(
        read(&bytes).unwrap(),
        GetReply {
            text: ALL.text,
            bytes: ALL.bytes,
            digest: ALL.digest.unwrap(),
            is_urgent: true,
            u8: ALL.u8,
            u16: ALL.u16.unwrap(),
            u32: ALL.u32.unwrap(),
            u64: ALL.u64.unwrap(),
            s8: ALL.s8.unwrap(),
            s16: ALL.s16.unwrap(),
            s32: ALL.s32.unwrap(),
            s64: ALL.s64.unwrap(),
            uint: ALL.uint.unwrap(),
            sint: ALL.sint.unwrap(),
            be16: ALL.be16.unwrap(),
            be32: ALL.be32.unwrap(),
            be64: ALL.be64.unwrap(),
            set: ALL.set.unwrap(),
            bits: ALL.bits.unwrap(),
            part: Some(PartNestReply { id, note }),
            parts: ALL.parts.unwrap().iter().map(nest).collect(),
            names: ALL.names.to_vec(),
            few: ALL.few.unwrap(),
        }
    );
}

#[test]
fn big_endian_numbers_are_in_their_order() {
    let bytes = answer_like(&ALL);

    assert!(bytes
        .windows(8)
        .any(|bytes| bytes == [1, 2, 3, 4, 5, 6, 7, 8]));
}

#[test]
fn what_is_optional_may_be_missing_and_nothing_else() {
    let reply = answer_like(&PutRequest {
        bytes: None,
        u8: None,
        is_urgent: false,
        names: &[],
        ..ALL
    });
    let GetReply {
        bytes,
        u8,
        is_urgent,
        names,
        ..
    } = read(&reply).unwrap();
    assert_eq!((bytes, u8, is_urgent, names), (None, None, false, vec![]));

    let without = answer_like(&PutRequest {
        digest: None,
        ..ALL
    });
    assert_eq!(
        read(&without).unwrap_err().to_string(),
        "try: malformed reply: it has no DIGEST (EBADMSG)"
    );
}

#[test]
fn messages_and_attributes_have_their_names_in_c() {
    let names: Vec<_> = MESSAGES.iter().map(|message| message.name).collect();
    let attrs = MESSAGES[0].attrs;

    assert_eq!(
        names,
        [
            "DEMO_CMD_PUT",
            "DEMO_CMD_GET",
            "DEMO_CMD_TOUCH",
            "DEMO_CMD_TOLD",
            "DEMO_CMD_GOT"
        ]
    );
    assert_eq!(attrs[3].name, "DEMO_A_IS_URGENT");
    assert_eq!((attrs[23].nla_type, attrs[23].name), (40, "DEMO_A_FEW"));
}

#[test]
fn a_spec_says_what_its_schema_has_words_for() {
    let specs = [
        include_str!("demo/docs/demo.yaml"),
        include_str!("demo/docs/demo-genl.yaml"),
    ];

    for spec in specs {
        // A mapping in which nothing is left, and one in which nothing was, are still mappings.
        assert!(spec.contains("\n        checks: {}\n"));
        assert!(spec.contains("\n      do: {}\n"));
        // Limits below 0 are of no schema.
        assert!(!spec.contains(": -"));
    }
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Policies that the probe family reports of its commands and their attributes.

use crate::lab::*;
use crate::layer::{only_answer, uapi::*};
use nlhello::genl::Policy;
use nlhello::object::{Fields, Names, Nest, Value};
use nlhello::wire::{Attr, Attrs, Message, NLM_F_DUMP, NLM_F_MULTI, NLM_F_REQUEST};
use std::fmt::Write;

// CTRL_ATTR_*.
const POLICY: u16 = 8;
const OP_POLICY: u16 = 9;

// CTRL_ATTR_POLICY_*.
const DO: u16 = 1;
const DUMP: u16 = 2;

// NL_POLICY_TYPE_ATTR_*.
pub const TYPE: u16 = 1;
pub const MIN_VALUE_S: u16 = 2;
pub const MAX_VALUE_S: u16 = 3;
pub const MIN_VALUE_U: u16 = 4;
pub const MAX_VALUE_U: u16 = 5;
pub const MIN_LENGTH: u16 = 6;
pub const MAX_LENGTH: u16 = 7;
const POLICY_IDX: u16 = 8;
const POLICY_MAXTYPE: u16 = 9;
pub const BITFIELD32_MASK: u16 = 10;
pub const MASK: u16 = 12;

// NL_ATTR_TYPE_*.
pub const FLAG: u64 = 1;
pub const U8: u64 = 2;
pub const U16: u64 = 3;
pub const U32: u64 = 4;
pub const U64: u64 = 5;
pub const S8: u64 = 6;
pub const S16: u64 = 7;
pub const S32: u64 = 8;
pub const S64: u64 = 9;
pub const BINARY: u64 = 10;
pub const NUL_STRING: u64 = 12;
pub const NESTED: u64 = 13;
pub const NESTED_ARRAY: u64 = 14;
pub const BITFIELD32: u64 = 15;
pub const SINT: u64 = 16;
pub const UINT: u64 = 17;

/// Types of attributes, and their numbers.
pub type Numbers = Vec<(u16, u64)>;

// The policies in their order: those of the commands' types, each before those of its nests.
const ONE_ITEM: u16 = 0;
const ITEM: u16 = 1;
const SIZE: u16 = 2;
const NOTHING: u16 = 3;
const IS_CAPABLE: u16 = 4;
const NOTIFY: u16 = 5;
const WANTED: u16 = 6;
const ADDRESS: u16 = 7;
const KINDS: u16 = 8;
const DIGIT: u16 = 9;

#[test]
fn each_command_is_reported_with_its_policies() {
    let (_module, peer) = Loaded::probe();
    let request = |index: u16| vec![(DO, index.into())];
    let dump = |index: u16| vec![(DUMP, index.into())];
    let expected = vec![
        (PROBE_CMD_ITEM, [request(ONE_ITEM), dump(NOTHING)].concat()),
        (PROBE_CMD_WARN, request(NOTHING)),
        (PROBE_CMD_LONG_NEST, request(NOTHING)),
        (PROBE_CMD_IS_CAPABLE, request(IS_CAPABLE)),
        (PROBE_CMD_GET_MEMBERS, request(NOTHING)),
        (PROBE_CMD_NOTIFY, request(NOTIFY)),
        (PROBE_CMD_GET_CREDS, request(NOTHING)),
        (PROBE_CMD_NUMBERS, dump(WANTED)),
        // Commands that send take an address.
        (PROBE_CMD_SEND, request(ADDRESS)),
        (PROBE_CMD_SEND_LATER, request(ADDRESS)),
        (PROBE_CMD_FOLLOW, request(NOTHING)),
        (PROBE_CMD_GET_WORK, request(NOTHING)),
        (PROBE_CMD_KINDS, request(KINDS)),
        (PROBE_CMD_GET_POLICY, dump(NOTHING)),
    ];

    assert_eq!(ReportedPolicy::by(&peer).commands, expected);
}

#[test]
fn each_attribute_is_reported_with_what_it_has_to_be() {
    let (_module, peer) = Loaded::probe();
    let number = || range(U32, 0, u32::MAX.into());
    let mut expected = vec![
        (ONE_ITEM, PROBE_A_ITEM, nest(NESTED, ITEM, PROBE_ITEM_SIZE)),
        (ITEM, PROBE_ITEM_ID, number()),
        (
            ITEM,
            PROBE_ITEM_NAME,
            vec![(MAX_LENGTH, PROBE_NAME_MAX.into()), (TYPE, NUL_STRING)],
        ),
        (ITEM, PROBE_ITEM_SIZE, nest(NESTED, SIZE, PROBE_SIZE_HEIGHT)),
        (SIZE, PROBE_SIZE_WIDTH, number()),
        (SIZE, PROBE_SIZE_HEIGHT, number()),
        (IS_CAPABLE, PROBE_A_CAP, number()),
        (NOTIFY, PROBE_A_GROUP, number()),
        (WANTED, PROBE_A_COUNT, number()),
        (WANTED, PROBE_A_SIZE, number()),
        (WANTED, PROBE_A_ODD, number()),
        (WANTED, PROBE_A_WARN, number()),
        (WANTED, PROBE_A_FAIL, number()),
        (ADDRESS, PROBE_A_GROUP, number()),
        (ADDRESS, PROBE_A_PORTID, number()),
    ];
    expected.extend(kinds());
    expected.push((DIGIT, PROBE_DIGIT_VALUE, range(U8, 0, 9)));

    assert_eq!(ReportedPolicy::by(&peer).attrs, expected);
}

/// Policy that is reported of an attribute of each kind. Netlink has no words for a big-endian number.
fn kinds() -> Vec<(u16, u16, Numbers)> {
    let [least, most] = [MIN_LENGTH, MAX_LENGTH].map(|limit| move |len| (limit, len));
    let bytes = |lengths: &[(u16, u64)]| [lengths, &[(TYPE, BINARY)]].concat();

    [
        (PROBE_KIND_U8, range(U8, 2, 9)),
        (PROBE_KIND_U16, range(U16, 0, 500)),
        (PROBE_KIND_U32, range(U32, 100_000, u32::MAX.into())),
        (PROBE_KIND_U64, vec![(MASK, 5), (TYPE, U64)]),
        (PROBE_KIND_S8, signed_range(S8, -2, 2)),
        (
            PROBE_KIND_S16,
            signed_range(S16, i16::MIN.into(), i16::MAX.into()),
        ),
        (PROBE_KIND_S32, signed_range(S32, -100_000, -1)),
        (PROBE_KIND_S64, signed_range(S64, i64::MIN, i64::MAX)),
        (PROBE_KIND_UINT, range(UINT, 0, 1 << 40)),
        (PROBE_KIND_SINT, signed_range(SINT, -1, i64::MAX)),
        (PROBE_KIND_FLAG, vec![(TYPE, FLAG)]),
        (
            PROBE_KIND_BITFIELD32,
            vec![(BITFIELD32_MASK, 7), (TYPE, BITFIELD32)],
        ),
        (PROBE_KIND_STRING, vec![most(8), (TYPE, NUL_STRING)]),
        (PROBE_KIND_BINARY, bytes(&[least(2), most(4)])),
        (PROBE_KIND_EXACT, bytes(&[least(6), most(6)])),
        (PROBE_KIND_LEAST, bytes(&[least(3)])),
        (PROBE_KIND_DIGITS, range(U8, 0, 9)),
        (
            PROBE_KIND_ARRAY,
            nest(NESTED_ARRAY, DIGIT, PROBE_DIGIT_VALUE),
        ),
        (PROBE_KIND_WIDE, bytes(&[least(2), most(40_000)])),
    ]
    .map(|(nla_type, numbers)| (KINDS, nla_type, numbers))
    .to_vec()
}

#[test]
fn an_attribute_is_reported_as_the_core_reports_it_when_it_is_refused() {
    let (_module, peer) = Loaded::probe();
    let reported = ReportedPolicy::by(&peer).attrs;

    for nla_type in [
        PROBE_KIND_U8..=PROBE_KIND_SINT,
        PROBE_KIND_FLAG..=PROBE_KIND_EXACT,
        PROBE_KIND_DIGITS..=PROBE_KIND_DIGITS,
    ]
    .into_iter()
    .flatten()
    {
        let wrong = attrs(&[(nla_type, &[0; 5])]);
        let request = message(header(PROBE_CMD_KINDS, NLM_F_REQUEST, 1), &wrong);
        let by_core = only_answer(&peer, &request).policy();
        assert!(reported.contains(&(KINDS, nla_type, by_core)), "{nla_type}");
    }
}

#[test]
fn the_policy_is_reported_by_a_dump_that_takes_no_attribute() {
    let (_module, peer) = Loaded::probe();
    let request = |flags, payload: &[u8]| {
        let header = header(PROBE_CMD_GET_POLICY, NLM_F_REQUEST | flags, 1);
        only_answer(&peer, &message(header, payload)).ack().0
    };

    assert_eq!(request(0, b""), libc::EOPNOTSUPP);
    assert_eq!(request(NLM_F_DUMP, &attrs(&[(1, b"")])), libc::EINVAL);
}

#[test]
fn what_reads_the_policies_of_generic_netlink_reads_these() {
    // `CTRL_CMD_GETPOLICY`, version 2.
    const GENLMSGHDR: [u8; 4] = [10, 2, 0, 0];
    const GENL_ID_CTRL: u16 = 16;
    let (_module, peer) = Loaded::probe();
    let (mut policy, mut reported) = (Policy::default(), Flat::default());

    for answer in policy_messages(&peer) {
        let payload = [&GENLMSGHDR, answer.payload.as_slice()].concat();
        let bytes = message(header(GENL_ID_CTRL, NLM_F_MULTI, 1), &payload);
        policy.add(&Message::from_bytes(&bytes).unwrap());
    }
    policy.describe(&mut Names::new(), &mut reported);
    for part in [
        "{ op=Number(16) do=Number(0) dump=Number(3)}",
        "{ policy_idx=Number(1) attrs={{ attr=Number(1) type=Word(\"u32\")",
        "{ attr=Number(3) type=Word(\"nested\") policy_idx=Number(2) policy_maxtype=Number(2)}",
        "{ attr=Number(22) type=Word(\"binary\") min_length=Number(2) max_length=Number(40000)}",
    ] {
        assert!(reported.0.contains(part), "no {part}: {}", reported.0);
    }
    assert!(!reported.0.contains("unknown"), "{}", reported.0);
}

/// Fields as they come, in a line.
#[derive(Default)]
struct Flat(String);

impl Fields for Flat {
    fn field(&mut self, key: &str, value: Value<'_>) {
        write!(self.0, " {key}={value:?}").unwrap();
    }

    fn item(&mut self, value: Value<'_>) {
        write!(self.0, " {value:?}").unwrap();
    }

    fn open(&mut self, key: &str, _nest: Nest) {
        write!(self.0, " {key}={{").unwrap();
    }

    fn open_item(&mut self, _nest: Nest) {
        self.0.push('{');
    }

    fn close(&mut self) {
        self.0.push('}');
    }
}

/// Returns the messages that the family tells its policies with.
fn policy_messages(peer: &Peer) -> Vec<Answer> {
    let flags = NLM_F_REQUEST | NLM_F_DUMP;
    let request = message(header(PROBE_CMD_GET_POLICY, flags, 7), b"");
    let mut answers = peer.dump_whole(&request, 1 << 16);

    assert_eq!(answers.pop().unwrap().done().0, 0);
    answers
}

/// Policies that the family reports.
#[derive(Default)]
struct ReportedPolicy {
    /// Message types, and the policies of their commands.
    commands: Vec<(u16, Numbers)>,
    /// Policies, attributes of theirs, and what those have to be.
    attrs: Vec<(u16, u16, Numbers)>,
}

impl ReportedPolicy {
    fn by(peer: &Peer) -> Self {
        let mut reported = Self::default();

        for answer in policy_messages(peer) {
            let header = answer.header;
            assert_eq!(header.nlmsg_type, PROBE_CMD_GET_POLICY);
            assert_eq!((header.nlmsg_flags, header.nlmsg_seq), (NLM_F_MULTI, 7));
            reported.add(&answer.payload);
        }
        reported
    }

    /// Adds what a message tells, which is all of one thing.
    fn add(&mut self, payload: &[u8]) {
        let reported = only(Attrs::new(payload));
        let inner = only(reported.nested());

        match reported.kind() {
            OP_POLICY => self.commands.push((inner.kind(), numbers(inner.nested()))),
            POLICY => {
                let attr = only(inner.nested());
                let reported = (inner.kind(), attr.kind(), numbers(attr.nested()));
                self.attrs.push(reported);
            }
            kind => panic!("attribute {kind}"),
        }
    }
}

/// Returns the only one of `attrs`, which is a nest.
fn only(attrs: Attrs<'_>) -> Attr<'_> {
    let all: Vec<_> = attrs.map(Result::unwrap).collect();
    let [attr] = all[..] else {
        panic!("{} attributes", all.len());
    };

    assert!(attr.is_nested());
    attr
}

/// The policy of a number.
pub fn range(kind: u64, min: u64, max: u64) -> Numbers {
    vec![(MIN_VALUE_U, min), (MAX_VALUE_U, max), (TYPE, kind)]
}

/// The policy of a signed number.
pub fn signed_range(kind: u64, min: i64, max: i64) -> Numbers {
    vec![
        (MIN_VALUE_S, min as u64),
        (MAX_VALUE_S, max as u64),
        (TYPE, kind),
    ]
}

/// The policy of a nest, whose attributes the policy `index` allows, up to `maxtype`.
fn nest(kind: u64, index: u16, maxtype: u16) -> Numbers {
    vec![
        (POLICY_IDX, index.into()),
        (POLICY_MAXTYPE, maxtype.into()),
        (TYPE, kind),
    ]
}

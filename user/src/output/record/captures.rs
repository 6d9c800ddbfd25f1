// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Output for messages that a kernel sent (`user/tests/fixtures/`), as they were and changed a little.

use super::{write_object as write, JsonFields, Memo, TextFields, Tree};
use nlhello::object::{Names, Object, Query};
use nlhello::rtnl::{
    Addrs, Class, Fdb, Filter, Ifinfo6, Links, Maddr, Mdb, NdUserOpt, Neighs, Netconf, Nexthops,
    Nsid, Qdisc, RaPrefix, Route, Routes, Rules, Stats,
};
use nlhello::wire::{Message, Messages, Nlmsghdr};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::cell::RefCell;

/// Size of `struct nlmsghdr`, in bytes.
const NLMSGHDR: usize = size_of::<Nlmsghdr>();

/// A test for each kind: its name, its capture, what an object in a message is read by.
macro_rules! kinds {
    ($($kind:ident: |$message:ident| $object:expr,)+) => {$(
        mod $kind {
            use super::*;

            const CAPTURE: &[u8] =
                include_bytes!(concat!("../../../tests/fixtures/", stringify!($kind), ".bin"));

            fn lines($message: &Message<'_>, names: &mut Names) -> Option<Value> {
                $object.map(|object| lines_of(&object, names))
            }

            #[test]
            fn captures_are_understood_and_written() {
                assert_understood(lines, CAPTURE);
            }

            #[test]
            fn changed_captures_are_written_as_valid_lines() {
                assert_valid_whatever_changes(lines, CAPTURE);
            }
        }
    )+};
}

// Kinds that a question is for come before those that are events only.
kinds! {
    link: |message| select(&Links::default(), message),
    addr: |message| select(&Addrs::default(), message),
    route: |message| select(&Routes::default(), message),
    nexthop: |message| select(&Nexthops::default(), message),
    neigh: |message| select(&Neighs::default(), message),
    rule: |message| select(&Rules::default(), message),
    fdb: |message| select(&Fdb::default(), message),
    prefix: |message| RaPrefix::from_payload(message.payload()).ok(),
    netconf: |message| Netconf::from_payload(message.payload()).ok(),
    nsid: |message| Nsid::from_payload(message.payload()).ok(),
    nduseropt: |message| NdUserOpt::from_payload(message.payload()).ok(),
    maddr: |message| Maddr::from_payload(message.payload()).ok(),
    mdb: |message| Mdb::from_payload(message.payload()).ok(),
    qdisc: |message| Qdisc::from_payload(message.payload()).ok(),
    class: |message| Class::from_payload(message.payload()).ok(),
    filter: |message| Filter::from_payload(message.payload()).ok(),
    stats: |message| Stats::from_payload(message.payload()).ok(),
    ifinfo6: |message| Ifinfo6::from_payload(message.payload()).ok(),
    mroute: |message| Route::from_payload(message.payload()).ok(),
}

/// Reads an object that a message may hold.
fn select<'a, Q: Query>(query: &Q, message: &Message<'a>) -> Option<Q::Object<'a>> {
    query.select(message).ok().flatten()
}

/// Returns the JSON of the object that a message holds, once it is written in every style.
type LinesOf = fn(&Message<'_>, &mut Names) -> Option<Value>;

fn messages(capture: &[u8]) -> Vec<Message<'_>> {
    Messages::new(capture)
        .map(|message| message.unwrap())
        .collect()
}

/// Asserts that the messages of `capture` are objects with fields.
fn assert_understood(lines: LinesOf, capture: &[u8]) {
    let mut names = Names::new();
    let messages = messages(capture);
    let written: Vec<_> = messages
        .iter()
        .filter_map(|message| lines(message, &mut names))
        .collect();

    assert!(!written.is_empty());
    assert_eq!(written.len(), messages.len());
    for line in written {
        assert!(!line.as_object().unwrap().is_empty(), "{line}");
        assert_eq!(line.get("unknown"), None);
    }
}

/// Asserts that what is written of a message of `capture` is valid, whatever bytes of it change and
/// wherever it ends.
fn assert_valid_whatever_changes(lines: LinesOf, capture: &'static [u8]) {
    let messages = messages(capture);
    let changes = vec((any::<Index>(), any::<u8>()), 0..6);
    let any_change = (any::<Index>(), changes, any::<Index>());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let names = RefCell::new(Names::new());

    TestRunner::new(config)
        .run(&any_change, |(which, changes, end)| {
            let bytes = changed(which.get(&messages), &changes, end);
            let message = Messages::new(&bytes).next().unwrap().unwrap();
            lines(&message, &mut names.borrow_mut());
            Ok(())
        })
        .unwrap();
}

/// Returns `message` with other bytes in its payload, cut off at `end` three times in four.
fn changed(message: &Message<'_>, changes: &[(Index, u8)], end: Index) -> Vec<u8> {
    let mut bytes = message.bytes().to_vec();
    let payload = bytes.len() - NLMSGHDR;
    for (at, byte) in changes {
        bytes[NLMSGHDR + at.index(payload)] = *byte;
    }
    bytes.truncate(NLMSGHDR + end.index(payload * 4 / 3));
    let nlmsg_len = u32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&nlmsg_len.to_ne_bytes());
    bytes
}

/// Writes `object` in every style; returns its JSON.
///
/// # Panics
///
/// When that is not valid, or not the same as a tree, or the text is not a line without control characters.
fn lines_of(object: &impl Object, names: &mut Names) -> Value {
    for details in [false, true] {
        let line = written(|out, memo| {
            write(
                object,
                names,
                TextFields::new(out, details, false),
                memo,
                |_| {},
            );
        });
        let line = line.strip_suffix('\n').unwrap_or(&line);
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    let json = written(|out, memo| write(object, names, JsonFields::new(out), memo, |_| {}));
    let read = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(tree_of(object, names), read);
    read
}

fn tree_of(object: &impl Object, names: &mut Names) -> Value {
    let mut tree = Tree::default();
    object.describe_head(names, &mut tree);
    object.describe_rest(names, &mut tree);
    tree.into_json()
}

fn written(write: impl FnOnce(&mut Vec<u8>, &mut Memo)) -> String {
    let mut out = Vec::new();
    write(&mut out, &mut Memo::new());
    String::from_utf8(out).unwrap()
}

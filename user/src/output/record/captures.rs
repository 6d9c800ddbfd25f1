// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is written of messages that a kernel sent (`user/tests/fixtures/`), as they were and changed a
//! little.

use super::{write, JsonFields, Memo, TextFields};
use nlhello::rtnl::{Addrs, Fdb, Links, Names, Neighs, Nexthops, Object, Query, Routes, Rules};
use nlhello::wire::{Message, Messages, Nlmsghdr};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::cell::RefCell;

/// Size of `struct nlmsghdr`, in bytes.
const NLMSGHDR: usize = size_of::<Nlmsghdr>();

/// A test for each kind: its name, its capture, the question that it answers.
macro_rules! kinds {
    ($($kind:ident: $query:ident,)+) => {$(
        mod $kind {
            use super::*;

            const CAPTURE: &[u8] =
                include_bytes!(concat!("../../../tests/fixtures/", stringify!($kind), ".bin"));

            #[test]
            fn captures_are_understood_and_written() {
                assert_understood(&$query::default(), CAPTURE);
            }

            #[test]
            fn changed_captures_are_written_as_valid_lines() {
                assert_valid_whatever_changes(&$query::default(), CAPTURE);
            }
        }
    )+};
}

kinds! {
    link: Links,
    addr: Addrs,
    route: Routes,
    nexthop: Nexthops,
    neigh: Neighs,
    rule: Rules,
    fdb: Fdb,
}

fn messages(capture: &[u8]) -> Vec<Message<'_>> {
    Messages::new(capture)
        .map(|message| message.unwrap())
        .collect()
}

/// Asserts that the messages of `capture` are objects with more than one field.
fn assert_understood(query: &impl Query, capture: &[u8]) {
    let mut names = Names::new();
    let messages = messages(capture);

    assert!(messages.len() > 5, "{}", messages.len());
    let told = messages
        .iter()
        .filter_map(|message| query.select(message).unwrap());
    let lines: Vec<_> = told.map(|object| lines_of(&object, &mut names)).collect();
    assert!(lines.len() > 5, "{}", lines.len());
    for line in lines {
        assert!(line.as_object().unwrap().len() > 1, "{line}");
    }
}

/// Asserts that what is written of a message of `capture` is valid, whatever bytes of it change and
/// wherever it ends.
fn assert_valid_whatever_changes(query: &impl Query, capture: &'static [u8]) {
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
            if let Ok(Some(object)) = query.select(&message) {
                lines_of(&object, &mut names.borrow_mut());
            }
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
/// When that is not valid, or the text is not a line without control characters.
fn lines_of(object: &impl Object, names: &mut Names) -> Value {
    for details in [false, true] {
        let line = written(|out, memo| {
            write(object, names, TextFields::new(out, details, false), memo);
        });
        let line = line.strip_suffix('\n').unwrap_or(&line);
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    let json = written(|out, memo| write(object, names, JsonFields::new(out), memo));
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn written(write: impl FnOnce(&mut Vec<u8>, &mut Memo)) -> String {
    let mut out = Vec::new();
    write(&mut out, &mut Memo::new());
    String::from_utf8(out).unwrap()
}

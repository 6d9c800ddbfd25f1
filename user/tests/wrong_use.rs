// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Wrong use of the module's netlink layer does not compile.
//!
//! Each family in `kmod/tests/wrong_use/` is right as it stands. With `--cfg wrong` it is wrong in
//! one line, which `//~ ERROR CODE` marks, and rustc refuses that line with that code. Where the
//! layer finds the error later than the line, a text follows that rustc has to say instead.
//!
//! `make test` compiles both with the kernel's own rustc and flags, and gives `$WRONG_USE`, the
//! folder with the objects and with what rustc said.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A test for each family, and the list of them.
macro_rules! families {
    ($($name:ident)*) => {
        const FAMILIES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                assert_wrong_line_does_not_compile(stringify!($name));
            }
        )*
    };
}

families! {
    answer_forgotten
    answer_kept
    answer_of_another_command
    answer_of_another_request
    answer_without_an_attribute
    answered_twice
    attribute_kept
    attribute_of_another_command
    attribute_of_another_message
    command_without_a_handler
    counters_2049
    dump_of_type_3
    dump_room_65537
    family_declared_without_its_module
    flag_in_a_multi
    flag_in_an_option
    group_0
    group_1025
    handler_by_pointer
    handler_of_other_attributes
    kernel_socket_made
    kernel_socket_of_another_family
    length_beyond_nla_len
    length_with_two_limits
    limit_of_another_type
    lower_limit_above_the_upper_one
    lower_limit_of_a_string
    mask_beside_a_limit
    mask_beyond_its_type
    mask_without_bits
    nests_11_deep
    optional_attribute_read_as_required
    policy_of_type_16384
    policy_that_nests_itself
    protocol_2
    protocol_32
    rcu_value_of_1025_bytes
    refused_after_its_answer
    registration_dropped_early
    registration_leaked
    registration_stored
    request_kept
    rule_for_attribute_0
    rule_with_flag_bits
    state_kept
    state_of_one_thread
    string_read_as_a_number
    two_commands_of_one_type
    two_families_of_one_protocol
    two_groups_of_one_number
    two_rules_for_one_attribute
    two_rules_in_a_nest
    type_below_16
    value_of_another_type
}

#[test]
fn every_family_is_compiled() {
    let files: BTreeSet<_> = fs::read_dir(sources())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let tests: BTreeSet<_> = FAMILIES.iter().map(|name| name.to_string()).collect();

    assert_eq!(files, tests);
}

/// Asserts that the family compiles, and that its wrong line is what keeps it from that.
fn assert_wrong_line_does_not_compile(name: &str) {
    let said = |way: &str| fs::read_to_string(output().join(way).with_extension("log")).unwrap();
    let is_compiled = |way: &str| {
        let object = output().join(way).join(format!("{name}_module.o"));
        fs::exists(object).unwrap()
    };

    assert!(is_compiled("right"), "{}", said("right"));
    assert!(!is_compiled("wrong"), "it compiles");

    let (mark, said) = (Mark::of(name), said("wrong"));
    let mut errors = errors(&said)
        .filter(|error| is_about(error, name))
        .peekable();
    assert!(errors.peek().is_some(), "no {mark:?}: {said}");
    errors.for_each(|error| assert!(mark.is_in(error), "not {mark:?}: {error}"));
}

/// Says whether `error` names the family's file or something in it.
fn is_about(error: &str, name: &str) -> bool {
    [format!("{name}.rs:"), format!("{name}::")]
        .iter()
        .any(|words| error.contains(words))
}

/// Where and how a family is wrong.
#[derive(Debug)]
struct Mark {
    code: String,
    /// Other words of rustc: the line, or the text of the mark.
    words: String,
}

impl Mark {
    /// Reads the only mark of a family.
    fn of(name: &str) -> Self {
        let source = fs::read_to_string(sources().join(name).with_extension("rs")).unwrap();
        let marks: Vec<_> = source
            .lines()
            .zip(1..)
            .filter_map(|(line, number)| Some((number, line.split_once("//~ ERROR ")?.1)))
            .collect();
        let [(number, mark)] = marks[..] else {
            panic!("{name} has no mark, or several: {marks:?}");
        };
        let place = format!("{name}.rs:{number}:");
        let (code, words) = mark.split_once(": ").unwrap_or((mark, &place));

        Self {
            code: code.to_owned(),
            words: words.to_owned(),
        }
    }

    /// Says whether this is what `error` is about.
    fn is_in(&self, error: &str) -> bool {
        error.starts_with(&format!("error[{}]: ", self.code)) && error.contains(&self.words)
    }
}

/// Returns the errors of rustc, each with all that it says to it. How many there were is none: warnings of
/// the next family may follow it.
fn errors(said: &str) -> impl Iterator<Item = &str> {
    let starts = |text: &str| text.find("\nerror").map(|at| at + 1);
    let mut rest = starts(said).map(|at| &said[at..]);

    std::iter::from_fn(move || {
        let text = rest?;
        let (error, others) = text.split_at(starts(text).unwrap_or(text.len()));
        rest = Some(others).filter(|others| !others.is_empty());
        Some(error)
    })
    .filter(|error| !error.starts_with("error: aborting due to "))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../kmod/tests/wrong_use")
}

fn output() -> PathBuf {
    env::var_os("WRONG_USE")
        .expect("$WRONG_USE is not set: run this with `make test`")
        .into()
}

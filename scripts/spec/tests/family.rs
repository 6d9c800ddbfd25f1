// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the generator takes, what it makes of that, and what it refuses.

use nlhello_spec::family::model::{AttrKind, CheckWord, Family, Number};
use nlhello_spec::family::output::outputs;
use nlhello_spec::family::{header, numbers, ynl};
use nlhello_spec::yaml::Document;
use std::path::Path;

/// A family of one command; `{attr}` are the words of its attribute.
const ONE: &str = "name: one
doc: A family.
transports: [netlink-raw]
protonum: 29
definitions:
  - {name: most, type: const, value: 7}
  - {name: words, type: const, value: some words}
  - {name: color, type: enum, entries: [red, {name: green, doc: As grass.}, blue]}
  - {name: odd, type: enum, entries: [{name: three, value: 3}, {name: seven, value: 7}]}
  - {name: bits, type: flags, entries: [low, {name: high, value: 4}]}
attribute-sets:
  - name: one
    attributes:
      - {name: it, {attr}}
  - {name: inner, attributes: [{name: deep, type: u8}]}
operations:
  list:
    - {name: say, value: 16, doc: Says., attribute-set: one, do: {request: {attributes: [it]}}}
";

fn family(text: &str) -> Result<Family, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;

    Family::from_node(document.root()).map_err(|error| error.to_string())
}

fn with_attr(attr: &str) -> Result<Family, String> {
    family(&ONE.replace("{attr}", attr))
}

fn number(size: Option<u8>, is_signed: bool, is_big_endian: bool) -> AttrKind {
    AttrKind::Number(Number {
        size,
        is_signed,
        is_big_endian,
    })
}

#[test]
fn every_type_of_the_layer_is_taken() {
    let inner = || "inner".to_owned();
    let number = |size, is_signed| number(size, is_signed, false);
    for (attr, kind) in [
        ("type: flag", AttrKind::Flag),
        ("type: string", AttrKind::String),
        ("type: binary", AttrKind::Binary),
        ("type: bitfield32", AttrKind::Bitfield32),
        ("type: uint", number(None, false)),
        ("type: sint", number(None, true)),
        ("type: u8", number(Some(1), false)),
        ("type: u16", number(Some(2), false)),
        ("type: u32", number(Some(4), false)),
        ("type: u64", number(Some(8), false)),
        ("type: s8", number(Some(1), true)),
        ("type: s16", number(Some(2), true)),
        ("type: s32", number(Some(4), true)),
        ("type: s64", number(Some(8), true)),
        (
            "type: nest, nested-attributes: inner",
            AttrKind::Nest(inner()),
        ),
        (
            "type: indexed-array, sub-type: nest, nested-attributes: inner",
            AttrKind::Array(inner()),
        ),
    ] {
        let family = with_attr(attr).unwrap();
        assert_eq!(family.sets[0].attrs[0].kind, kind, "{attr}");
        assert_eq!(
            family.messages[0].single.as_ref().unwrap().request[0]
                .attr
                .kind,
            kind
        );
    }
}

#[test]
fn numbers_are_big_endian_and_attributes_come_often_where_that_is_said() {
    for (kind, size) in [("u16", 2), ("u32", 4), ("u64", 8)] {
        let attr = format!("type: {kind}, byte-order: big-endian, multi-attr: true");
        let attr = &with_attr(&attr).unwrap().sets[0].attrs[0];

        assert_eq!(attr.kind, number(Some(size), false, true));
        assert!(attr.is_multi);
    }
}

/// Returns the checks of an attribute, each with its bound.
fn checks(attr: &str) -> Vec<(CheckWord, i128)> {
    let family = with_attr(attr).unwrap_or_else(|error| panic!("{attr}: {error}"));
    let checks = family.sets[0].attrs[0].checks.iter();

    checks
        .map(|check| (check.word, check.limit.value))
        .collect()
}

#[test]
fn every_check_of_the_layer_is_taken() {
    use CheckWord::{ExactLen, Mask, Max, MaxLen, Min, MinLen};
    for (attr, expected) in [
        (
            "type: u8, checks: {min: 1, max: most}",
            &[(Min, 1), (Max, 7)][..],
        ),
        ("type: u16, checks: {max: most - 1}", &[(Max, 6)]),
        ("type: u32, checks: {max: u16-max}", &[(Max, 65535)]),
        (
            "type: u64, checks: {min: 0, max: u64-max}",
            &[(Min, 0), (Max, u64::MAX as i128)],
        ),
        (
            "type: s32, checks: {min: s16-min, max: -1}",
            &[(Min, -32768), (Max, -1)],
        ),
        ("type: uint, checks: {flags-mask: bits}", &[(Mask, 0x11)]),
        (
            "type: bitfield32, checks: {flags-mask: bits}",
            &[(Mask, 0x11)],
        ),
        ("type: string, checks: {max-len: most}", &[(MaxLen, 7)]),
        (
            "type: binary, checks: {min-len: 2, max-len: 4}",
            &[(MinLen, 2), (MaxLen, 4)],
        ),
        ("type: binary, checks: {exact-len: 6}", &[(ExactLen, 6)]),
    ] {
        assert_eq!(checks(attr), expected, "{attr}");
    }
}

#[test]
fn an_enum_allows_its_numbers_and_flags_their_bits() {
    use CheckWord::{Mask, Max, Min};

    assert_eq!(checks("type: u8, enum: color"), [(Max, 2)]);
    // Numbers that have gaps are not checked, as by the kernel's own generator.
    assert_eq!(checks("type: u8, enum: odd"), []);
    assert_eq!(checks("type: u8, enum: bits"), [(Mask, 0x11)]);
    assert_eq!(
        checks("type: u8, enum: odd, enum-as-flags: true"),
        [(Mask, 0x88)]
    );
    assert_eq!(
        checks("type: u8, enum: color, checks: {min: 1}"),
        [(Min, 1)]
    );
}

#[test]
fn an_attribute_that_makes_no_sense_is_refused_with_its_line() {
    for (attr, error) in [
        ("type: text", "14: `text` is no type of an attribute; allowed: unused, flag, string, binary, bitfield32, uint, sint, u8, u16, u32, u64, s8, s16, s32, s64, nest, indexed-array"),
        ("type: pad", "14: `pad` is not supported: a u64 is aligned to 4 bytes, leave it out"),
        ("type: nest-type-value", "14: `nest-type-value` is not supported: say `indexed-array`, whose numbers mean nothing"),
        ("type: sub-message", "14: `sub-message` is not supported: an attribute has one form alone"),
        ("type: unused", "19: `it` is unused: no message carries it"),
        ("doc: A text.", "14: `type` is missing: a text"),
        ("type: nest", "14: `nested-attributes` is missing: a text"),
        ("type: nest, nested-attributes: outer", "14: there is no set `outer`; allowed: one, inner"),
        ("type: nest, nested-attributes: one", "14: nests of `one` are in themselves: one -> one"),
        ("type: indexed-array, sub-type: u8", "14: `indexed-array` of u8 is not supported; allowed: nest"),
        ("type: u8, nested-attributes: inner", "14: `nested-attributes` is of other types; allowed: nest, indexed-array"),
        ("type: u8, sub-type: u8", "14: `sub-type` is of other types; allowed: indexed-array"),
        ("type: string, enum: color", "14: `enum` is of other types; allowed: numbers, bitfield32"),
        ("type: string, byte-order: big-endian", "14: `byte-order` is of other types; allowed: u16, u32, u64"),
        ("type: s32, byte-order: big-endian", "14: `byte-order` is of other types; allowed: u16, u32, u64"),
        ("type: u32, byte-order: little-endian", "14: `byte-order` little-endian is not supported; allowed: big-endian"),
        ("type: flag, multi-attr: true", "14: `multi-attr` of a flag: it is there or not, and not often"),
        ("type: u8, multi-attr: often", "14: `multi-attr` is true or false"),
        ("type: u8, struct: some", "14: `struct` of attribute is not supported: give the members attributes of their own"),
        ("type: u8, selector: some", "14: `selector` of attribute is not supported: an attribute has one form alone"),
        ("type: nest, nested-attributes: inner, type-value: [x]", "14: `type-value` of attribute is not supported: say `type: indexed-array`, whose numbers mean nothing"),
        ("type: u8, name-prefix: x", "14: `name-prefix` of attribute is not supported: the set has one"),
        ("type: u8, value: 0", "14: `value` is a number from 1 to 16383"),
        ("type: u8, value: 16384", "14: `value` is a number from 1 to 16383"),
        ("type: u8, color: red", "14: attribute has no `color`; allowed: name, type, value, doc, byte-order, multi-attr, nested-attributes, sub-type, enum, enum-as-flags, checks, display-hint"),
    ] {
        assert_eq!(with_attr(attr).unwrap_err(), error, "{attr}");
    }
}

#[test]
fn a_check_that_makes_no_sense_is_refused_with_its_line() {
    for (attr, error) in [
        ("type: string, checks: {min-len: 1}", "14: `checks` of string has no `min-len`; allowed: max-len"),
        ("type: string, checks: {unterminated-ok: true}", "14: `unterminated-ok` of `checks` of string is not supported: a string ends in its only NUL"),
        ("type: binary, checks: {max: 1}", "14: `checks` of binary has no `max`; allowed: min-len, max-len, exact-len"),
        ("type: s8, checks: {flags-mask: bits}", "14: `checks` of s8 has no `flags-mask`; allowed: min, max"),
        ("type: u8, checks: {max: 256}", "14: `max` 256 is beyond u8; allowed: 0 to 255"),
        ("type: u8, checks: {min: -1}", "14: `min` -1 is beyond u8; allowed: 0 to 255"),
        ("type: u8, checks: {min: 4, max: 2}", "14: `min` 4 is above `max` 2"),
        ("type: u8, checks: {max: 2, flags-mask: bits}", "14: `flags-mask` stands alone"),
        ("type: u8, checks: {flags-mask: color}", "14: there is no flags `color`; allowed: bits"),
        ("type: u8, checks: {max: least}", "14: there is no constant `least`; allowed: most"),
        ("type: u8, checks: {max: words}", "14: there is no number `words`; allowed: most"),
        ("type: binary, checks: {exact-len: 2, max-len: 2}", "14: `exact-len` stands alone"),
        ("type: binary, checks: {min-len: 3, max-len: 2}", "14: `min-len` 3 is above `max-len` 2"),
        ("type: binary, checks: {max-len: 65532}", "14: `max-len` 65532 is beyond binary; allowed: 0 to 65531"),
        ("type: string, checks: {max-len: 65531}", "14: `max-len` 65531 is beyond string; allowed: 0 to 65530"),
        ("type: u8, enum: shade", "14: there is no enum `shade`; allowed: color, odd, bits"),
        ("type: u8, enum-as-flags: true", "14: `enum-as-flags` without `enum`: the name of an enum"),
        ("type: flag, checks: {}", ""),
    ] {
        assert_eq!(with_attr(attr).err().unwrap_or_default(), error, "{attr}");
    }
}

/// Returns the error of the family of one command in which `from` is replaced with `to`.
fn error_with(from: &str, to: &str) -> String {
    let text = ONE.replace("{attr}", "type: u32");
    assert!(text.contains(from), "{from}");

    family(&text.replace(from, to)).expect_err(to)
}

#[test]
fn a_family_that_makes_no_sense_is_refused_with_its_line() {
    for (from, to, error) in [
        ("transports: [netlink-raw]\n", "protocol: netlink-raw\n", "3: `protocol` of family is not supported: say `transports: [netlink-raw, genetlink]`, or one of them"),
        ("[netlink-raw]", "[udp]", "3: `udp` is no transport; allowed: netlink-raw, genetlink"),
        ("[netlink-raw]", "[]", "3: a family has a transport; allowed: netlink-raw, genetlink"),
        ("[netlink-raw]", "[genetlink]", "4: `protonum` is of netlink-raw alone"),
        ("protonum: 29\n", "", "1: `protonum` is missing: a number from 0 to 31"),
        ("protonum: 29", "protonum: 32", "4: `protonum` is a number from 0 to 31"),
        ("protonum: 29", "protonum: 2", "4: `protonum` 2 is NETLINK_USERSOCK, the users' own"),
        ("doc: A family.\n", "", "1: `doc` is missing: a text"),
        ("doc: A family.", "doc: [a]", "2: `doc` is a text"),
        ("protonum: 29", "protonum: 29\nc: {max: 1}", "5: `c` has no `max`; allowed: protocol, guard, group-enum, preamble"),
        ("protonum: 29", "protonum: 29\nsub-messages: []", "5: `sub-messages` of family is not supported: an attribute has one form alone"),
        ("protonum: 29", "protonum: 29\nkernel-family: {}", "5: `kernel-family` of family is not supported: no C is generated for the kernel"),
        ("type: const, value: 7", "type: struct", "6: `type: struct` is not supported: structs are no attributes of a new family"),
        ("type: const, value: 7", "type: fact", "6: `fact` is no type of a definition; allowed: const, enum, flags"),
        ("type: const, value: 7", "type: const", "6: `value` is missing: a text or a number"),
        ("type: const, value: 7", "type: const, value: 4294967296", "6: `value` of a constant has 32 bits at most"),
        ("type: const, value: 7", "type: const, value: 7, scope: user", "6: `scope` of constant is not supported: all that is named stands in the header that is made"),
        ("entries: [red, {name: green, doc: As grass.}, blue]", "doc: None.", "8: `entries` is missing: a list of names"),
        ("{name: high, value: 4}", "{name: high, value: 32}", "10: `value` is a number from 0 to 31"),
        ("  - {name: inner, attributes: [{name: deep, type: u8}]}", "  - {name: inner, subset-of: two, attributes: []}", "15: there is no set `two`; allowed: one"),
        ("  - {name: inner, attributes: [{name: deep, type: u8}]}", "  - {name: inner, subset-of: one, attributes: [{name: it, type: u8}]}", "15: attribute of a part of a set has no `type`; allowed: name"),
        ("  - {name: inner, attributes: [{name: deep, type: u8}]}", "  - {name: inner, subset-of: one, attributes: [{name: that}]}", "15: there is no attribute of `one` `that`; allowed: it"),
        ("{name: deep, type: u8}", "{name: deep, type: u8}, {name: low, type: u8, value: 1}", "15: `deep` has the number 1 already"),
        ("{name: deep, type: u8}", "{name: deep, type: u8}, {name: deep, type: u8}", "15: `deep` is there already"),
    ] {
        assert_eq!(error_with(from, to), error, "{to}");
    }
}

#[test]
fn an_operation_that_makes_no_sense_is_refused_with_its_line() {
    for (from, to, error) in [
        ("value: 16, ", "", "18: `say` has the number 1; `value` allows 16 to 65535"),
        ("value: 16, ", "value: 15, ", "18: `value` is a number from 16 to 65535"),
        ("doc: Says., ", "", "18: `doc` is missing: a text"),
        ("attribute-set: one, ", "attribute-set: two, ", "18: there is no set `two`; allowed: one, inner"),
        ("attribute-set: one, ", "", "18: `attribute-set` of the operation is missing"),
        ("attribute-set: one, ", "attribute-set: one, fixed-header: h, ", "18: `fixed-header` of operation is not supported: attributes follow the header of the message"),
        ("attribute-set: one, ", "attribute-set: one, dont-validate: [strict], ", "18: `dont-validate` of operation is not supported: all that is sent is checked"),
        ("attribute-set: one, ", "attribute-set: one, config-cond: x, ", "18: `config-cond` of operation is not supported: a family has all its commands"),
        ("attribute-set: one, ", "attribute-set: one, flags: [admin-perm], ", "18: `admin-perm` asks for a right over the whole machine, which no command does; allowed: uns-admin-perm"),
        ("attribute-set: one, ", "attribute-set: one, flags: [root], ", "18: there is no flag `root`; allowed: uns-admin-perm"),
        ("do: {request: {attributes: [it]}}", "do: {request: {attributes: [that]}}", "18: there is no attribute of `one` `that`; allowed: it"),
        ("do: {request: {attributes: [it]}}", "do: {request: {attributes: [it], required: [that]}}", "18: there is no attribute `that`; allowed: it"),
        ("do: {request: {attributes: [it]}}", "do: {request: {attributes: [it], optional: [it]}}", "18: `request` has no `optional`; allowed: attributes, required"),
        ("do: {request: {attributes: [it]}}", "do: {request: {value: 3}}", "18: `value` of `request` is not supported: requests and answers have one number"),
        ("do: {request: {attributes: [it]}}", "do: {pre: hook}", "18: `pre` of `do` is not supported: a handler calls what it needs"),
        ("do: {request: {attributes: [it]}}", "do: {post: hook}", "18: `post` of `do` is not supported: `Answer::then` follows the answer"),
        ("do: {request: {attributes: [it]}}", "dump: {}", "18: `dump` has entries: `reply` is missing"),
        (", do: {request: {attributes: [it]}}", "", "18: an operation has one of: do, dump, event, notify"),
        ("do: {request: {attributes: [it]}}", "event: {attributes: [it]}", "18: `mcgrp` is missing: the group that is notified"),
        ("do: {request: {attributes: [it]}}", "event: {}, mcgrp: all", "18: there is no group `all`; allowed: "),
        ("do: {request: {attributes: [it]}}", "do: {}, mcgrp: all", "18: `mcgrp` is of notifications: `event` or `notify` is missing"),
        ("do: {request: {attributes: [it]}}", "notify: ask, mcgrp: all", "18: there is no command with a reply before it `ask`; allowed: "),
        ("  list:", "  enum-model: directional\n  list:", "17: `enum-model` has one value that is supported; allowed: unified"),
        ("  list:", "  async-prefix: x\n  list:", "17: `async-prefix` of `operations` is not supported: notifications are in the enum of all messages"),
        ("operations:", "mcast-groups: {list: [{name: all, value: 1025}]}\noperations:", "16: `value` is a number from 1 to 1024"),
        ("operations:", "mcast-groups: {list: [{name: all, flags: [admin-perm]}]}\noperations:", "16: there is no flag `admin-perm` of a group; allowed: uns-admin-perm, cap-sys-admin"),
        ("operations:", "mcast-groups: {list: [{name: all}, {name: all}]}\noperations:", "16: `all` has the name or the number 2 already"),
    ] {
        assert_eq!(error_with(from, to), error, "{to}");
    }
}

#[test]
fn a_flag_and_what_comes_often_are_never_required() {
    for (attr, error) in [
        (
            "type: flag",
            "18: `it` is a flag: it may be missing as it is",
        ),
        (
            "type: u8, multi-attr: true",
            "18: `it` is multi-attr: none at all is allowed as it is",
        ),
    ] {
        let text = ONE
            .replace("{attr}", attr)
            .replace("[it]}", "[it], required: [it]}");
        assert_eq!(family(&text).unwrap_err(), error);
    }
}

#[test]
fn nests_are_at_most_ten_deep() {
    let sets: String = (0..11)
        .map(|depth| {
            let inside = match depth {
                10 => "type: u8".to_owned(),
                _ => format!("type: nest, nested-attributes: s{}", depth + 1),
            };
            format!("  - {{name: s{depth}, attributes: [{{name: a, {inside}}}]}}\n")
        })
        .collect();
    let text = ONE.replace("{attr}", "type: nest, nested-attributes: s0");
    let text = text.replace("  - {name: inner", &format!("{sets}  - {{name: inner"));

    let error = family(&text).unwrap_err();
    assert!(
        error.starts_with("14: nests are more than 10 deep: s0 -> s1"),
        "{error}"
    );
}

#[test]
fn an_error_names_the_file() {
    let folder = std::env::temp_dir().join(format!("nlhello-spec-{}", std::process::id()));
    let path = folder.join("kmod/uapi/one.yaml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        outputs(&folder, Path::new("kmod/uapi/one.yaml"))
            .unwrap_err()
            .to_string()
    };

    let wrong = ONE.replace("{attr}", "type: text");
    assert!(error(&wrong).starts_with(&format!("{}:14: `text` is no type", path.display())));
    assert!(error("name: [").starts_with(&format!("{}:", path.display())));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A family with one of each, of which the outputs are looked at.
const ALL: &str = "name: all
doc: Has one of each.
transports: [netlink-raw, genetlink]
protonum: 29
definitions:
  - {name: word, type: const, value: a \"word\", doc: A word.}
  - {name: color, type: enum, doc: Colors., entries: [red, {name: blue, value: 4, doc: As the sea.}]}
  - {name: bits, type: flags, entries: [low, high]}
attribute-sets:
  - {name: all, attributes: [{name: gone, type: unused}, {name: items, type: nest, nested-attributes: item, multi-attr: true}]}
  - {name: item, required: [id], attributes: [{name: id, type: u32}, {name: color, type: u8, enum: color}]}
operations:
  list:
    - {name: put, value: 16, doc: Puts., attribute-set: all, flags: [uns-admin-perm], do: {request: {attributes: [items]}}}
    - {name: get, doc: Gets., attribute-set: all, do: {reply: {attributes: [items]}}}
    - {name: get-ntf, doc: Got., notify: get, mcgrp: watch}
mcast-groups: {list: [{name: watch, flags: [cap-sys-admin], doc: All.}]}
";

fn document() -> Document {
    Document::parse(ALL).unwrap()
}

#[test]
fn numbers_and_names_are_those_of_the_format() {
    let family = family(ALL).unwrap();
    let numbers = numbers::numbers(&family, "all.yaml").unwrap();

    for line in [
        "pub const NETLINK_ALL: u32 = 29;",
        "pub const ALL_WORD: &[u8; 9] = b\"a \\\"word\\\"\\0\";",
        "pub const ALL_COLOR_RED: u32 = 0;",
        "pub const ALL_COLOR_BLUE: u32 = 4;",
        "pub const ALL_BITS_HIGH: u32 = 2;",
        "pub const ALL_CMD_GET: u16 = 17;",
        "pub const ALL_CMD_GET_NTF: u16 = 18;",
        "pub const ALL_A_ITEMS: u16 = 2;",
        "pub const ALL_A_ITEM_COLOR: u16 = 2;",
        "pub const ALL_GROUP_WATCH: u32 = 1;",
    ] {
        assert!(numbers.lines().any(|other| other == line), "{line}");
    }
}

#[test]
fn the_header_has_each_enum_with_its_text() {
    let header = header::header(&family(ALL).unwrap());

    for part in [
        "#ifndef _UAPI_LINUX_ALL_H\n",
        "/* A word. */\n#define ALL_WORD \"a \\\"word\\\"\"\n",
        "/**\n * enum all_color - colors\n * @ALL_COLOR_BLUE: as the sea.\n */\nenum all_color {\n\tALL_COLOR_RED,\n\tALL_COLOR_BLUE = 4,\n};\n",
        "enum all_bits {\n\tALL_BITS_LOW = 1,\n\tALL_BITS_HIGH,\n};\n",
        "enum all_cmd {\n\tALL_CMD_PUT = 16,\n\tALL_CMD_GET,\n\tALL_CMD_GET_NTF,\n};\n",
        "enum all_a_item {\n\tALL_A_ITEM_UNSPEC,\n\tALL_A_ITEM_ID,\n\tALL_A_ITEM_COLOR,\n};\n",
    ] {
        assert!(header.contains(part), "{part}\n{header}");
    }
}

#[test]
fn each_transport_has_its_own_words() {
    let raw = ynl::ynl(document().root(), ynl::Schema::Raw, "all.yaml");
    let genl = ynl::ynl(document().root(), ynl::Schema::Genl, "all.yaml");

    for (text, there, not_there) in [
        (
            &raw,
            [
                "protocol: netlink-raw\nprotonum: 29\n",
                "flags: [admin-perm]",
            ],
            "uns-admin-perm",
        ),
        (
            &genl,
            ["protocol: genetlink\n", "flags: [uns-admin-perm]"],
            "protonum",
        ),
    ] {
        assert!(there.iter().all(|part| text.contains(part)), "{text}");
        for word in [
            "transports",
            "required",
            "cap-sys-admin",
            "doc: All.",
            not_there,
        ] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        Document::parse(text).unwrap();
    }
}

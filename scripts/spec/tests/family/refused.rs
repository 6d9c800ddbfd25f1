// SPDX-License-Identifier: Apache-2.0 OR MIT

use super::{changed, read};

/// Checks that with `new` in the place of `old` the description is refused with `message`, in the
/// line of `new` that ends in a `#`.
fn refused(old: &str, new: &str, message: &str) {
    let text = changed(old, new);
    let line = 1 + text.lines().take_while(|line| !line.ends_with('#')).count();

    assert!(new.contains('#'), "{new:?}");
    assert_eq!(
        read(&text).map(|_| ()).unwrap_err(),
        format!("demo.yaml:{line}: {message}")
    );
}

/// Checks such changes, each with its message.
fn all_refused(cases: &[(&str, &str, &str)]) {
    for (old, new, message) in cases {
        refused(old, new, message);
    }
}

/// Checks words that are known and refused, put in front of `place` at its indent.
fn words_refused(place: &str, what: &str, words: &[(&str, &str)]) {
    let indent = &place[..place.len() - place.trim_start().len()];
    for (word, why) in words {
        let message = format!("`{word}` of {what} is not supported: {why}");
        refused(place, &format!("{indent}{word}: x #\n{place}"), &message);
    }
}

const KIND: &str = "        type: s16\n";

#[test]
fn what_is_no_yaml() {
    refused(
        "doc: A family",
        "[29,\ndoc: #\ndoc: A family",
        "invalid indentation in flow construct",
    );
}

#[test]
fn families() {
    const ALLOWED: &str = "name, transports, protonum, uapi-header, c, doc, definitions, attribute-sets, operations, mcast-groups";
    all_refused(&[
        (
            "protonum: 29",
            "protonumber: 29 #",
            &format!("family has no `protonumber`; allowed: {ALLOWED}"),
        ),
        (
            "protonum: 29",
            "protonum: 2 #",
            "`protonum` 2 is NETLINK_USERSOCK, the users' own",
        ),
        (
            "protonum: 29",
            "protonum: 32 #",
            "`protonum` is a number from 0 to 31",
        ),
        (
            "protonum: 29",
            "protonum: x #",
            "`protonum` is a number from 0 to 31",
        ),
        (
            "name: demo\ntransports",
            "label: demo #\ntransports",
            &format!("family has no `label`; allowed: {ALLOWED}"),
        ),
        (
            "name: demo\ntransports: [netlink-raw, genetlink]\nprotonum: 29\n",
            "protonum: 29 #\ntransports: [netlink-raw]\n",
            "`name` is missing: a text",
        ),
        (
            "name: demo\ntransports",
            "name: [demo] #\ntransports",
            "`name` is a text",
        ),
        (
            "doc: A family with some of everything.\n",
            "uapi-header: {} #\ndoc: A family with some of everything.\n",
            "`uapi-header` is a text",
        ),
        (
            "[netlink-raw, genetlink]",
            "[genetlink, raw] #",
            "`raw` is no transport; allowed: netlink-raw, genetlink",
        ),
        (
            "[netlink-raw, genetlink]",
            "[] #",
            "a family has a transport; allowed: netlink-raw, genetlink",
        ),
        (
            "[netlink-raw, genetlink]\nprotonum: 29",
            "[genetlink]\nprotonum: 29 #",
            "`protonum` is of netlink-raw alone",
        ),
        (
            "name: demo\ntransports: [netlink-raw, genetlink]\nprotonum: 29",
            "name: demo #\ntransports: [netlink-raw]",
            "`protonum` is missing: a number from 0 to 31",
        ),
        (
            "name: demo\ntransports: [netlink-raw, genetlink]",
            "name: demo #",
            "`transports` is missing: a list of netlink-raw, genetlink",
        ),
        (
            "protonum: 29",
            "protonum: 29\nc: {guards: X} #",
            "`c` has no `guards`; allowed: protocol, guard, group-enum, preamble",
        ),
        (
            "protonum: 29",
            "protonum: 29\nc: X #",
            "`c` is a mapping with: protocol, guard, group-enum, preamble",
        ),
    ]);
    words_refused(
        "protonum: 29",
        "family",
        &[
            (
                "protocol",
                "say `transports: [netlink-raw, genetlink]`, or one of them",
            ),
            ("sub-messages", "an attribute has one form alone"),
            ("kernel-policy", "each command has a policy of its own"),
            ("kernel-family", "no C is generated for the kernel"),
            ("c-family-name", "names are made of `name`"),
            ("c-version-name", "names are made of `name`"),
            ("max-by-define", "no maximum is defined"),
            ("cmd-max-name", "no maximum is defined"),
            ("cmd-cnt-name", "no count is defined"),
        ],
    );
}

#[test]
fn definitions() {
    all_refused(&[
        (
            "    type: enum\n    doc: Colors.",
            "    type: list #\n    doc: Colors.",
            "`list` is no type of a definition; allowed: const, enum, flags",
        ),
        (
            "    value: 100",
            "    number: 100 #",
            "constant has no `number`; allowed: name, type, value, doc",
        ),
        (
            "    name: word\n    type: const\n    value: Hello",
            "    name: word #\n    type: const",
            "`value` is missing: a text or a number",
        ),
        (
            "value: 100",
            "value: 0x100000000 #",
            "`value` of a constant has 32 bits at most",
        ),
        (
            "value: 100",
            "value: true #",
            "`value` is a text or a number",
        ),
        (
            "    name: rights\n    type: flags\n    entries: [read, write]",
            "    name: rights #\n    type: flags",
            "`entries` is missing: a list of names",
        ),
        (
            "    entries: [read, write]",
            "    entries:\n    - {name: read, value: 32} #",
            "`value` is a number from 0 to 31",
        ),
        (
            "    entries: [read, write]",
            "    entries:\n      -\n        name: read\n        value: 31\n      - write #",
            "`write` is above 31",
        ),
        (
            "    entries: [read, write]",
            "    entries:\n      - {nam: read} #",
            "entry has no `nam`; allowed: name, value, doc",
        ),
        (
            "    entries: [read, write]",
            "    entries: read #",
            "`entries` is a list",
        ),
        (
            "value-start: 1",
            "value-start: -1 #",
            "`value-start` is a number from 0 to 4294967295",
        ),
    ]);
    let place = "    value: 100";
    words_refused(
        place,
        "constant",
        &[
            (
                "header",
                "all that is named stands in the header that is made",
            ),
            (
                "scope",
                "all that is named stands in the header that is made",
            ),
        ],
    );
    words_refused(
        "    entries: [read, write]",
        "flags",
        &[
            ("render-max", "no maximum is defined"),
            ("members", "structs are no attributes of a new family"),
        ],
    );
    let why = "`type: struct` is not supported: structs are no attributes of a new family";
    refused(
        "    name: word\n    type: const\n    value: Hello",
        "    name: word\n    type: struct #",
        why,
    );
}

#[test]
fn sets_and_their_nests() {
    let all = "demo, part, short";
    all_refused(&[
        ("    name: short\n", "    name: short\n    prefix: x #\n", "set has no `prefix`; allowed: name, name-prefix, enum-name, doc, subset-of, attributes, required, optional"),
        ("subset-of: demo", "subset-of: demos #", "there is no set `demos`; allowed: demo, part"),
        ("    attributes:\n      -\n        name: text\n\n", "    attributes:\n      -\n        name: id #\n\n", "there is no attribute of `demo` `id`; allowed: text, bytes, digest, is-urgent, u8, u16, u32, u64, s8, s16, s32, s64, uint, sint, be16, be32, be64, set, bits, part, parts, names, old, few"),
        ("    attributes:\n      -\n        name: text\n\n", "    attributes:\n      -\n        name: text\n        type: string #\n\n", "attribute of a part of a set has no `type`; allowed: name"),
        ("        name: part\n        type: nest\n        nested-attributes: part", "        name: part #\n        type: nest\n        nested-attributes: parts", &format!("there is no set `parts`; allowed: {all}")),
        ("        name: note\n        type: string", "        name: note #\n        type: nest\n        nested-attributes: part", "nests of `part` are in themselves: part -> part"),
        ("value: 40", "value: 0 #", "`value` is a number from 1 to 16383"),
        ("value: 40", "value: 16384 #", "`value` is a number from 1 to 16383"),
        ("value: 40", "value: 3 #", "`digest` has the number 3 already"),
        ("        name: note\n", "        name: id #\n", "`id` is there already"),
        ("required: [id]", "required: [ids] #", "there is no attribute of `part` `ids`; allowed: id, note"),
        ("optional: [note]", "optional: {} #", "`optional` is a list"),
    ]);
    words_refused(
        "    subset-of: demo",
        "set",
        &[
            (
                "header",
                "all that is named stands in the header that is made",
            ),
            ("attr-cnt-name", "no count is defined"),
            ("attr-max-name", "no maximum is defined"),
        ],
    );
}

#[test]
fn nests_11_deep() {
    let mut sets = String::from("    name: short\n    subset-of: demo\n");
    for depth in 0..12 {
        let mark = if depth == 10 { " #" } else { "" };
        let inside = match depth {
            11 => "type: flag".into(),
            _ => format!("type: nest, nested-attributes: d{}", depth + 1),
        };
        sets = format!(
            "    name: d{depth}\n    attributes:\n      - {{name: x, {inside}}}{mark}\n  -\n{sets}"
        );
    }
    let text = changed("    name: short\n    subset-of: demo\n", &sets);
    let error = read(&text).map(|_| ()).unwrap_err();

    assert!(error.ends_with("nests are more than 10 deep: d1 -> d2 -> d3 -> d4 -> d5 -> d6 -> d7 -> d8 -> d9 -> d10"), "{error}");
}

#[test]
fn types_of_attributes() {
    const ALLOWED: &str = "unused, flag, string, binary, bitfield32, uint, sint, u8, u16, u32, u64, s8, s16, s32, s64, nest, indexed-array";
    let name = "        name: s16\n        type: s16\n";
    let cases: &[(&str, &str)] = &[
        (
            "        type: u17",
            &format!("`u17` is no type of an attribute; allowed: {ALLOWED}"),
        ),
        (
            "        type: pad",
            "`pad` is not supported: a u64 is aligned to 4 bytes, leave it out",
        ),
        (
            "        type: nest-type-value",
            "`nest-type-value` is not supported: say `indexed-array`, whose numbers mean nothing",
        ),
        (
            "        type: sub-message",
            "`sub-message` is not supported: an attribute has one form alone",
        ),
        (
            "        type: indexed-array\n        sub-type: u32",
            "`indexed-array` of u32 is not supported; allowed: nest",
        ),
        (
            "        type: flag\n        multi-attr: true",
            "`multi-attr` of a flag: it is there or not, and not often",
        ),
        (
            "        type: s16\n        byte-order: big-endian",
            "`byte-order` is of other types; allowed: u16, u32, u64",
        ),
        (
            "        type: u8\n        byte-order: big-endian",
            "`byte-order` is of other types; allowed: u16, u32, u64",
        ),
        (
            "        type: u16\n        byte-order: little-endian",
            "`byte-order` little-endian is not supported; allowed: big-endian",
        ),
    ];
    for (form, message) in cases {
        refused(name, &format!("        name: s16\n{form} #\n"), message);
    }
    all_refused(&[
        (KIND, "        type: s16\n        nested-attributes: part #\n", "`nested-attributes` is of other types; allowed: nest, indexed-array"),
        (KIND, "        type: s16\n        sub-type: nest #\n", "`sub-type` is of other types; allowed: indexed-array"),
        ("        name: s16\n        type: s16\n", "        name: s16 #\n        type: indexed-array\n", "`sub-type` is missing: a text"),
        ("        name: s16\n        type: s16\n", "        name: s16 #\n        type: nest\n", "`nested-attributes` is missing: a text"),
        (KIND, "        type: flag\n        byte-order: big-endian #\n", "`byte-order` is of other types; allowed: u16, u32, u64"),
        (KIND, "        type: string\n        enum: color #\n", "`enum` is of other types; allowed: numbers, bitfield32"),
        (KIND, "        type: s16\n        multi-attr: often #\n", "`multi-attr` is true or false"),
        (KIND, "        type: s16\n        kind: x #\n", "attribute has no `kind`; allowed: name, type, value, doc, byte-order, multi-attr, nested-attributes, sub-type, enum, enum-as-flags, checks, display-hint"),
    ]);
    words_refused(
        "        type: s16",
        "attribute",
        &[
            (
                "type-value",
                "say `type: indexed-array`, whose numbers mean nothing",
            ),
            ("struct", "give the members attributes of their own"),
            ("sub-message", "an attribute has one form alone"),
            ("selector", "an attribute has one form alone"),
            ("name-prefix", "the set has one"),
        ],
    );
}

#[test]
fn checks_of_attributes() {
    let cases: &[(&str, &str, &str)] = &[
        ("s16", "{max-len: 3}", "`checks` of s16 has no `max-len`; allowed: min, max"),
        ("s16", "{flags-mask: rights}", "`checks` of s16 has no `flags-mask`; allowed: min, max"),
        ("string", "{min-len: 3}", "`checks` of string has no `min-len`; allowed: max-len"),
        ("string", "{unterminated-ok: true}", "`unterminated-ok` of `checks` of string is not supported: a string ends in its only NUL"),
        ("binary", "{max: 3}", "`checks` of binary has no `max`; allowed: min-len, max-len, exact-len"),
        ("flag", "{min: 1}", "`checks` of flag has no `min`; allowed: "),
        ("u32", "{min: 4, max: 3}", "`min` 4 is above `max` 3"),
        ("binary", "{min-len: 4, max-len: 3}", "`min-len` 4 is above `max-len` 3"),
        ("binary", "{exact-len: 4, max-len: 5}", "`exact-len` stands alone"),
        ("u32", "{flags-mask: rights, max: 3}", "`flags-mask` stands alone"),
        ("u8", "{max: 256}", "`max` 256 is beyond u8; allowed: 0 to 255"),
        ("s8", "{min: -129}", "`min` -129 is beyond s8; allowed: -128 to 127"),
        ("string", "{max-len: 65531}", "`max-len` 65531 is beyond string; allowed: 0 to 65530"),
        ("binary", "{max-len: 65532}", "`max-len` 65532 is beyond binary; allowed: 0 to 65531"),
        ("u32", "{max: most}", "there is no constant `most`; allowed: text-max"),
        ("u32", "{max: word}", "there is no number `word`; allowed: text-max"),
        ("u32", "{flags-mask: color}", "there is no flags `color`; allowed: rights"),
    ];
    for (kind, checks, message) in cases {
        let new = format!("        type: {kind}\n        checks: {checks} #\n");
        refused(KIND, &new, message);
    }
    all_refused(&[
        (
            KIND,
            "        type: u16\n        enum: colors #\n",
            "there is no enum `colors`; allowed: color, sparse, far, rights",
        ),
        (
            KIND,
            "        type: u16\n        enum-as-flags: true #\n",
            "`enum-as-flags` without `enum`: the name of an enum",
        ),
        (
            KIND,
            "        type: u8\n        enum: far #\n",
            "`far` is beyond u8",
        ),
    ]);
}

#[test]
fn operations() {
    all_refused(&[
        ("operations:\n", "operations:\n  enum-model: directional #\n", "`enum-model` has one value that is supported; allowed: unified"),
        ("operations:\n", "operations:\n  prefix: x #\n", "`operations` has no `prefix`; allowed: enum-model, name-prefix, enum-name, list"),
        ("      name: touch\n", "      name: touch\n      kind: x #\n", "operation has no `kind`; allowed: name, value, doc, attribute-set, flags, do, dump, event, notify, mcgrp"),
        ("      name: touch\n      doc: Takes and gives nothing.\n      do:\n", "      name: touch #\n      doc: Takes and gives nothing.\n", "an operation has one of: do, dump, event, notify"),
        ("      name: touch\n      doc: Takes and gives nothing.\n      do:\n", "      name: touch\n      doc: Takes and gives nothing.\n      dump: #\n", "`dump` has entries: `reply` is missing"),
        ("      name: told\n", "      name: told #\n      do:\n", "a notification has a number of its own: no `do` and no `dump`"),
        ("      name: told\n", "      name: told\n      flags: [uns-admin-perm] #\n", "`flags` is of requests: who may join is said by the group"),
        ("value: 16\n", "value: 15 #\n", "`value` is a number from 16 to 255"),
        ("value: 16\n", "value: 256 #\n", "`value` is a number from 16 to 255"),
        ("      name: put\n      value: 16\n", "      name: put #\n", "`put` has the number 1; `value` allows 16 to 255"),
        ("      name: touch\n", "      name: touch #\n      value: 16\n", "`put` has the name or the number 16 already"),
        ("      name: touch\n", "      name: put #\n", "`put` has the name or the number 18 already"),
        ("[uns-admin-perm]", "[admin-perm] #", "`admin-perm` asks for a right over the whole machine, which no command does; allowed: uns-admin-perm"),
        ("[uns-admin-perm]", "[root] #", "there is no flag `root`; allowed: uns-admin-perm"),
        ("      do:\n        request:\n          attributes: [text]\n", "      do:\n        pre: x #\n        request:\n          attributes: [text]\n", "`pre` of `do` is not supported: a handler calls what it needs"),
        ("      do:\n        request:\n          attributes: [text]\n", "      do:\n        post: x #\n        request:\n          attributes: [text]\n", "`post` of `do` is not supported: `Answer::then` follows the answer"),
        ("          attributes: [text]\n", "          attributes: [text]\n          value: 3 #\n", "`value` of `request` is not supported: requests and answers have one number"),
        ("          attributes: [text]\n", "          attributes: [tex] #\n", "there is no attribute of `demo` `tex`; allowed: text, bytes, digest, is-urgent, u8, u16, u32, u64, s8, s16, s32, s64, uint, sint, be16, be32, be64, set, bits, part, parts, names, old, few"),
        ("          attributes: [text]\n", "          attributes: [old] #\n", "`old` is unused: no message carries it"),
        ("          attributes: [text]\n", "          attributes: [text, text] #\n", "`text` is there twice"),
        ("          attributes: [text]\n", "          attributes: [text]\n          required: [u8] #\n", "there is no attribute `u8`; allowed: text"),
        ("          attributes: [text]\n", "          attributes: [names]\n          required: [names] #\n", "`names` is multi-attr: none at all is allowed as it is"),
        ("          attributes: [text]\n", "          attributes: [is-urgent]\n          required: [is-urgent] #\n", "`is-urgent` is a flag: it may be missing as it is"),
        ("          attributes: [text]\n", "          attributes: [text]\n          optional: [text] #\n", "`request` has no `optional`; allowed: attributes, required"),
    ]);
    words_refused(
        "  list:\n    -\n      name: put",
        "`operations`",
        &[
            (
                "async-prefix",
                "notifications are in the enum of all messages",
            ),
            (
                "async-enum",
                "notifications are in the enum of all messages",
            ),
            (
                "fixed-header",
                "attributes follow the header of the message",
            ),
        ],
    );
    words_refused(
        "      value: 16",
        "operation",
        &[
            (
                "fixed-header",
                "attributes follow the header of the message",
            ),
            ("dont-validate", "all that is sent is checked"),
            ("config-cond", "a family has all its commands"),
        ],
    );
}

#[test]
fn notifications_and_groups() {
    all_refused(&[
        ("      do:\n    -\n      name: told", "      do:\n      mcgrp: news #\n    -\n      name: told", "`mcgrp` is of notifications: `event` or `notify` is missing"),
        ("      notify: get\n", "      event: {}\n      notify: get #\n", "`notify` and `event` are one too many"),
        ("      name: got\n      doc: Everything was given.\n      notify: get\n      mcgrp: secrets\n", "      name: got #\n      doc: Everything was given.\n      notify: get\n", "`mcgrp` is missing: the group that is notified"),
        ("      mcgrp: secrets\n", "      mcgrp: secret #\n", "there is no group `secret`; allowed: news, secrets"),
        ("      notify: get\n", "      notify: touch #\n", "there is no command with a reply before it `touch`; allowed: get"),
        ("      attribute-set: short\n      event:\n        attributes: [text]\n", "      event:\n        attributes: [text] #\n", "`attribute-set` of the operation is missing"),
        ("      value: 7\n", "      value: 1025 #\n", "`value` is a number from 1 to 1024"),
        ("      name: secrets\n      value: 7\n", "      name: secrets #\n      value: 1\n", "`news` has the name or the number 1 already"),
        ("      value: 7\n", "      number: 7 #\n", "group has no `number`; allowed: name, value, c-define-name, flags, doc"),
        ("[cap-sys-admin]", "[root] #", "there is no flag `root` of a group; allowed: uns-admin-perm, cap-sys-admin"),
    ]);
}

#[test]
fn operations_that_are_missing() {
    let (before, rest) = super::DESCRIPTION.split_once("operations:").unwrap();
    let (_, after) = rest.split_once("mcast-groups:").unwrap();
    let without = format!("{before}mcast-groups:{after}");
    assert_eq!(
        read(&without).map(|_| ()).unwrap_err(),
        "demo.yaml:3: `operations` is missing"
    );

    let empty = format!("{before}operations:\n  enum-name: x\nmcast-groups:{after}");
    assert!(read(&empty)
        .map(|_| ())
        .unwrap_err()
        .ends_with(": `list` is missing: the operations"));
}

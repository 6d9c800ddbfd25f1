// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values of each kind, in and out.

use super::encode::Encoder;
use super::{SpecFamily, SpecObject, SpecOperation, SpecValue};
use crate::netlink::{BlamedPlace, Error};
use proptest::collection::vec;
use proptest::prelude::*;

const SPEC: &str = "
name: every
protocol: netlink-raw
protonum: 0
definitions:
  - {name: name-len, type: const, value: 4}
  - {name: color, type: enum, entries: [red, {name: blue, value: 5}, green]}
  - {name: bit, type: flags, entries: [one, two, {name: five, value: 4}]}
  - {name: inner, type: struct, members: [{name: port, type: u16, byte-order: big-endian}]}
  - name: header
    type: struct
    members:
      - {name: family, type: u8}
      - {name: gap, type: pad, len: 1}
      - {name: inner, type: binary, struct: inner}
      - {name: paint, type: u32, enum: color}
      - {name: label, type: binary, len: name-len}
attribute-sets:
  - name: attrs
    attributes:
      - {name: u8, type: u8}
      - {name: s16, type: s16}
      - {name: be32, type: u32, byte-order: big-endian}
      - {name: uint, type: uint}
      - {name: sint, type: sint}
      - {name: text, type: string}
      - {name: flag, type: flag}
      - {name: raw, type: binary}
      - {name: mac, type: binary, display-hint: mac}
      - {name: ipv4, type: u32, byte-order: big-endian, display-hint: ipv4}
      - {name: ip, type: binary, display-hint: ipv4-or-v6}
      - {name: hex, type: u16, display-hint: hex}
      - {name: uuid, type: binary, display-hint: uuid}
      - {name: color, type: u32, enum: color}
      - {name: bits, type: u32, enum: bit}
      - {name: colors, type: u8, enum: color, enum-as-flags: true}
      - {name: field, type: bitfield32, enum: bit}
      - {name: struct, type: binary, struct: header}
      - {name: numbers, type: binary, sub-type: u16}
      - {name: nest, type: nest, nested-attributes: attrs}
      - {name: many, type: u32, multi-attr: true}
      - {name: rows, type: indexed-array, sub-type: nest, nested-attributes: attrs}
      - {name: words, type: indexed-array, sub-type: u32, enum: color}
      - {name: kind, type: string}
      - {name: data, type: sub-message, sub-message: data-msg, selector: kind}
      - {name: pad, type: pad}
      - {name: by, type: nest-type-value, type-value: [major, minor], nested-attributes: attrs}
      - {name: unused, type: unused}
      - {name: plain-field, type: bitfield32}
  - {name: some, subset-of: attrs, attributes: [{name: text}, {name: raw, type: u32}]}
sub-messages:
  - name: data-msg
    formats:
      - {value: struct, fixed-header: header}
      - {value: attrs, attribute-set: attrs}
      - {value: both, fixed-header: header, attribute-set: attrs}
operations:
  list:
    - {name: do-it, attribute-set: attrs, do: {request: {attributes: [u8]}, reply: {attributes: [u8]}}}
    - {name: headed, attribute-set: attrs, fixed-header: header, do: {request: {}, reply: {}}}
    - {name: special, attribute-set: some, do: {request: {}, reply: {}}}
";

fn family() -> SpecFamily {
    SpecFamily::parse(SPEC).unwrap()
}

fn operation<'f>(family: &'f SpecFamily, name: &str) -> &'f SpecOperation {
    family.operation(name).unwrap()
}

fn object(json: &str) -> SpecObject<'static> {
    match serde_json::from_str(json).unwrap() {
        SpecValue::Object(object) => object,
        other => panic!("{other:?}"),
    }
}

fn encoded<'f>(family: &'f SpecFamily, name: &str, json: &str) -> Result<Encoder<'f>, Error> {
    Encoder::encode(family, operation(family, name), Vec::new(), &object(json))
}

/// Returns the payload that `json` is encoded to.
fn bytes(name: &str, json: &str) -> Vec<u8> {
    encoded(&family(), name, json).unwrap().bytes
}

/// Returns what `payload` is decoded to.
fn decoded(name: &str, payload: &[u8]) -> String {
    let family = family();
    let object = family.decode(operation(&family, name), payload).unwrap();

    serde_json::to_string(&object).unwrap()
}

/// Returns what `json` is after it went out and came back.
fn returned(name: &str, json: &str) -> String {
    decoded(name, &bytes(name, json))
}

#[test]
fn every_kind_of_value_comes_back_as_it_went() {
    for json in [
        r#"{"u8":255}"#,
        r#"{"s16":-2}"#,
        r#"{"be32":4294967295}"#,
        r#"{"uint":18446744073709551615,"sint":-9223372036854775808}"#,
        r#"{"text":"a b","flag":true}"#,
        r#"{"raw":"00ff10","mac":"02:00:00:00:00:0a"}"#,
        r#"{"ipv4":"10.0.0.1","ip":"fe80::1","hex":"0xbeef"}"#,
        r#"{"uuid":"00112233-4455-6677-8899-aabbccddeeff"}"#,
        r#"{"color":"green","bits":["five","one"],"colors":["blue"]}"#,
        r#"{"field":{"value":["two"],"selector":["one","two"]},"plain-field":{"value":1,"selector":3}}"#,
        r#"{"struct":{"family":2,"inner":{"port":80},"paint":"blue","label":"00010203"}}"#,
        r#"{"numbers":[1,65535],"many":[1,2,1]}"#,
        r#"{"nest":{"nest":{"u8":1},"text":"x"}}"#,
        r#"{"rows":[{"0":{"u8":1}},{"1":{"u8":2}}],"words":["red","green"]}"#,
        r#"{"kind":"attrs","data":{"u8":7}}"#,
        r#"{"kind":"both","data":{"family":1,"inner":{"port":0},"paint":"red","label":"00000000","u8":7}}"#,
        r#"{"by":{"major":3,"minor":4,"u8":1}}"#,
    ] {
        assert_eq!(returned("do-it", json), json);
    }
}

#[test]
fn bytes_are_those_of_the_kernels_structs() {
    let number = 0x0102_0304u32;
    assert_eq!(
        bytes("do-it", r#"{"be32":16909060}"#),
        [&[8, 0, 3, 0][..], &number.to_be_bytes()].concat()
    );
    assert_eq!(bytes("do-it", r#"{"u8":9}"#), [5, 0, 1, 0, 9, 0, 0, 0]);
    assert_eq!(bytes("do-it", r#"{"text":"hi"}"#), *b"\x07\0\x06\0hi\0\0");
    assert_eq!(bytes("do-it", r#"{"flag":true}"#), [4, 0, 7, 0]);
    assert!(bytes("do-it", r#"{"flag":false}"#).is_empty());
    // A nest is marked as one, and so is a row of elements.
    assert_eq!(
        bytes("do-it", r#"{"nest":{"flag":true}}"#),
        [8, 0, 20, 0x80, 4, 0, 7, 0]
    );
    assert_eq!(
        bytes("do-it", r#"{"rows":[{"flag":true}]}"#),
        [12, 0, 22, 0x80, 8, 0, 0, 0x80, 4, 0, 7, 0]
    );
    // Numbers of no fixed size take 4 bytes where that is enough.
    assert_eq!(bytes("do-it", r#"{"uint":4294967295}"#).len(), 8);
    assert_eq!(bytes("do-it", r#"{"uint":4294967296}"#).len(), 12);
    assert_eq!(bytes("do-it", r#"{"sint":-2147483649}"#).len(), 12);
}

#[test]
fn a_header_goes_before_the_attributes_and_comes_behind_them() {
    let payload = bytes("headed", r#"{"u8":1,"paint":5,"inner":{"port":258}}"#);

    assert_eq!(
        payload,
        [
            &[0, 0, 1, 2, 5, 0, 0, 0, 0, 0, 0, 0][..],
            &[5, 0, 1, 0, 1, 0, 0, 0]
        ]
        .concat()
    );
    assert_eq!(
        decoded("headed", &payload),
        r#"{"u8":1,"family":0,"inner":{"port":258},"paint":"blue","label":"00000000"}"#
    );
    assert!(family()
        .decode(operation(&family(), "headed"), &payload[..11])
        .is_err());
}

#[test]
fn words_of_the_command_line_are_values_of_each_kind() {
    for (words, json) in [
        (r#"{"u8":"0x10"}"#, r#"{"u8":16}"#),
        (r#"{"s16":"-5"}"#, r#"{"s16":-5}"#),
        (r#"{"text":7}"#, r#"{"text":"7"}"#),
        (r#"{"flag":"true"}"#, r#"{"flag":true}"#),
        (r#"{"color":"5"}"#, r#"{"color":"blue"}"#),
        (r#"{"bits":"one,five"}"#, r#"{"bits":["five","one"]}"#),
        (r#"{"bits":3}"#, r#"{"bits":["one","two"]}"#),
        (r#"{"bits":"[\"two\"]"}"#, r#"{"bits":["two"]}"#),
        (
            r#"{"field":"one"}"#,
            r#"{"field":{"value":["one"],"selector":["one"]}}"#,
        ),
        (
            r#"{"mac":"020000000001"}"#,
            r#"{"mac":"02:00:00:00:00:01"}"#,
        ),
        (r#"{"mac":"2:0:0:0:0:1"}"#, r#"{"mac":"02:00:00:00:00:01"}"#),
        (r#"{"ip":"10.0.0.1"}"#, r#"{"ip":"10.0.0.1"}"#),
        (r#"{"many":5}"#, r#"{"many":[5]}"#),
        (r#"{"many":"[1,2]"}"#, r#"{"many":[1,2]}"#),
        (r#"{"many":["1","2"]}"#, r#"{"many":[1,2]}"#),
        (r#"{"nest":"{\"u8\":1}"}"#, r#"{"nest":{"u8":1}}"#),
        (r#"{"nest":""}"#, r#"{"nest":{}}"#),
        (
            r#"{"rows":[{"7":{"u8":1}}]}"#,
            r#"{"rows":[{"7":{"u8":1}}]}"#,
        ),
    ] {
        assert_eq!(returned("do-it", words), json, "{words}");
    }
}

#[test]
fn what_does_not_fit_is_an_error_with_the_path_of_the_attribute() {
    for (json, attr, words) in [
        (r#"{"u8":256}"#, "u8", "256 is no number from 0 to 255"),
        (r#"{"s16":-32769}"#, "s16", "from -32768 to 32767"),
        (r#"{"u8":"x"}"#, "u8", "`x` is no number"),
        (r#"{"u8":[1]}"#, "u8", "one value, not a list"),
        (
            r#"{"u9":1}"#,
            "u9",
            "there is no such attribute; there is u8",
        ),
        (r#"{"nest":{"nest":{"u8":-1}}}"#, "nest.nest.u8", "-1"),
        (r#"{"nest":{"nset":{}}}"#, "nest.nset", "there is nest"),
        (r#"{"nest":5}"#, "nest", "it takes attributes"),
        (
            r#"{"color":"blu"}"#,
            "color",
            "color has no `blu`; it has blue",
        ),
        (r#"{"bits":["six"]}"#, "bits", "bit has no `six`"),
        (r#"{"text":"a\u0000b"}"#, "text", "NUL"),
        (r#"{"text":{}}"#, "text", "not an object"),
        (r#"{"raw":"0"}"#, "raw", "row of hexadecimal digits"),
        (r#"{"ip":"1.2.3"}"#, "ip", "`1.2.3` is no IP address"),
        (r#"{"mac":"zz"}"#, "mac", "hardware address"),
        (r#"{"flag":"no"}"#, "flag", "not true or false"),
        (
            r#"{"field":{"mask":1}}"#,
            "field.mask",
            "there is value, selector",
        ),
        (
            r#"{"struct":{"famly":1}}"#,
            "struct.famly",
            "there is family",
        ),
        (
            r#"{"struct":{"label":"0001020304"}}"#,
            "struct.label",
            "more than 4 bytes",
        ),
        (
            r#"{"struct":{"inner":{"port":65536}}}"#,
            "struct.inner.port",
            "65536",
        ),
        (r#"{"rows":[{"u8":1},{"u8":"x"}]}"#, "rows.1.u8", "`x`"),
        (
            r#"{"data":{}}"#,
            "data",
            "`kind` is missing, which selects its format: struct, attrs, both",
        ),
        (
            r#"{"kind":"atrs","data":{}}"#,
            "data",
            "no format for `atrs`; it has attrs",
        ),
        (r#"{"kind":"attrs","data":{"u8":"x"}}"#, "data.u8", "`x`"),
        (r#"{"by":{"major":1}}"#, "by.minor", "missing"),
        (r#"{"pad":1}"#, "pad", "nothing can be sent"),
        (r#"{"nest":"{"}"#, "nest", "is no JSON"),
    ] {
        let family = family();
        let error = encoded(&family, "do-it", json).err().expect(json);
        assert!(error.is_usage, "{json}");
        assert_eq!(error.attr.as_deref(), Some(attr), "{json}: {error}");
        assert!(error.message.contains(words), "{json}: {error}");
    }
}

#[test]
fn a_value_beyond_the_length_of_an_attribute_is_an_error() {
    let family = family();
    let fits = format!(r#"{{"raw":"{}"}}"#, "00".repeat(65_531));
    let long = format!(r#"{{"raw":"{}"}}"#, "00".repeat(65_532));

    assert!(encoded(&family, "do-it", &fits).is_ok());
    let error = encoded(&family, "do-it", &long).err().unwrap();
    assert!(error.message.contains("65531"), "{error}");
}

#[test]
fn nests_deeper_than_any_family_has_are_an_error_and_no_overflow() {
    let family = family();
    let mut value = SpecObject::default();
    for _ in 0..10_000 {
        let mut outer = SpecObject::default();
        outer.push("nest", SpecValue::Object(value));
        value = outer;
    }
    let encoded = Encoder::encode(&family, operation(&family, "do-it"), Vec::new(), &value);
    let error = encoded.err().unwrap();

    assert!(error.message.contains("nests deep"), "{error}");
    // The drop of the value would go as deep.
    std::mem::forget(value);
}

#[test]
fn what_the_spec_does_not_know_is_shown_as_it_came() {
    // Type 99, once and twice; a nest of type 98.
    let unknown = [6, 0, 99, 0, 1, 2, 0, 0];
    let nest = [12, 0, 98, 0x80, 5, 0, 1, 0, 7, 0, 0, 0];

    assert_eq!(decoded("do-it", &unknown), r#"{"UnknownAttr(99)":"0102"}"#);
    assert_eq!(
        decoded("do-it", &[unknown, unknown].concat()),
        r#"{"UnknownAttr(99)":["0102","0102"]}"#
    );
    assert_eq!(
        decoded("do-it", &nest),
        r#"{"UnknownAttr(98)":{"UnknownAttr(1)":"07"}}"#
    );
    assert_eq!(
        decoded("do-it", &[8, 0, 14, 0, 9, 0, 0, 0]),
        r#"{"color":"Unknown(9)"}"#
    );
    // A number of another size, a sub-message that nothing selects, and padding.
    assert_eq!(decoded("do-it", &unknown_of(1)), r#"{"u8":"0102"}"#);
    assert_eq!(decoded("do-it", &unknown_of(25)), r#"{"data":"0102"}"#);
    assert_eq!(decoded("do-it", &unknown_of(26)), "{}");
    // An older kernel's struct is shorter.
    assert_eq!(
        decoded("do-it", &[8, 0, 18, 0, 2, 0, 0, 80]),
        r#"{"struct":{"family":2,"inner":{"port":80}}}"#
    );
}

/// Returns an attribute of this type with two bytes.
fn unknown_of(nla_type: u8) -> [u8; 8] {
    [6, 0, nla_type, 0, 1, 2, 0, 0]
}

#[test]
fn a_subset_has_its_attributes_and_those_that_are_special_in_it() {
    let json = r#"{"text":"x","raw":5}"#;

    assert_eq!(returned("special", json), json);
    let family = family();
    let error = encoded(&family, "special", r#"{"u8":1}"#).err().unwrap();
    assert!(error.message.ends_with("there is raw, text"), "{error}");
}

#[test]
fn the_attribute_that_the_kernel_blames_has_a_path() {
    let family = family();
    let json = r#"{"u8":1,"nest":{"text":"x","nest":{"u8":2}},"kind":"attrs","data":{"u8":3}}"#;
    let places = encoded(&family, "do-it", json).unwrap().places;
    let at = |offset| {
        let blamed = BlamedPlace {
            offset: Some(offset),
            ..BlamedPlace::default()
        };
        places.blamed(&family, &blamed)
    };
    let missing = |miss_nest| {
        let blamed = BlamedPlace {
            miss_type: Some(7),
            miss_nest,
            ..BlamedPlace::default()
        };
        places.blamed(&family, &blamed)
    };

    // The header has 16 bytes, and each of these attributes and heads of nests has 8 or 4.
    for (offset, path) in [
        (16, "u8"),
        (24, "nest"),
        (28, "nest.text"),
        (36, "nest.nest"),
        (40, "nest.nest.u8"),
        (48, "kind"),
        (60, "data"),
        (64, "data.u8"),
    ] {
        assert_eq!(at(offset).as_deref(), Some(path), "{offset}");
    }
    assert_eq!(at(72), None);
    assert_eq!(at(3), None);
    assert_eq!(missing(None).as_deref(), Some("flag"));
    assert_eq!(missing(Some(36)).as_deref(), Some("nest.nest.flag"));
    assert_eq!(missing(Some(60)).as_deref(), Some("data.flag"));
}

#[test]
fn requests_and_answers_have_the_numbers_that_the_enum_model_counts() {
    let directional = "
name: two-ways
attribute-sets: []
operations:
  enum-model: directional
  list:
    - {name: get, do: {request: {value: 3}, reply: {value: 1}}, dump: {reply: {}}}
    - {name: set, do: {request: {}}}
    - {name: get-ntf, notify: get}
    - {name: event, event: {}, value: 9}
";
    let numbers = |text| -> Vec<_> {
        let family = SpecFamily::parse(text).unwrap();
        let operations = family.operations.into_iter();
        operations
            .map(|known| (known.name, known.request, known.reply))
            .collect()
    };
    let named = |name: &str, request, reply| (name.to_owned(), request, reply);

    assert_eq!(
        numbers(directional),
        [
            named("get", Some(3), Some(1)),
            named("set", Some(4), None),
            named("get-ntf", None, Some(2)),
            named("event", None, Some(9)),
        ]
    );
    assert_eq!(numbers(SPEC)[1], named("headed", Some(2), Some(2)));
}

#[test]
fn an_error_in_a_spec_has_its_line_and_what_is_allowed() {
    for (spec, line, words) in [
        ("a: [", 2, "did not find"),
        ("name: x\n", 1, "`operations` is missing"),
        ("name: x\nprotocol: raw\n", 1, "there is genetlink"),
        (
            "name: x\nattribute-sets:\n  - name: one\n    attributes:\n      - {name: a, type: nest, nested-attributes: on}\noperations: {list: []}",
            5,
            "no attribute set `on`; there is one",
        ),
        (
            "name: x\nattribute-sets:\n  - name: one\n    attributes:\n      - {name: a, type: float}\noperations: {list: []}",
            5,
            "`float`",
        ),
        (
            "name: x\ndefinitions:\n  - {name: s, type: struct, members: [{name: m, type: binary, struct: s}]}\noperations: {list: []}",
            3,
            "inside itself",
        ),
    ] {
        let error = SpecFamily::parse(spec).unwrap_err();
        assert_eq!(error.line, line, "{spec}: {error}");
        assert!(error.message.contains(words), "{spec}: {error}");
    }
}

#[test]
fn an_operation_that_there_is_not_is_an_error_with_the_nearest_first() {
    let error = family().operation("dot").err().unwrap();

    assert!(error.is_usage);
    assert_eq!(
        error.message,
        "every has no command `dot`; it has do-it, headed, special"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(payload in vec(any::<u8>(), 0..200)) {
        let family = family();
        for operation in &family.operations {
            if let Ok(object) = family.decode(operation, &payload) {
                serde_json::to_string(&object).unwrap();
            }
        }
    }

    #[test]
    fn any_row_of_attributes_is_decoded(attrs in vec((1u16..35, vec(any::<u8>(), 0..40)), 0..8)) {
        let family = family();
        let mut payload = Vec::new();
        for (nla_type, value) in &attrs {
            crate::wire::put_attr(&mut payload, *nla_type, value).unwrap();
        }
        let object = family.decode(operation(&family, "do-it"), &payload).unwrap();
        serde_json::to_string(&object).unwrap();
    }
}

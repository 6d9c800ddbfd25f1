// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes that an operation takes, for people.

use super::family::{
    AttrForm, Element, EnumUse, MemberForm, Scalar, SpecAttr, SpecFamily, SpecOperation, Width,
};
use std::fmt::Write;

/// An attribute that a request can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttrLine {
    /// Name, with the names of the attributes around it: `linkinfo.kind`.
    pub path: String,
    /// Type of its value, in words of the spec's format: `u32`, `nest of linkinfo-attrs`.
    pub kind: String,
    /// Whether it may be there several times.
    pub is_multi: bool,
    /// Words that stand for numbers or bits.
    pub words: Vec<String>,
}

impl SpecFamily {
    /// Lists what a request for `operation` takes: members of its header, attributes that the spec lists for it, all of
    /// its set where it lists none, and those inside them.
    pub fn describe(&self, operation: &SpecOperation) -> Vec<AttrLine> {
        let mut lines = Vec::new();
        if let Some(header) = operation.header {
            self.describe_members(header, "", &mut lines);
        }
        if let Some(set) = operation.set {
            let listed = |name: &String| operation.attrs.contains(name);
            let attrs = self.sets[set].attrs.iter();
            let wanted = attrs.filter(|a| operation.attrs.is_empty() || listed(&a.name));
            for attr in wanted {
                self.describe_attr(attr, "", &mut vec![set], &mut lines);
            }
        }
        lines
    }

    fn describe_members(&self, index: usize, outer: &str, lines: &mut Vec<AttrLine>) {
        for member in &self.structs[index].members {
            let path = format!("{outer}{}", member.name);
            let (kind, words) = match &member.form {
                MemberForm::Pad => continue,
                MemberForm::Scalar(scalar) => (scalar.kind(), scalar.words),
                MemberForm::Bytes(_) => (format!("{} bytes", member.size), None),
                MemberForm::Struct(index) => {
                    self.describe_members(*index, &format!("{path}."), lines);
                    continue;
                }
            };
            lines.push(AttrLine {
                path,
                kind,
                is_multi: false,
                words: self.words_of(words),
            });
        }
    }

    /// Adds `attr` and what is inside it, unless its set is around it already.
    fn describe_attr(
        &self,
        attr: &SpecAttr,
        outer: &str,
        around: &mut Vec<usize>,
        lines: &mut Vec<AttrLine>,
    ) {
        let path = format!("{outer}{}", attr.name);
        let Some((kind, words, inside)) = self.kind_of(&attr.form) else {
            return;
        };
        lines.push(AttrLine {
            path: path.clone(),
            kind,
            is_multi: attr.is_multi,
            words: self.words_of(words),
        });
        match inside {
            Inside::Set(set) if !around.contains(&set) => {
                around.push(set);
                for attr in &self.sets[set].attrs {
                    self.describe_attr(attr, &format!("{path}."), around, lines);
                }
                around.pop();
            }
            Inside::Struct(index) => self.describe_members(index, &format!("{path}."), lines),
            _ => {}
        }
    }

    /// Returns the type in words, the words for its numbers and what is inside; `None` where nothing can be sent.
    fn kind_of(&self, form: &AttrForm) -> Option<(String, Option<EnumUse>, Inside)> {
        let set_name = |set: usize| &self.sets[set].name;
        let plain = |kind: &str| (kind.to_owned(), None, Inside::Nothing);

        Some(match form {
            AttrForm::Pad | AttrForm::Unused => return None,
            AttrForm::Flag => plain("flag"),
            AttrForm::String => plain("string"),
            AttrForm::Scalar(scalar) => (scalar.kind(), scalar.words, Inside::Nothing),
            AttrForm::Bytes(_) => plain("binary"),
            AttrForm::Struct(index) => ("struct".to_owned(), None, Inside::Struct(*index)),
            AttrForm::Numbers(s) => (format!("array of {}", s.kind()), s.words, Inside::Nothing),
            AttrForm::Nest(set) => {
                let kind = format!("nest of {}", set_name(*set));
                (kind, None, Inside::Set(*set))
            }
            AttrForm::Indexed(element) => self.kind_of_elements(element),
            AttrForm::Bitfield32(words) => ("bitfield32".to_owned(), *words, Inside::Nothing),
            AttrForm::SubMessage {
                sub_message,
                selector,
            } => {
                let known = &self.sub_messages[*sub_message];
                let mut kind = format!("{} by {selector}:", known.name);
                for format in &known.formats {
                    // A string takes all that is written to it.
                    let _ = write!(kind, " {}", format.value);
                }
                (kind, None, Inside::Nothing)
            }
            AttrForm::TypeValue { names, set } => {
                let kind = format!("nest by {} of {}", names.join(", "), set_name(*set));
                (kind, None, Inside::Set(*set))
            }
        })
    }

    fn kind_of_elements(&self, element: &Element) -> (String, Option<EnumUse>, Inside) {
        match element {
            Element::Nest(set) => (
                format!("array of {}", self.sets[*set].name),
                None,
                Inside::Set(*set),
            ),
            Element::Bytes(_) => ("array of binary".to_owned(), None, Inside::Nothing),
            Element::String => ("array of string".to_owned(), None, Inside::Nothing),
            Element::Scalar(s) => (format!("array of {}", s.kind()), s.words, Inside::Nothing),
        }
    }

    fn words_of(&self, words: Option<EnumUse>) -> Vec<String> {
        let entries = words.map(|words| &self.enums[words.index].entries);

        entries
            .into_iter()
            .flatten()
            .map(|(word, _)| word.clone())
            .collect()
    }
}

/// Attributes or members inside an attribute.
enum Inside {
    Nothing,
    Set(usize),
    Struct(usize),
}

impl Scalar {
    /// Returns the type as the spec's format names it.
    fn kind(&self) -> String {
        match (self.width, self.is_signed) {
            (Width::Auto, false) => "uint".to_owned(),
            (Width::Auto, true) => "sint".to_owned(),
            (Width::Bytes(size), false) => format!("u{}", 8 * size),
            (Width::Bytes(size), true) => format!("s{}", 8 * size),
        }
    }
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes and structs to values.

use super::family::{
    AttrForm, DisplayHint, Element, MemberForm, Scalar, SpecAttr, SpecFamily, SpecOperation,
    SubFormat,
};
use super::scalar::shown_bytes;
use super::value::{SpecObject, SpecValue};
use crate::wire::{self, align, Attr, Attrs};
use std::borrow::Cow;

/// Deepest nest that is decoded; what is deeper is shown as bytes.
const DEPTH: usize = 32;

/// The attributes around others, in which a sub-message finds what selects it.
#[derive(Clone, Copy)]
struct AttrScope<'s> {
    set: usize,
    values: &'s SpecObject<'s>,
    outer: Option<&'s AttrScope<'s>>,
    depth: usize,
}

impl SpecFamily {
    /// Decodes the payload of a message of `operation`, after the header of generic netlink.
    ///
    /// What the spec does not know, or has another size there, is shown as bytes: attributes as `UnknownAttr(5)`,
    /// numbers of enums as `Unknown(5)`.
    ///
    /// # Errors
    ///
    /// When the payload is shorter than the operation's header, or is no row of attributes behind it.
    pub fn decode<'a>(
        &'a self,
        operation: &SpecOperation,
        payload: &'a [u8],
    ) -> Result<SpecObject<'a>, wire::Error> {
        let size = self.size_of(operation.header);
        let header = payload.get(..size).ok_or(wire::Error::Truncated)?;
        let attrs = payload.get(align(size)..).unwrap_or_default();
        let mut object = self.attrs(attrs, operation.set, None)?;

        if let Some(index) = operation.header {
            for (name, value) in self.members(index, header).0 {
                match object.get_mut(&name) {
                    Some(place) => *place = value,
                    None => object.push(name, value),
                }
            }
        }
        Ok(object)
    }

    /// Decodes a row of attributes of the set number `set`; without one none is known.
    fn attrs<'a>(
        &'a self,
        bytes: &'a [u8],
        set: Option<usize>,
        outer: Option<&AttrScope<'_>>,
    ) -> Result<SpecObject<'a>, wire::Error> {
        let depth = outer.map_or(0, |scope| scope.depth) + 1;
        let mut object = SpecObject::default();

        for attr in Attrs::new(bytes) {
            let attr = attr?;
            let known = set.and_then(|set| self.sets[set].of_type(attr.kind()));
            let Some(known) = known else {
                let name = format!("UnknownAttr({})", attr.kind());
                object.gather(name, self.unknown_attr(&attr, depth));
                continue;
            };
            let scope = AttrScope {
                set: set.unwrap_or_default(),
                values: &object,
                outer,
                depth,
            };
            match self.attr_value(&attr, known, &scope) {
                None => {}
                Some(value) if known.is_multi => object.append(&known.name, value),
                Some(value) => object.set(&known.name, value),
            }
        }
        Ok(object)
    }

    /// Decodes an attribute that the spec does not have.
    fn unknown_attr<'a>(&'a self, attr: &Attr<'a>, depth: usize) -> SpecValue<'a> {
        let empty = SpecObject::default();
        let scope = AttrScope {
            set: 0,
            values: &empty,
            outer: None,
            depth,
        };

        match attr.is_nested() {
            true => self.nest(attr.value(), None, &scope),
            false => SpecValue::Bytes(attr.value()),
        }
    }

    /// Decodes an attribute; `None` for padding.
    fn attr_value<'a>(
        &'a self,
        attr: &Attr<'a>,
        known: &'a SpecAttr,
        scope: &AttrScope<'_>,
    ) -> Option<SpecValue<'a>> {
        let bytes = attr.value();

        let value = match &known.form {
            AttrForm::Pad => return None,
            AttrForm::Unused => Some(self.unknown_attr(attr, scope.depth)),
            AttrForm::Flag => Some(SpecValue::Bool(true)),
            AttrForm::String => Some(string(bytes)),
            AttrForm::Scalar(scalar) => self.scalar_value(scalar, bytes),
            AttrForm::Bytes(hint) => Some(shown(*hint, bytes)),
            AttrForm::Struct(index) => Some(SpecValue::Object(self.members(*index, bytes))),
            AttrForm::Numbers(scalar) => self.numbers(scalar, bytes),
            AttrForm::Nest(set) => Some(self.nest(bytes, Some(*set), scope)),
            AttrForm::Indexed(element) => self.elements(element, bytes, scope),
            AttrForm::Bitfield32(words) => bytes.split_first_chunk().and_then(|(value, rest)| {
                let selector = u32::from_ne_bytes(rest.try_into().ok()?);
                let value = u32::from_ne_bytes(*value);
                Some(SpecValue::Object(SpecObject(vec![
                    ("value".into(), self.bits_value(*words, value)),
                    ("selector".into(), self.bits_value(*words, selector)),
                ])))
            }),
            AttrForm::SubMessage {
                sub_message,
                selector,
            } => self
                .selected(*sub_message, selector, scope)
                .and_then(|format| self.sub_message(format, bytes, scope)),
            AttrForm::TypeValue { names, set } => self.type_value(names, *set, bytes, scope),
        };

        Some(value.unwrap_or(SpecValue::Bytes(bytes)))
    }

    /// Decodes the attributes of a nest; bytes that are none, and nests that are too deep, are shown as they are.
    fn nest<'a>(
        &'a self,
        bytes: &'a [u8],
        set: Option<usize>,
        scope: &AttrScope<'_>,
    ) -> SpecValue<'a> {
        let attrs = match scope.depth {
            ..DEPTH => self.attrs(bytes, set, Some(scope)).ok(),
            _ => None,
        };

        attrs.map_or(SpecValue::Bytes(bytes), SpecValue::Object)
    }

    /// Decodes attributes whose types count them.
    fn elements<'a>(
        &'a self,
        element: &Element,
        bytes: &'a [u8],
        scope: &AttrScope<'_>,
    ) -> Option<SpecValue<'a>> {
        let value = |item: Attr<'a>| match element {
            Element::Nest(set) => {
                let nest = self.nest(item.value(), Some(*set), scope);
                let number = Cow::Owned(item.kind().to_string());
                Some(SpecValue::Object(SpecObject(vec![(number, nest)])))
            }
            Element::Bytes(hint) => Some(shown(*hint, item.value())),
            Element::String => Some(string(item.value())),
            Element::Scalar(scalar) => self.scalar_value(scalar, item.value()),
        };
        let values = Attrs::new(bytes).map(|item| value(item.ok()?));

        values.collect::<Option<_>>().map(SpecValue::List)
    }

    /// Decodes integers that stand one behind the other.
    fn numbers<'a>(&'a self, scalar: &Scalar, bytes: &'a [u8]) -> Option<SpecValue<'a>> {
        let values = bytes
            .chunks(scalar.size())
            .map(|bytes| self.scalar_value(scalar, bytes));

        values.collect::<Option<_>>().map(SpecValue::List)
    }

    /// Decodes nests in each other whose types are values, and the attributes in the last.
    fn type_value<'a>(
        &'a self,
        names: &'a [String],
        set: usize,
        bytes: &'a [u8],
        scope: &AttrScope<'_>,
    ) -> Option<SpecValue<'a>> {
        let mut object = SpecObject::default();
        let mut bytes = bytes;
        for name in names {
            let inner = Attr::from_bytes(bytes).ok()?;
            object.push(&**name, SpecValue::Unsigned(inner.kind().into()));
            bytes = inner.value();
        }
        match self.nest(bytes, Some(set), scope) {
            SpecValue::Object(attrs) => object.0.extend(attrs.0),
            _ => return None,
        }
        Some(SpecValue::Object(object))
    }

    /// Returns the format of a sub-message that the attribute `selector` selects, in `scope` or around it.
    fn selected(&self, index: usize, selector: &str, scope: &AttrScope<'_>) -> Option<&SubFormat> {
        let mut scope = Some(scope);
        while let Some(here) = scope {
            if self.sets[here.set].called(selector).is_some() {
                let value = here.values.get(selector)?;
                return self.sub_messages[index].format(&selector_text(value)?);
            }
            scope = here.outer;
        }
        None
    }

    fn sub_message<'a>(
        &'a self,
        format: &SubFormat,
        bytes: &'a [u8],
        scope: &AttrScope<'_>,
    ) -> Option<SpecValue<'a>> {
        let size = self.size_of(format.header);
        let mut object = match format.header {
            Some(index) => self.members(index, bytes),
            None => SpecObject::default(),
        };
        if let Some(set) = format.set {
            let attrs = bytes.get(align(size)..).unwrap_or_default();
            match self.nest(attrs, Some(set), scope) {
                SpecValue::Object(attrs) => object.0.extend(attrs.0),
                _ => return None,
            }
        }

        Some(SpecValue::Object(object))
    }

    /// Decodes the members of a struct that are there: an older kernel's may be shorter.
    fn members<'a>(&'a self, index: usize, bytes: &'a [u8]) -> SpecObject<'a> {
        let mut object = SpecObject::default();
        let mut rest = bytes;
        for member in &self.structs[index].members {
            let Some((bytes, behind)) = rest.split_at_checked(member.size) else {
                break;
            };
            rest = behind;
            let value = match &member.form {
                MemberForm::Pad => None,
                MemberForm::Scalar(scalar) => self.scalar_value(scalar, bytes),
                MemberForm::Bytes(hint) => Some(shown(*hint, bytes)),
                MemberForm::Struct(index) => Some(SpecValue::Object(self.members(*index, bytes))),
            };
            if let Some(value) = value {
                object.push(&*member.name, value);
            }
        }
        object
    }
}

/// Returns the value of a selector as the formats of a sub-message have it.
pub(super) fn selector_text<'v>(value: &'v SpecValue<'_>) -> Option<Cow<'v, str>> {
    match value {
        SpecValue::Text(text) => Some(Cow::Borrowed(text)),
        SpecValue::Unsigned(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// Returns a string without the NUL that ends it.
fn string(bytes: &[u8]) -> SpecValue<'_> {
    let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);

    SpecValue::Text(String::from_utf8_lossy(text))
}

fn shown(hint: Option<DisplayHint>, bytes: &[u8]) -> SpecValue<'_> {
    hint.and_then(|hint| shown_bytes(hint, bytes))
        .map_or(SpecValue::Bytes(bytes), SpecValue::from)
}

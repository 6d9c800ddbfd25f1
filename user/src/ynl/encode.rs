// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values to attributes and structs.

use super::blame::AttrPlaces;
use super::decode::selector_text;
use super::family::{
    nearest_first, AttrForm, DisplayHint, Element, EnumUse, MemberForm, Scalar, SpecAttr,
    SpecFamily, SpecOperation, SpecStruct, SubFormat,
};
use super::scalar::{parse_bytes, parse_number};
use super::value::{SpecObject, SpecValue};
use crate::netlink::Error;
use crate::wire::{padding, NLA_F_NESTED, NLA_HDRLEN};
use std::borrow::Cow;

type Result<T> = std::result::Result<T, Error>;

/// Deepest nest that is encoded, as deep as JSON is read.
const DEPTH: usize = 128;

/// Values around an attribute, in which a sub-message finds what selects it.
struct ValueScope<'s> {
    set: usize,
    values: &'s SpecObject<'s>,
    outer: Option<&'s ValueScope<'s>>,
}

/// A payload that is being written.
pub(super) struct Encoder<'f> {
    family: &'f SpecFamily,
    pub(super) bytes: Vec<u8>,
    pub(super) places: AttrPlaces,
    depth: usize,
}

impl<'f> Encoder<'f> {
    /// Writes the header of `operation` and its attributes behind `bytes`, which begin the payload.
    ///
    /// # Errors
    ///
    /// A usage error with the path of the attribute whose value does not fit, or that there is not.
    pub(super) fn encode(
        family: &'f SpecFamily,
        operation: &SpecOperation,
        bytes: Vec<u8>,
        values: &SpecObject<'_>,
    ) -> Result<Self> {
        let mut encoder = Self {
            family,
            bytes,
            places: AttrPlaces::new(operation.set),
            depth: 0,
        };

        encoder.header_and_attrs(operation.header, operation.set, values, None)?;
        Ok(encoder)
    }

    /// Writes values: those that are members of a struct as its bytes, all others as attributes of a set.
    fn header_and_attrs(
        &mut self,
        header: Option<usize>,
        set: Option<usize>,
        values: &SpecObject<'_>,
        outer: Option<&ValueScope<'_>>,
    ) -> Result<()> {
        let header = header.map(|index| &self.family.structs[index]);
        if let Some(header) = header {
            self.members(header, values)?;
            self.pad();
        }
        for (name, value) in &values.0 {
            if !header.is_some_and(|header| has_member(header, name)) {
                self.named(header, set, name, value, values, outer)?;
            }
        }
        Ok(())
    }

    /// Writes the attribute called `name`.
    fn named(
        &mut self,
        header: Option<&SpecStruct>,
        set: Option<usize>,
        name: &str,
        value: &SpecValue<'_>,
        values: &SpecObject<'_>,
        outer: Option<&ValueScope<'_>>,
    ) -> Result<()> {
        let known = set.and_then(|set| self.family.sets[set].called(name));
        let (Some(known), Some(set)) = (known, set) else {
            return Err(self.unknown(header, set, name));
        };
        let scope = ValueScope { set, values, outer };

        self.attr(known, value, &scope)
    }

    fn unknown(&self, header: Option<&SpecStruct>, set: Option<usize>, name: &str) -> Error {
        let members = header.map_or(&[][..], |header| &header.members).iter();
        let members = members
            .filter(|member| !matches!(member.form, MemberForm::Pad))
            .map(|member| &*member.name);
        let set = set.map(|set| &self.family.sets[set]);
        let attrs = set.map_or(&[][..], |set| &set.attrs).iter();
        let attrs = attrs
            .filter(|attr| !matches!(attr.form, AttrForm::Pad | AttrForm::Unused))
            .map(|attr| &*attr.name);
        let allowed = nearest_first(name, members.chain(attrs));

        self.places.wrong_in(
            name,
            format!("there is no such attribute; there is {allowed}"),
        )
    }

    /// Writes an attribute, or several of its type.
    fn attr(
        &mut self,
        known: &SpecAttr,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<()> {
        if known.is_multi {
            let value = self.list_in(value, &known.name)?;
            if let SpecValue::List(values) = &*value {
                return values
                    .iter()
                    .try_for_each(|value| self.one(known, value, scope));
            }
        }
        self.one(known, value, scope)
    }

    /// Writes one attribute, its header included; none for a flag that is not set.
    fn one(
        &mut self,
        known: &SpecAttr,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<()> {
        if matches!(known.form, AttrForm::Flag) && !self.flag(&known.name, value)? {
            return Ok(());
        }
        let start = self.open(&known.name, known.nla_type, inside(&known.form));
        let is_nest = self.value(known, value, scope)?;
        self.close(start, is_nest)
    }

    /// Writes what is in an attribute; says whether that is a nest.
    fn value(
        &mut self,
        known: &SpecAttr,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<bool> {
        match &known.form {
            AttrForm::Pad | AttrForm::Unused => {
                return Err(self.places.wrong("nothing can be sent in it"))
            }
            AttrForm::Flag => {}
            AttrForm::String => self.string(value)?,
            AttrForm::Scalar(scalar) => self.scalar(scalar, value)?,
            AttrForm::Bytes(hint) => self.raw(*hint, value)?,
            AttrForm::Struct(index) => self.struct_value(*index, value)?,
            AttrForm::Numbers(scalar) => self.numbers(scalar, value)?,
            AttrForm::Bitfield32(words) => self.bitfield32(*words, value)?,
            AttrForm::Nest(set) => {
                self.nest(None, Some(*set), value, scope)?;
                return Ok(true);
            }
            AttrForm::Indexed(element) => {
                self.elements(element, value, scope)?;
                return Ok(true);
            }
            AttrForm::SubMessage {
                sub_message,
                selector,
            } => {
                let format = self.selected(*sub_message, selector, scope)?;
                self.places.set_inside(format.set);
                self.nest(format.header, format.set, value, scope)?;
                return Ok(format.set.is_some());
            }
            AttrForm::TypeValue { names, set } => {
                self.type_value(names, *set, value, scope)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes the values of an object: members of a struct and attributes of a set.
    fn nest(
        &mut self,
        header: Option<usize>,
        set: Option<usize>,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<()> {
        let values = self.object(value)?;
        if self.depth == DEPTH {
            return Err(self
                .places
                .wrong(format!("it is more than {DEPTH} nests deep")));
        }
        self.depth += 1;
        self.header_and_attrs(header, set, &values, Some(scope))?;
        self.depth -= 1;
        Ok(())
    }

    /// Writes attributes whose types count them, from 0 or from the number that an element has as its name.
    fn elements(
        &mut self,
        element: &Element,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<()> {
        let value = self.list(value)?;
        let values = match &*value {
            SpecValue::List(values) => &values[..],
            single => std::slice::from_ref(single),
        };
        for (number, value) in (0..).zip(values) {
            let (number, value) = numbered(value).unwrap_or((number, value));
            let start = self.open(&number.to_string(), number, inside_element(element));
            let is_nest = self.element(element, value, scope)?;
            self.close(start, is_nest)?;
        }
        Ok(())
    }

    fn element(
        &mut self,
        element: &Element,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<bool> {
        match element {
            Element::Nest(set) => self.nest(None, Some(*set), value, scope)?,
            Element::Bytes(hint) => self.raw(*hint, value)?,
            Element::Scalar(scalar) => self.scalar(scalar, value)?,
            Element::String => self.string(value)?,
        }
        Ok(matches!(element, Element::Nest(_)))
    }

    /// Writes nests in each other whose types are the values with these names, and in the last one the others.
    fn type_value(
        &mut self,
        names: &[String],
        set: usize,
        value: &SpecValue<'_>,
        scope: &ValueScope<'_>,
    ) -> Result<()> {
        let mut values = self.object(value)?.into_owned();
        let types = names.iter().map(|name| self.nla_type(name, &values));
        let types = types.collect::<Result<Vec<_>>>()?;
        values
            .0
            .retain(|(name, _)| !names.iter().any(|known| known == name));
        let outer = names.iter().zip(types);
        let mut starts: Vec<_> = outer
            .map(|(name, nla_type)| self.open(name, nla_type, Some(set)))
            .collect();
        self.header_and_attrs(None, Some(set), &values, Some(scope))?;
        while let Some(start) = starts.pop() {
            self.close(start, true)?;
        }
        Ok(())
    }

    /// Returns the value called `name`, which is the type of an attribute.
    fn nla_type(&self, name: &str, values: &SpecObject<'_>) -> Result<u16> {
        let value = values.get(name);
        let number = value.and_then(|value| self.family.number_of(None, None, value).ok());
        let nla_type = number.and_then(|number| u16::try_from(number).ok());

        nla_type
            .filter(|nla_type| nla_type & NLA_F_NESTED == 0)
            .ok_or_else(|| {
                self.places
                    .wrong_in(name, "a number from 0 to 32767 is missing")
            })
    }

    /// Returns the format of a sub-message that the value of `selector` selects, in `scope` or around it.
    fn selected(
        &self,
        index: usize,
        selector: &str,
        scope: &ValueScope<'_>,
    ) -> Result<&'f SubFormat> {
        let family = self.family;
        let mut around = Some(scope);
        let here = loop {
            match around {
                Some(here) if family.sets[here.set].called(selector).is_some() => break here,
                Some(here) => around = here.outer,
                None => {
                    let words = format!("the spec has no `{selector}` to select its format");
                    return Err(self.places.wrong(words));
                }
            }
        };
        let known = &family.sub_messages[index];
        let formats = || known.formats.iter().map(|format| &*format.value);
        let Some(value) = here.values.get(selector).and_then(selector_text) else {
            let formats = nearest_first("", formats());
            let words = format!("`{selector}` is missing, which selects its format: {formats}");
            return Err(self.places.wrong(words));
        };

        known.format(&value).ok_or_else(|| {
            let formats = nearest_first(&value, formats());
            let words = format!(
                "{} has no format for `{value}`; it has {formats}",
                known.name
            );
            self.places.wrong(words)
        })
    }

    fn flag(&self, name: &str, value: &SpecValue<'_>) -> Result<bool> {
        match value {
            SpecValue::Null => Ok(false),
            SpecValue::Bool(value) => Ok(*value),
            SpecValue::Unsigned(number) => Ok(*number != 0),
            SpecValue::Text(text) => match &**text {
                "" | "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(self
                    .places
                    .wrong_in(name, format!("`{text}` is not true or false"))),
            },
            _ => {
                let words = format!("it takes true or false, not {}", value.kind());
                Err(self.places.wrong_in(name, words))
            }
        }
    }

    fn string(&mut self, value: &SpecValue<'_>) -> Result<()> {
        let text: Cow<'_, str> = match value {
            SpecValue::Text(text) => Cow::Borrowed(text),
            SpecValue::Unsigned(number) => Cow::Owned(number.to_string()),
            SpecValue::Signed(number) => Cow::Owned(number.to_string()),
            _ => {
                return Err(self
                    .places
                    .wrong(format!("it takes a text, not {}", value.kind())))
            }
        };
        if text.contains('\0') {
            return Err(self.places.wrong("a text cannot have a NUL inside"));
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
        Ok(())
    }

    fn scalar(&mut self, scalar: &Scalar, value: &SpecValue<'_>) -> Result<()> {
        let value = self.list(value)?;
        let number = self.family.number_of(scalar.words, scalar.hint, &value);
        let bytes = number.and_then(|number| scalar.bytes(number));

        self.bytes
            .extend(bytes.map_err(|words| self.places.wrong(words))?);
        Ok(())
    }

    fn numbers(&mut self, scalar: &Scalar, value: &SpecValue<'_>) -> Result<()> {
        let value = self.list(value)?;
        match &*value {
            SpecValue::List(values) => values.iter().try_for_each(|v| self.scalar(scalar, v)),
            // A text that is no number is bytes, as they are shown where they are no whole numbers.
            SpecValue::Text(text) if parse_number(text).is_none() && scalar.words.is_none() => {
                self.raw(None, &value)
            }
            single => self.scalar(scalar, single),
        }
    }

    fn raw(&mut self, hint: Option<DisplayHint>, value: &SpecValue<'_>) -> Result<()> {
        match value {
            SpecValue::Null => Ok(()),
            SpecValue::Bytes(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
            SpecValue::Text(text) => {
                let bytes = parse_bytes(hint, text).map_err(|words| self.places.wrong(words))?;
                self.bytes.extend(bytes);
                Ok(())
            }
            _ => Err(self.places.wrong(format!(
                "it takes bytes as a text of hexadecimal digits, not {}",
                value.kind()
            ))),
        }
    }

    /// Writes a struct, given as an object or as bytes.
    fn struct_value(&mut self, index: usize, value: &SpecValue<'_>) -> Result<()> {
        let is_bytes = match value {
            SpecValue::Text(text) => !text.starts_with('{'),
            SpecValue::Bytes(_) => true,
            _ => false,
        };
        if is_bytes {
            return self.raw(None, value);
        }
        let values = self.object(value)?;
        let known = &self.family.structs[index];

        match values.0.iter().find(|(name, _)| !has_member(known, name)) {
            Some((name, _)) => Err(self.unknown(Some(known), None, name)),
            None => self.members(known, &values),
        }
    }

    /// Writes the members of a struct; those that are not among `values` are zero.
    fn members(&mut self, known: &SpecStruct, values: &SpecObject<'_>) -> Result<()> {
        for member in &known.members {
            let end = self.bytes.len() + member.size;
            if let Some(value) = values.get(&member.name) {
                self.places.open(&member.name, self.bytes.len(), None);
                match &member.form {
                    MemberForm::Pad => {}
                    MemberForm::Scalar(scalar) => self.scalar(scalar, value)?,
                    MemberForm::Bytes(hint) => self.raw(*hint, value)?,
                    MemberForm::Struct(index) => self.struct_value(*index, value)?,
                }
                if self.bytes.len() > end {
                    let words = format!("it has more than {} bytes", member.size);
                    return Err(self.places.wrong(words));
                }
                self.places.close(end);
            }
            self.bytes.resize(end, 0);
        }
        Ok(())
    }

    /// Writes bits, and which of them are meant: those that are set, if nothing else is said.
    fn bitfield32(&mut self, words: Option<EnumUse>, value: &SpecValue<'_>) -> Result<()> {
        let (bits, selector) = match value {
            SpecValue::Object(_) => self.bitfield32_parts(value)?,
            SpecValue::Text(text) if text.starts_with('{') => self.bitfield32_parts(value)?,
            _ => (value.clone(), value.clone()),
        };
        for value in [bits, selector] {
            let value = self.list(&value)?;
            let number = self.family.number_of(words, None, &value);
            let number = number.map_err(|words| self.places.wrong(words))?;
            let bits = u32::try_from(number).map_err(|_| {
                self.places
                    .wrong(format!("{number} is no number of 32 bits"))
            })?;
            self.bytes.extend(bits.to_ne_bytes());
        }
        Ok(())
    }

    fn bitfield32_parts<'v>(
        &self,
        value: &'v SpecValue<'v>,
    ) -> Result<(SpecValue<'v>, SpecValue<'v>)> {
        let values = self.object(value)?;
        let is_part = |name: &str| matches!(name, "value" | "selector");
        if let Some((name, _)) = values.0.iter().find(|(name, _)| !is_part(name)) {
            let words = "there is no such part; there is value, selector";
            return Err(self.places.wrong_in(name, words));
        }
        let bits = values
            .get("value")
            .cloned()
            .unwrap_or(SpecValue::Unsigned(0));
        let selector = values.get("selector").cloned();

        Ok((bits.clone(), selector.unwrap_or(bits)))
    }

    /// Returns `value` as an object: JSON in a text is read.
    fn object<'v>(&self, value: &'v SpecValue<'v>) -> Result<Cow<'v, SpecObject<'v>>> {
        match value {
            SpecValue::Object(object) => Ok(Cow::Borrowed(object)),
            SpecValue::Null | SpecValue::Bool(true) => Ok(Cow::Owned(SpecObject::default())),
            SpecValue::Text(text) if text.is_empty() => Ok(Cow::Owned(SpecObject::default())),
            SpecValue::Text(text) => match self.json(text)? {
                SpecValue::Object(object) => Ok(Cow::Owned(object)),
                other => Err(self.no_object(&other)),
            },
            other => Err(self.no_object(other)),
        }
    }

    fn no_object(&self, value: &SpecValue<'_>) -> Error {
        self.places.wrong(format!(
            "it takes attributes, {{\"NAME\": VALUE, ...}} or NAME.NAME=VALUE, not {}",
            value.kind()
        ))
    }

    /// Returns `value` as a list, if it is one: JSON in a text is read.
    fn list<'v>(&self, value: &'v SpecValue<'v>) -> Result<Cow<'v, SpecValue<'v>>> {
        match value {
            SpecValue::Text(text) if text.starts_with('[') => self.json(text).map(Cow::Owned),
            _ => Ok(Cow::Borrowed(value)),
        }
    }

    /// Returns `value` as a list, as [`Self::list`], in an error under `name`.
    fn list_in<'v>(&self, value: &'v SpecValue<'v>, name: &str) -> Result<Cow<'v, SpecValue<'v>>> {
        self.list(value)
            .map_err(|error| self.places.wrong_in(name, error.message))
    }

    fn json(&self, text: &str) -> Result<SpecValue<'static>> {
        serde_json::from_str(text)
            .map_err(|error| self.places.wrong(format!("`{text}` is no JSON: {error}")))
    }

    /// Begins an attribute; returns where.
    fn open(&mut self, name: &str, nla_type: u16, inside: Option<usize>) -> usize {
        let start = self.bytes.len();
        self.places.open(name, start, inside);
        self.bytes.extend([0; 2]);
        self.bytes.extend(nla_type.to_ne_bytes());
        start
    }

    /// Ends the attribute that began at `start`.
    fn close(&mut self, start: usize, is_nest: bool) -> Result<()> {
        let len = self.bytes.len() - start;
        let nla_len = u16::try_from(len).map_err(|_| {
            let words = format!(
                "it takes {} bytes; at most {} fit",
                len - NLA_HDRLEN,
                65_531
            );
            self.places.wrong(words)
        })?;
        self.bytes[start..start + 2].copy_from_slice(&nla_len.to_ne_bytes());
        if is_nest {
            let nla_type = u16::from_ne_bytes([self.bytes[start + 2], self.bytes[start + 3]]);
            let nested = nla_type | NLA_F_NESTED;
            self.bytes[start + 2..start + 4].copy_from_slice(&nested.to_ne_bytes());
        }
        self.pad();
        self.places.close(self.bytes.len());
        Ok(())
    }

    fn pad(&mut self) {
        self.bytes.extend_from_slice(padding(self.bytes.len()));
    }
}

fn has_member(known: &SpecStruct, name: &str) -> bool {
    known.members.iter().any(|member| member.name == name)
}

/// Returns the number and the value of an element that was given as `{"NUMBER": VALUE}`, as it is shown.
fn numbered<'v>(value: &'v SpecValue<'v>) -> Option<(u16, &'v SpecValue<'v>)> {
    match value {
        SpecValue::Object(SpecObject(values)) => match &values[..] {
            [(name, value)] => Some((name.parse().ok()?, value)),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the set of the attributes inside an attribute, where the form alone says it.
fn inside(form: &AttrForm) -> Option<usize> {
    match form {
        AttrForm::Nest(set) => Some(*set),
        _ => None,
    }
}

fn inside_element(element: &Element) -> Option<usize> {
    match element {
        Element::Nest(set) => Some(*set),
        _ => None,
    }
}

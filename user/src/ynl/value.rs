// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values of attributes, as they go in and come out.

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// A value of an attribute or of a member of a struct; JSON has a form for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecValue<'a> {
    /// No value: an answer without a message.
    Null,
    /// `true` is a flag that is there.
    Bool(bool),
    /// A number from 0 up.
    Unsigned(u64),
    /// A number that may be below 0.
    Signed(i64),
    /// A text, a word of an enum, an address.
    Text(Cow<'a, str>),
    /// Bytes; two hexadecimal digits each in JSON and in text.
    Bytes(&'a [u8]),
    /// Elements of an array, bits of flags, or attributes that are repeated.
    List(Vec<SpecValue<'a>>),
    /// Attributes of a nest, or members of a struct.
    Object(SpecObject<'a>),
}

/// Values with their names, which keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecObject<'a>(pub Vec<(Cow<'a, str>, SpecValue<'a>)>);

impl<'a> SpecObject<'a> {
    /// Returns the value called `name`.
    pub fn get(&self, name: &str) -> Option<&SpecValue<'a>> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Returns the place of the value called `name`.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut SpecValue<'a>> {
        self.0
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Adds a value at the end.
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: SpecValue<'a>) {
        self.0.push((name.into(), value));
    }

    /// Sets the value called `name`, in its place if there was one.
    pub fn set(&mut self, name: &'a str, value: SpecValue<'a>) {
        match self.get_mut(name) {
            Some(place) => *place = value,
            None => self.push(name, value),
        }
    }

    /// Adds a value to the list called `name`.
    pub fn append(&mut self, name: &'a str, value: SpecValue<'a>) {
        match self.get_mut(name) {
            Some(SpecValue::List(values)) => values.push(value),
            Some(place) => *place = SpecValue::List(vec![value]),
            None => self.push(name, SpecValue::List(vec![value])),
        }
    }

    /// Adds a value; where there is one of that name already, both are a list.
    pub fn gather(&mut self, name: impl Into<Cow<'a, str>>, value: SpecValue<'a>) {
        let name = name.into();
        match self.get_mut(&name) {
            Some(SpecValue::List(values)) => values.push(value),
            Some(place) => {
                let first = std::mem::replace(place, SpecValue::Null);
                *place = SpecValue::List(vec![first, value]);
            }
            None => self.push(name, value),
        }
    }
}

impl SpecValue<'_> {
    /// Returns what kind of value this is, for an error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a flag",
            Self::Unsigned(_) | Self::Signed(_) => "a number",
            Self::Text(_) | Self::Bytes(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'a> From<&'a str> for SpecValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for SpecValue<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// Bytes as two hexadecimal digits each.
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";

        for byte in self.0 {
            f.write_char(DIGITS[usize::from(byte >> 4)].into())?;
            f.write_char(DIGITS[usize::from(byte & 15)].into())?;
        }
        Ok(())
    }
}

impl Serialize for SpecValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Unsigned(number) => serializer.serialize_u64(*number),
            Self::Signed(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.collect_str(&Hex(bytes)),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for SpecObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for SpecValue<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = SpecValue<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, a text, true, false, null, a list or an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(SpecValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(SpecValue::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(SpecValue::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(SpecValue::Signed(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(SpecValue::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = SpecObject::default();
        while let Some((name, value)) = map.next_entry::<String, _>()? {
            if object.get(&name).is_some() {
                return Err(A::Error::custom(format!("`{name}` is there twice")));
            }
            object.push(name, value);
        }
        Ok(SpecValue::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_in_and_comes_out_in_its_order() {
        let json = r#"{"z":[1,-1,"x",true,null],"a":{"n":18446744073709551615}}"#;
        let value: SpecValue<'static> = serde_json::from_str(json).unwrap();

        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        for bad in ["1.5", r#"{"a":1,"a":2}"#, "18446744073709551616"] {
            assert!(serde_json::from_str::<SpecValue<'static>>(bad).is_err());
        }
    }

    #[test]
    fn bytes_are_hexadecimal() {
        let json = serde_json::to_string(&SpecValue::Bytes(&[0, 0xab, 0x10])).unwrap();

        assert_eq!(json, r#""00ab10""#);
    }

    #[test]
    fn values_of_one_name_are_replaced_appended_or_gathered() {
        let mut object = SpecObject::default();
        for number in [1, 2, 3] {
            object.set("set", SpecValue::Unsigned(number));
            object.append("append", SpecValue::Unsigned(number));
            object.gather("gather", SpecValue::Unsigned(number));
        }
        object.append("one", SpecValue::Unsigned(1));
        object.gather("single", SpecValue::Unsigned(1));

        assert_eq!(
            serde_json::to_string(&object).unwrap(),
            r#"{"set":3,"append":[1,2,3],"gather":[1,2,3],"one":[1],"single":1}"#
        );
    }
}

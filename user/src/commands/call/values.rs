// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values of attributes as words of the command line.

use nlhello::netlink::Error;
use nlhello::ynl::{SpecObject, SpecValue};

/// Operation of reading words, as errors name it.
const OP: &str = "call";

/// Reads words: `NAME=VALUE`, where a name may be the path of an attribute inside others (`linkinfo.kind=veth`),
/// `NAME` alone for a flag, and a JSON object for several. A name that is there twice has a list of values.
pub fn read(words: &[String]) -> Result<SpecObject<'_>, Error> {
    let mut values = SpecObject::default();
    for word in words {
        match word.starts_with('{') {
            true => add_json(&mut values, word)?,
            false => add_word(&mut values, word)?,
        }
    }
    Ok(values)
}

fn add_json<'w>(values: &mut SpecObject<'w>, word: &'w str) -> Result<(), Error> {
    match serde_json::from_str(word) {
        Ok(SpecValue::Object(object)) => {
            for (name, value) in object.0 {
                values.gather(name, value);
            }
            Ok(())
        }
        Ok(_) => Err(Error::usage(OP, format!("`{word}` is no JSON object"))),
        Err(error) => Err(Error::usage(
            OP,
            format!("`{word}` is no JSON object: {error}"),
        )),
    }
}

fn add_word<'w>(values: &mut SpecObject<'w>, word: &'w str) -> Result<(), Error> {
    let (path, value) = match word.split_once('=') {
        Some((path, value)) => (path, value.into()),
        None => (word, SpecValue::Bool(true)),
    };
    let mut names = path.split('.').collect::<Vec<_>>();
    if names.iter().any(|name| name.is_empty()) {
        return Err(Error::usage(
            OP,
            format!("`{word}` does not begin with the name of an attribute"),
        ));
    }
    let last = names.pop().unwrap_or_default();
    let mut place = values;
    for name in names {
        place = inside(place, name, path)?;
    }

    place.gather(last, value);
    Ok(())
}

/// Returns the attributes inside the one called `name`, which is made if there is none.
fn inside<'o, 'w>(
    values: &'o mut SpecObject<'w>,
    name: &'w str,
    path: &str,
) -> Result<&'o mut SpecObject<'w>, Error> {
    if values.get(name).is_none() {
        values.push(name, SpecValue::Object(SpecObject::default()));
    }
    match values.get_mut(name) {
        Some(SpecValue::Object(object)) => Ok(object),
        _ => Err(Error::usage(
            OP,
            format!("`{path}`: `{name}` has a value already, which is no JSON object"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(words: &[&str]) -> Result<String, String> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();

        read(&words)
            .map(|values| serde_json::to_string(&values).unwrap())
            .map_err(|error| error.message)
    }

    #[test]
    fn words_are_texts_flags_paths_lists_and_json() {
        let words = ["a=1", "b", "c.d.e=x=y", "c.f=", "a=2", r#"{"g":[1],"b":0}"#];

        assert_eq!(
            json(&words).unwrap(),
            r#"{"a":["1","2"],"b":[true,0],"c":{"d":{"e":"x=y"},"f":""},"g":[1]}"#
        );
        assert_eq!(json(&[]).unwrap(), "{}");
    }

    #[test]
    fn paths_go_on_in_json_and_not_in_a_text() {
        assert_eq!(
            json(&[r#"{"a":{"b":1}}"#, "a.c=2"]).unwrap(),
            r#"{"a":{"b":1,"c":"2"}}"#
        );
        assert!(json(&["a=1", "a.b=2"]).unwrap_err().contains("`a.b`"));
    }

    #[test]
    fn what_has_no_name_or_is_no_json_is_an_error() {
        for bad in ["=1", ".a=1", "a.=1", "", "{", "{}x", r#"{"a":1.5}"#] {
            assert!(json(&[bad]).is_err(), "{bad}");
        }
    }
}

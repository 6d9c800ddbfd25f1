// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Choice of objects by the words of a line, for tests.

use super::Kind;
use crate::kind::{Choice, Operand, Payload, Word};
use crate::object::Numbers;

/// Returns which objects of `kind` the words of `line` ask for in a list; links are said by their numbers.
pub fn chosen(kind: Kind, line: &str) -> Choice {
    let mut words = line.split_whitespace();
    let mut choice = Choice::default();
    while let Some(said) = words.next() {
        let numbers = Numbers::default();
        let read = |word: &Word, text: &str| word.argument()?.read(text, &numbers);
        let (word, operand) = match kind.word(said) {
            Some(word) if word.argument().is_none() => (word, Some(Operand::None)),
            Some(word) => (word, read(word, words.next().unwrap())),
            None => kind
                .bare_words()
                .find_map(|word| Some((word, Some(read(word, said)?))))
                .unwrap(),
        };
        choice.add(kind, word, operand.unwrap());
    }
    for linked in choice.linked() {
        let number = linked.name().unwrap().to_vec();
        linked.note(String::from_utf8(number).unwrap().parse().unwrap());
    }
    choice.add_usual(kind);
    choice
}

/// Asserts of each line whether an object of `kind` is one that it asks for.
pub fn assert_chosen(kind: Kind, payload: &[u8], lines: &[(&str, bool)]) {
    for (line, is_wanted) in lines {
        let is_so = chosen(kind, line).wants(&Payload::new(kind, payload));
        assert_eq!(is_so, *is_wanted, "{kind:?} {line}");
    }
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Objects chosen by words and their arguments, for commands that list objects or wait for their events.

use super::words::Words;
use nlhello::kind::{Argument, Choice, Linked, Operand, Word};
use nlhello::monitor::Kind;
use nlhello::netlink::Error;
use nlhello::rtnl::LinkNames;

const FIND_VRF: &str = "find a VRF";

/// The purpose that objects are chosen for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A list of what there is: the first kind that takes a word takes it alone.
    List,
    /// Events of one kind.
    Wait,
    /// Events of any kinds: what is no word may be a kind that is misspelt, and is no name.
    Watch,
}

/// A word that chooses, with what is behind it.
pub struct ChosenWord<'w> {
    /// Name of the word; empty where an argument stands alone.
    name: String,
    argument: Option<String>,
    words: Words<'w>,
}

impl<'w> ChosenWord<'w> {
    /// Reads `word`, which is one of `kinds` or an argument that stands alone, with what is behind it.
    pub fn read(word: &[u8], words: &mut Words<'w>, kinds: &[Kind]) -> Result<Self, Error> {
        let known = |name: &str| kinds.iter().find_map(|kind| kind.word(name));
        let text = String::from_utf8_lossy(word).into_owned();
        let both = words.peek().map(|next| format!("{text} {next}"));
        let both = both.and_then(|name| Some((known(&name)?, name)));

        let (found, name) = match both {
            Some((known, name)) => {
                words.word();
                (Some(known), name)
            }
            None => (known(&text), text),
        };
        let (name, argument) = match found {
            Some(word) => (name.clone(), argument(word, &name, words)?),
            None => (String::new(), Some(name)),
        };
        Ok(Self {
            name,
            argument,
            words: words.clone(),
        })
    }

    /// Asks for it of all of `kinds` that know the word.
    pub fn choose(
        &self,
        kinds: &[Kind],
        purpose: Purpose,
        choice: &mut Choice,
        links: &mut LinkNames,
    ) -> Result<(), Error> {
        let mut is_taken = false;
        for kind in kinds {
            let is_for_others = purpose == Purpose::List && is_taken;
            match self.operand(*kind, purpose, choice, links) {
                Some((word, operand)) if !is_for_others => {
                    choice.add(*kind, word, self.resolve(*kind, operand, purpose, links)?);
                    is_taken = true;
                }
                None if purpose != Purpose::List => self.exclude(*kind, choice),
                _ => {}
            }
        }
        match is_taken {
            true => Ok(()),
            false => Err(self.refusal(kinds, purpose)),
        }
    }

    /// Says whether events of any kind can be chosen by it.
    pub fn is_known(&self) -> bool {
        let (mut choice, mut links) = (Choice::default(), LinkNames::new());

        self.choose(Kind::ALL, Purpose::Watch, &mut choice, &mut links)
            .is_ok()
    }

    /// Asks for nothing that objects of `kind` can be: of a set of values, one more may be one of them.
    fn exclude(&self, kind: Kind, choice: &mut Choice) {
        match kind.word(&self.name) {
            Some(word) if word.why_unreceived().is_none() => {
                choice.add(kind, word, Operand::AnyOf(0));
            }
            _ => choice.exclude(kind),
        }
    }

    /// Returns what it asks of objects of `kind`.
    fn operand(
        &self,
        kind: Kind,
        purpose: Purpose,
        choice: &Choice,
        links: &mut LinkNames,
    ) -> Option<(&'static Word, Operand)> {
        let Some(argument) = &self.argument else {
            let word = kind.word(&self.name)?;
            return is_for(word, purpose).then_some((word, Operand::None));
        };
        let mut read = |word: &'static Word| {
            let operand = word.argument()?.read(argument, links.known().numbers())?;
            is_for(word, purpose).then_some((word, operand))
        };
        match self.name.is_empty() {
            false => read(kind.word(&self.name)?),
            true => kind
                .bare_words()
                .filter(|word| may_be_bare(word, purpose, choice))
                .filter(|_| purpose == Purpose::List || !["all", "any"].contains(&&argument[..]))
                .find_map(read),
        }
    }

    /// Finds the links of a name for a list: events go by whatever link has it then.
    fn resolve(
        &self,
        kind: Kind,
        operand: Operand,
        purpose: Purpose,
        links: &mut LinkNames,
    ) -> Result<Operand, Error> {
        let Operand::Link(mut linked) = operand else {
            return Ok(operand);
        };
        if purpose == Purpose::List {
            if let Some(name) = linked.name().map(<[u8]>::to_vec) {
                self.find(kind, &name, &mut linked, links)?;
            }
        }
        Ok(Operand::Link(linked))
    }

    fn find(
        &self,
        kind: Kind,
        name: &[u8],
        linked: &mut Linked,
        links: &mut LinkNames,
    ) -> Result<(), Error> {
        let argument = kind.word(&self.name).and_then(Word::argument);
        let is_vrf = argument.is_some_and(|argument| argument.noun() == Argument::VRF.noun());
        let text = String::from_utf8_lossy(name);
        let link = links.find(name).map_err(|error| match is_vrf {
            true => Error::new(FIND_VRF, error.errno.0).object(text.clone()),
            false => error,
        })?;
        match linked.learn(&link) {
            true => Ok(()),
            false => Err(Error::new(FIND_VRF, libc::EINVAL).message(format!("{text} is no VRF"))),
        }
    }

    /// Returns why none of `kinds` takes it.
    fn refusal(&self, kinds: &[Kind], purpose: Purpose) -> Error {
        let Self {
            name,
            argument,
            words,
        } = self;
        let known: Vec<_> = kinds.iter().filter_map(|kind| kind.word(name)).collect();
        let reason = known.iter().find_map(|word| word.why_unreceived());
        let noun = common_noun(&known);

        match (reason, argument) {
            (Some(reason), _) if purpose != Purpose::List => {
                words.error(format!("'{name}': {reason}"))
            }
            (_, Some(argument)) if name.is_empty() => words.unknown(argument),
            (_, Some(argument)) if noun.is_some() => {
                let noun = noun.unwrap_or_default();
                words.error(format!("'{name}': '{argument}' is no {noun}"))
            }
            _ => {
                let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                words.error(format!("'{name}' is no word of {}", kinds.join(", ")))
            }
        }
    }
}

/// Returns what is behind the word that was called `name`, if it takes an argument.
fn argument(word: &Word, name: &str, words: &mut Words<'_>) -> Result<Option<String>, Error> {
    let Some(argument) = word.argument() else {
        return Ok(None);
    };
    let mut text = String::from_utf8_lossy(words.value(name)?).into_owned();
    if argument.is_lead(&text) {
        text = format!("{text} {}", String::from_utf8_lossy(words.value(&text)?));
    }
    Ok(Some(text))
}

/// Returns what should stand behind these words of one name; where kinds differ in that, it is called as the word is.
fn common_noun(words: &[&'static Word]) -> Option<&'static str> {
    let mut nouns = words.iter().filter_map(|word| word.argument());
    let first = nouns.next()?.noun();
    if nouns.all(|other| other.noun() == first) {
        return Some(first);
    }
    let names = words.iter().flat_map(|word| word.names());
    names.copied().max_by_key(|name| name.len())
}

fn is_for(word: &Word, purpose: Purpose) -> bool {
    purpose == Purpose::List || word.why_unreceived().is_none()
}

/// Says whether an argument of `word` may stand alone: a name may once.
fn may_be_bare(word: &Word, purpose: Purpose, choice: &Choice) -> bool {
    let is_name = word.is_called("dev");

    !is_name || purpose != Purpose::Watch && !choice.names_link()
}

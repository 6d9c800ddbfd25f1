// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which families of generic netlink.

use super::{client, tell, Cli, Error, Failure, LinkNames, ShowArgs, Words, TIMEOUT};
use nlhello::genl::{FamilyName, Policy, Whole, LIST};
use std::process::ExitCode;

/// Reads the name of the family that is asked for; `None` is all of them.
pub fn name(args: &ShowArgs) -> Result<Option<FamilyName>, Error> {
    let mut words = Words::new(LIST, &args.words);

    words.skip("show");
    let Some(name) = words.word() else {
        return Ok(None);
    };
    match words.keyword() {
        Some(word) => Err(words.unknown(word)),
        None => Ok(Some(FamilyName {
            name: name.to_vec(),
        })),
    }
}

/// Shows the family of a name, and what it takes.
pub fn show(cli: &Cli, args: &ShowArgs, query: FamilyName) -> Result<ExitCode, Failure> {
    let mut client = client(cli, &query)?;
    // It is asked first, so that the module of the family is there for the second question.
    client.get(&query, TIMEOUT)?;
    let policy = Policy::ask(&mut client, &query.name, TIMEOUT)?;
    let whole = Whole {
        family: client.get(&query, TIMEOUT)?,
        policy: &policy,
    };

    tell(cli, args, &mut LinkNames::new(), Some(&whole))
}

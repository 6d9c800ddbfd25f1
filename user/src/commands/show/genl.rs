// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Families of generic netlink, chosen by words.

use super::{Error, Failure, Show, ShowArgs, Words, TIMEOUT};
use nlhello::genl::{FamilyName, Policy, Whole, LIST};
use std::process::ExitCode;

/// Reads the name of the family that is asked for; `None` is all of them.
pub fn name(args: &ShowArgs) -> Result<Option<FamilyName>, Error> {
    let mut words = Words::new(LIST, &args.words);

    words.skip_show();
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
pub fn show(show: Show<'_>, query: FamilyName) -> Result<ExitCode, Failure> {
    let mut client = show.client(&query)?;
    // The kernel loads the module of the family for the first request, so the second one finds it.
    client.get(&query, TIMEOUT)?;
    let policy = Policy::ask(&mut client, &query.name, TIMEOUT)?;
    let whole = Whole {
        family: client.get(&query, TIMEOUT)?,
        policy: &policy,
    };

    show.write_one(Some(&whole))
}

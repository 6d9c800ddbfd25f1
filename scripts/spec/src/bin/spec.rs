// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Usage: spec [--check] ROOT SOURCE
//!
//! Writes into the tree at ROOT all that is made of the description SOURCE, a path from there:
//! `kmod/uapi/NAME.yaml`. With `--check` it writes nothing, and fails where a file is another one.

#![forbid(unsafe_code)]

use nlhello_spec::family::output::outputs;
use nlhello_spec::Result;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args: Vec<_> = std::env::args_os().skip(1).collect();
    let is_check = args.first().is_some_and(|arg| arg == "--check");
    args.drain(..usize::from(is_check));
    let [root, source] = args.as_slice() else {
        eprintln!("Usage: spec [--check] ROOT SOURCE");
        return ExitCode::from(2);
    };

    match run(Path::new(root), Path::new(source), is_check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spec: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, source: &Path, is_check: bool) -> Result<()> {
    outputs(root, source)?
        .iter()
        .try_for_each(|output| match is_check {
            true => output.check(root),
            false => output.write(root),
        })
}

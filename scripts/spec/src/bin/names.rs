// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Usage: names KSRC FOLDER
//!
//! Writes `table.rs` and `uapi.rs` into FOLDER: what the kernel's source in KSRC says of netlink.

#![forbid(unsafe_code)]

use nlhello_spec::header::KernelHeaders;
use nlhello_spec::overlay::Overlay;
use nlhello_spec::table::TableWriter;
use nlhello_spec::{emit, Catalog, Result, SourceError};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [source, folder] = args.as_slice() else {
        eprintln!("Usage: names KSRC FOLDER");
        return ExitCode::from(2);
    };

    match run(Path::new(source), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("names: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(source: &Path, folder: &Path) -> Result<()> {
    let by_hand = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlay.yaml");
    let overlay = Overlay::read(&by_hand)?;
    let catalog = Catalog::read(source, &by_hand)?;
    let table = TableWriter::pack(&catalog)?;
    let version = version(source)?;

    write(&folder.join("table.rs"), &emit::table(&table, &version))?;
    let constants = emit::constants(
        &catalog,
        &overlay,
        &mut KernelHeaders::new(source),
        &version,
    )?;
    write(&folder.join("uapi.rs"), &constants)?;
    eprintln!(
        "names: {} attributes in {} sets, {} names of numbers, {} structs, {} messages: {} bytes",
        table.attrs.len(),
        table.sets.len(),
        table.words.len(),
        table.structs.len(),
        table.messages.len(),
        table.size()
    );
    Ok(())
}

/// Returns the version that the source's Makefile begins with.
fn version(source: &Path) -> Result<String> {
    let path = source.join("Makefile");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| SourceError::new(error.to_string()).within(path.display()))?;
    let part = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
        line.map(str::trim).filter(|part| !part.is_empty())
    };

    match (part("VERSION"), part("PATCHLEVEL"), part("SUBLEVEL")) {
        (Some(version), Some(patch), Some(sub)) => Ok(format!("{version}.{patch}.{sub}")),
        _ => Err(SourceError::new("it has no version").within(path.display())),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text)
        .map_err(|error| SourceError::new(error.to_string()).within(path.display()))
}

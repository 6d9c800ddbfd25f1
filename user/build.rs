// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads the wire contract, `uapi/nlhello.h`, into Rust constants, which needs libclang; and
//! chooses how the unwinder is linked.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

const HEADER: &str = "uapi/nlhello.h";

fn main() -> Result<(), Box<dyn Error>> {
    constants()?;
    if env::var("PROFILE")? == "release" && has_static_unwinder() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
    Ok(())
}

fn constants() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?).join("uapi.rs");

    bindgen::Builder::default()
        .header(HEADER)
        .allowlist_item("NETLINK_USER|NLHELLO_.*|HELLO_.*|hello_.*")
        .prepend_enum_name(false)
        .generate_cstr(true)
        // rustfmt may be missing where this is built, and nobody reads the output there.
        .formatter(bindgen::Formatter::None)
        .parse_callbacks(Box::new(bindgen::CargoCallbacks::new()))
        .generate()?
        .write_to_file(out)?;
    Ok(())
}

/// Whether the C compiler comes with its unwinder as an archive. One shared library less to load
/// is a tenth of a millisecond less for each command.
fn has_static_unwinder() -> bool {
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    Command::new(linker)
        .arg("-print-file-name=libgcc_eh.a")
        .output()
        .is_ok_and(|output| is_path(&output.stdout))
}

/// What is not found is printed as it was asked for.
fn is_path(printed: &[u8]) -> bool {
    std::str::from_utf8(printed).is_ok_and(|path| Path::new(path.trim_end()).is_absolute())
}

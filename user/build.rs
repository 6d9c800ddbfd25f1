// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads the wire contract, `uapi/nlhello.h`, into Rust constants. Needs libclang.

use std::{env, error::Error, path::PathBuf};

const HEADER: &str = "uapi/nlhello.h";

fn main() -> Result<(), Box<dyn Error>> {
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

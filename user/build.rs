// SPDX-License-Identifier: Apache-2.0 OR MIT

//! With the feature `header`, reads the wire contract, `uapi/nlhello.h`, into Rust constants, which
//! needs libclang; and links the program statically where the C compiler has what that takes.

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

#[cfg(feature = "header")]
const HEADER: &str = "uapi/nlhello.h";

/// The C compiler's unwinder as an archive.
const UNWINDER: &str = "libgcc_eh.a";

/// The start-up code of a position-independent program without a loader.
const START: &str = "rcrt1.o";

/// The C library and the compiler's own, as archives; each may need another.
const ARCHIVES: [&str; 4] = ["libc.a", "libm.a", "libgcc.a", UNWINDER];

/// The first glibc whose start-up code applies packed relocations (`DT_RELR`) to a program without a loader.
const PACKED: [u32; 2] = [2, 36];

/// The shared libraries that Rust's standard library names for a glibc target.
const SHARED: [&str; 7] = ["c", "m", "rt", "pthread", "util", "dl", "gcc_s"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);

    #[cfg(feature = "header")]
    constants(&out.join("uapi.rs"))?;
    println!("cargo::rustc-check-cfg=cfg(static_program)");
    if is_dynamic_glibc() {
        link_statically(&out)?;
    }
    Ok(())
}

#[cfg(feature = "header")]
fn constants(out: &Path) -> Result<(), Box<dyn Error>> {
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

/// Whether the program would get the shared library of glibc, and could do without: a sanitizer
/// cannot. For another target than this machine, only a linker that was chosen knows its archives.
fn is_dynamic_glibc() -> bool {
    let setting = |name| env::var(name).unwrap_or_default();

    setting("CARGO_CFG_TARGET_ENV") == "gnu"
        && (setting("TARGET") == setting("HOST") || !setting("RUSTC_LINKER").is_empty())
        && !setting("CARGO_CFG_TARGET_FEATURE").contains("crt-static")
        && setting("CARGO_CFG_SANITIZE").is_empty()
}

/// Links the unwinder, and into programs the C library too, from archives, as far as they are there.
///
/// Each shared library less to load is a tenth of a millisecond less for each command. The target
/// feature `crt-static` would do the same, but Cargo passes that to build scripts and procedural
/// macros too, which have to be dynamic, unless `--target` moves the program to another folder.
fn link_statically(out: &Path) -> io::Result<()> {
    if has_file(UNWINDER) {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
    if has_file(START) && ARCHIVES.into_iter().all(has_file) {
        write_stand_ins(out)?;
        println!("cargo::rustc-link-arg-bins=-L{}", out.display());
        println!("cargo::rustc-link-arg-bins=-static-pie");
        if glibc() >= Some(PACKED) {
            // A relocation takes a few bits then, not 24 bytes. A linker that does not know it warns.
            println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
        println!("cargo::rustc-cfg=static_program");
    }
    Ok(())
}

/// Writes linker scripts that stand in for the shared libraries, which rustc asks for by name even
/// in a static program: each names the archives instead.
fn write_stand_ins(out: &Path) -> io::Result<()> {
    let script = format!("GROUP({})\n", ARCHIVES.join(" "));

    SHARED
        .iter()
        .try_for_each(|name| fs::write(out.join(format!("lib{name}.so")), &script))
}

/// Whether the C compiler, which links the program, has the library file `name`.
fn has_file(name: &str) -> bool {
    compiler()
        .arg(format!("-print-file-name={name}"))
        .output()
        .is_ok_and(|output| is_path(&output.stdout))
}

/// Returns the version of glibc, major and minor: archives do not tell it, the headers beside them do.
fn glibc() -> Option<[u32; 2]> {
    let output = compiler()
        .args([
            "-E",
            "-dM",
            "-include",
            "features.h",
            "-x",
            "c",
            "/dev/null",
        ])
        .output()
        .ok()?;
    let macros = String::from_utf8(output.stdout).ok()?;
    let number = |name| {
        let mut definitions = macros.lines().filter_map(|line| line.strip_prefix(name));
        definitions.next()?.trim().parse().ok()
    };

    Some([
        number("#define __GLIBC__ ")?,
        number("#define __GLIBC_MINOR__ ")?,
    ])
}

fn compiler() -> Command {
    Command::new(env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned()))
}

/// A compiler prints the name of a file that it does not find as it was given.
fn is_path(printed: &[u8]) -> bool {
    std::str::from_utf8(printed).is_ok_and(|path| Path::new(path.trim_end()).is_absolute())
}

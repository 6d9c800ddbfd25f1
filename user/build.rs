// SPDX-License-Identifier: Apache-2.0 OR MIT

//! With the feature `header` and where libclang is found, checks that the numbers in `uapi.rs` are those of the
//! wire contract, `uapi/nlhello.h`; and links the program statically where the C compiler has what that takes.

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

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
    header::check_numbers()?;
    println!("cargo::rustc-check-cfg=cfg(static_program)");
    if is_dynamic_glibc() {
        link_statically(&out)?;
    }
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

/// The C header and the numbers that were made with it.
#[cfg(feature = "header")]
mod header {
    use bindgen::callbacks::{EnumVariantCustomBehavior, EnumVariantValue, ParseCallbacks};
    use std::{cell::RefCell, collections::BTreeMap, error::Error, fs, rc::Rc};

    const HEADER: &str = "uapi/nlhello.h";

    const NUMBERS: &str = "uapi.rs";

    /// Constants by name, with their values as Rust has them.
    type Constants = BTreeMap<String, String>;

    /// Checks that the header and `uapi.rs` say the same.
    pub fn check_numbers() -> Result<(), Box<dyn Error>> {
        println!("cargo::rerun-if-changed={HEADER}");
        println!("cargo::rerun-if-changed={NUMBERS}");
        // Asked for first: bindgen panics where it is not found.
        if let Err(error) = clang_sys::load() {
            println!(
                "cargo::warning=libclang is not found, so {NUMBERS} serves as it stands: {error}"
            );
            return Ok(());
        }
        let (header, numbers) = (of_header()?, of_rust(&fs::read_to_string(NUMBERS)?));
        match difference(&header, &numbers) {
            None => Ok(()),
            Some(difference) => Err(format!("{difference}: run `make spec`").into()),
        }
    }

    /// Returns the first constant that one of the two has and the other has not so.
    fn difference(header: &Constants, numbers: &Constants) -> Option<String> {
        let all = header.keys().chain(numbers.keys());
        let mut different = all.filter(|name| header.get(*name) != numbers.get(*name));

        different.next().map(|name| {
            let of =
                |constants: &Constants| constants.get(name).cloned().unwrap_or("nothing".into());
            format!(
                "{name} is {} in {HEADER}, and {} in {NUMBERS}",
                of(header),
                of(numbers)
            )
        })
    }

    /// Reads the constants of the header.
    fn of_header() -> Result<Constants, Box<dyn Error>> {
        let reader = Reader::default();
        bindgen::Builder::default()
            .header(HEADER)
            .allowlist_file(HEADER)
            .formatter(bindgen::Formatter::None)
            .parse_callbacks(Box::new(reader.clone()))
            .generate()?;

        Ok(reader.0.take())
    }

    /// Receives the constants of the header.
    #[derive(Clone, Debug, Default)]
    struct Reader(Rc<RefCell<Constants>>);

    impl Reader {
        fn add(&self, name: &str, value: String) {
            self.0.borrow_mut().insert(name.to_owned(), value);
        }
    }

    impl ParseCallbacks for Reader {
        fn int_macro(&self, name: &str, value: i64) -> Option<bindgen::callbacks::IntKind> {
            self.add(name, value.to_string());
            None
        }

        fn str_macro(&self, name: &str, value: &[u8]) {
            self.add(name, format!("b\"{}\\0\"", value.escape_ascii()));
        }

        fn enum_variant_behavior(
            &self,
            _: Option<&str>,
            name: &str,
            value: EnumVariantValue,
        ) -> Option<EnumVariantCustomBehavior> {
            match value {
                EnumVariantValue::Signed(value) => self.add(name, value.to_string()),
                EnumVariantValue::Unsigned(value) => self.add(name, value.to_string()),
                EnumVariantValue::Boolean(value) => self.add(name, value.to_string()),
            }
            None
        }
    }

    /// Reads the constants of `uapi.rs`, each a line: `pub const NAME: TYPE = VALUE;`.
    fn of_rust(source: &str) -> Constants {
        let constants = source.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("pub const ")?.split_once(": ")?;
            let (_, value) = rest.strip_suffix(';')?.split_once(" = ")?;
            Some((name.to_owned(), value.to_owned()))
        });

        constants.collect()
    }
}

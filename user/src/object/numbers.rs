// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Names for numbers, as `iproute2` has them: some built in, more in its files.

use super::Value;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the files are: what the administrator wrote comes before what was installed.
const FOLDERS: [&str; 2] = ["/etc/iproute2", "/usr/share/iproute2"];

/// The tables of names.
#[derive(Debug)]
pub struct Numbers {
    /// Routing protocols, `rtm_protocol`.
    pub protocols: Numbering,
    /// Routing tables.
    pub tables: Numbering,
    /// Scopes of addresses and routes.
    pub scopes: Numbering,
    /// Realms of routes.
    pub realms: Numbering,
    /// Values of the field that was the type of service.
    pub dsfields: Numbering,
    /// Groups of links.
    pub groups: Numbering,
    /// Origins of addresses, `IFA_PROTO`.
    pub addr_protocols: Numbering,
}

/// Names for the values of one field.
#[derive(Debug)]
pub struct Numbering {
    file: &'static str,
    /// Lines as in the file, which come before its own.
    built_in: &'static str,
    names: OnceCell<BTreeMap<u32, String>>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            protocols: Numbering::new("rt_protos", PROTOCOLS),
            tables: Numbering::new("rt_tables", TABLES),
            scopes: Numbering::new("rt_scopes", SCOPES),
            realms: Numbering::new("rt_realms", "0 unknown"),
            dsfields: Numbering::new("rt_dsfield", ""),
            groups: Numbering::new("group", "0 default"),
            addr_protocols: Numbering::new("rt_addrprotos", ADDR_PROTOCOLS),
        }
    }
}

impl Numbering {
    fn new(file: &'static str, built_in: &'static str) -> Self {
        Self {
            file,
            built_in,
            names: OnceCell::new(),
        }
    }

    /// Returns the name of `number`, or the number where it has none.
    #[inline]
    pub fn name(&self, number: u32) -> Value<'_> {
        match self.names().get(&number) {
            Some(name) => Value::Name(name.as_bytes()),
            None => Value::Nameless(number.into()),
        }
    }

    /// Returns the number that `name` stands for, or is.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.names()
            .iter()
            .find_map(|(number, known)| (known == name).then_some(*number))
            .or_else(|| read_number(name))
    }

    fn names(&self) -> &BTreeMap<u32, String> {
        self.names.get_or_init(|| self.read())
    }

    fn read(&self) -> BTreeMap<u32, String> {
        let text = FOLDERS
            .iter()
            .find_map(|folder| fs::read_to_string(Path::new(folder).join(self.file)).ok());
        let more = self
            .parts()
            .into_iter()
            .filter_map(|part| fs::read_to_string(part).ok());

        let mut names: BTreeMap<_, _> = parse(self.built_in).collect();
        text.into_iter()
            .chain(more)
            .for_each(|text| names.extend(parse(&text)));
        names
    }

    /// Returns the files of the folder beside the file, installed ones first: they are overridden.
    fn parts(&self) -> Vec<PathBuf> {
        FOLDERS
            .iter()
            .rev()
            .filter_map(|folder| fs::read_dir(format!("{folder}/{}.d", self.file)).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "conf")
            })
            .collect()
    }
}

/// Reads lines of a number and a name.
fn parse(text: &str) -> impl Iterator<Item = (u32, String)> + '_ {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let number = words.next().filter(|word| !word.starts_with('#'))?;
        Some((read_number(number)?, words.next()?.to_owned()))
    })
}

/// Reads a decimal or hexadecimal number.
fn read_number(word: &str) -> Option<u32> {
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

/// `RTPROT_*`, `include/uapi/linux/rtnetlink.h`.
const PROTOCOLS: &str = "0 unspec\n1 redirect\n2 kernel\n3 boot\n4 static\n8 gated\n9 ra\n10 mrt\n\
    11 zebra\n12 bird\n13 dnrouted\n14 xorp\n15 ntk\n16 dhcp\n18 keepalived\n42 babel\n186 bgp\n\
    187 isis\n188 ospf\n189 rip\n192 eigrp";

/// `RT_TABLE_*`, the same header.
const TABLES: &str = "253 default\n254 main\n255 local";

/// `RT_SCOPE_*`, the same header.
const SCOPES: &str = "0 global\n200 site\n253 link\n254 host\n255 nowhere";

/// `IFAPROT_*`, `include/uapi/linux/if_addr.h`.
const ADDR_PROTOCOLS: &str = "0 unspec\n1 kernel_lo\n2 kernel_ra\n3 kernel_ll";

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
    built_in: &'static [(u32, &'static str)],
    names: OnceCell<BTreeMap<u32, String>>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            protocols: Numbering::new("rt_protos", PROTOCOLS),
            tables: Numbering::new("rt_tables", TABLES),
            scopes: Numbering::new("rt_scopes", SCOPES),
            realms: Numbering::new("rt_realms", &[(0, "unknown")]),
            dsfields: Numbering::new("rt_dsfield", &[]),
            groups: Numbering::new("group", &[(0, "default")]),
            addr_protocols: Numbering::new("rt_addrprotos", ADDR_PROTOCOLS),
        }
    }
}

impl Numbering {
    fn new(file: &'static str, built_in: &'static [(u32, &'static str)]) -> Self {
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
        let built_in = self
            .built_in
            .iter()
            .map(|(n, name)| (*n, (*name).to_owned()));
        let text = FOLDERS
            .iter()
            .find_map(|folder| fs::read_to_string(Path::new(folder).join(self.file)).ok());
        let more = self
            .parts()
            .into_iter()
            .filter_map(|part| fs::read_to_string(part).ok());

        let mut names: BTreeMap<_, _> = built_in.collect();
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
const PROTOCOLS: &[(u32, &str)] = &[
    (0, "unspec"),
    (1, "redirect"),
    (2, "kernel"),
    (3, "boot"),
    (4, "static"),
    (8, "gated"),
    (9, "ra"),
    (10, "mrt"),
    (11, "zebra"),
    (12, "bird"),
    (13, "dnrouted"),
    (14, "xorp"),
    (15, "ntk"),
    (16, "dhcp"),
    (18, "keepalived"),
    (42, "babel"),
    (186, "bgp"),
    (187, "isis"),
    (188, "ospf"),
    (189, "rip"),
    (192, "eigrp"),
];

/// `RT_TABLE_*`, the same header.
const TABLES: &[(u32, &str)] = &[(253, "default"), (254, "main"), (255, "local")];

/// `RT_SCOPE_*`, the same header.
const SCOPES: &[(u32, &str)] = &[
    (0, "global"),
    (200, "site"),
    (253, "link"),
    (254, "host"),
    (255, "nowhere"),
];

/// `IFAPROT_*`, `include/uapi/linux/if_addr.h`.
const ADDR_PROTOCOLS: &[(u32, &str)] = &[
    (0, "unspec"),
    (1, "kernel_lo"),
    (2, "kernel_ra"),
    (3, "kernel_ll"),
];

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Sets of attributes, and what messages and nests carry of them.

mod checks;
mod kinds;

use super::keys::{check_keys, maps, need, number, place, text_of, Refused};
use super::{names, unknown};
use crate::family::model::{Attr, AttrKind, Family, Member, Set};
use crate::yaml::Node;
use crate::{upper, Result, SourceError};

const SET_KEYS: &[&str] = &[
    "name",
    "name-prefix",
    "enum-name",
    "doc",
    "subset-of",
    "attributes",
    "required",
    "optional",
];

const SET_REFUSED: Refused = &[
    (
        "header",
        "all that is named stands in the header that is made",
    ),
    ("attr-cnt-name", "no count is defined"),
    ("attr-max-name", "no maximum is defined"),
];

const ATTR_KEYS: &[&str] = &[
    "name",
    "type",
    "value",
    "doc",
    "byte-order",
    "multi-attr",
    "nested-attributes",
    "sub-type",
    "enum",
    "enum-as-flags",
    "checks",
    "display-hint",
];

const ATTR_REFUSED: Refused = &[
    (
        "type-value",
        "say `type: indexed-array`, whose numbers mean nothing",
    ),
    ("struct", "give the members attributes of their own"),
    ("sub-message", "an attribute has one form alone"),
    ("selector", "an attribute has one form alone"),
    ("name-prefix", "the set has one"),
];

/// How deep nests may be, as in the layer.
const MAX_DEPTH: usize = 10;

/// The largest number of an attribute.
const NLA_TYPE_MAX: i64 = 0x3fff;

/// A set of attributes, or a part of one.
pub struct Scope {
    name: String,
    attrs: Vec<Attr>,
    /// Attributes that have to be in a nest of a request.
    required: Vec<String>,
    /// Attributes that may be missing in a nest of an answer.
    optional: Vec<String>,
}

/// Direction of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Message to the kernel.
    Request,
    /// Message from the kernel.
    Answer,
}

impl Direction {
    /// Returns the key whose list says what is special.
    fn key(self) -> &'static str {
        match self {
            Direction::Request => "required",
            Direction::Answer => "optional",
        }
    }

    /// Says whether an attribute is always there that is named under the key or not.
    fn is_always(self, is_named: bool) -> bool {
        (self == Direction::Request) == is_named
    }
}

/// All sets of a family.
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads the sets, and adds those with numbers of their own to `family`.
    pub fn read(root: Node<'_>, family: &mut Family) -> Result<Self> {
        let mut scopes = Self(Vec::new());
        for node in maps(root, "attribute-sets")? {
            check_keys(node, "set", SET_KEYS, SET_REFUSED)?;
            let attrs = match node.get("subset-of") {
                Some(whole) => scopes.subset(node, whole)?,
                None => {
                    let set = read_set(node, family)?;
                    let attrs = set.attrs.clone();
                    family.sets.push(set);
                    attrs
                }
            };
            let scope = read_scope(node, attrs)?;
            scopes.0.push(scope);
        }
        scopes.check_nests(root)?;
        Ok(scopes)
    }

    /// Returns the set that the text of `node` names.
    pub fn get(&self, node: Node<'_>) -> Result<&Scope> {
        let name = node.as_text().unwrap_or_default();

        self.find(&name)
            .ok_or_else(|| unknown(node, &name, "set", self.0.iter().map(|scope| &*scope.name)))
    }

    fn find(&self, name: &str) -> Option<&Scope> {
        self.0.iter().find(|scope| scope.name == name)
    }

    /// Reads the attributes of a part of the set that `whole` names.
    fn subset(&self, node: Node<'_>, whole: Node<'_>) -> Result<Vec<Attr>> {
        let whole = self.get(whole)?;

        maps(node, "attributes")?
            .into_iter()
            .map(|node| {
                check_keys(node, "attribute of a part of a set", &["name"], &[])?;
                whole.attr(&need(node, "name")?, node).cloned()
            })
            .collect()
    }

    /// Checks that each nest is of a set that is there, and neither in itself nor too deep.
    fn check_nests(&self, root: Node<'_>) -> Result<()> {
        for attr in self.0.iter().flat_map(|scope| &scope.attrs) {
            let Some(inside) = attr.kind.inside() else {
                continue;
            };
            if self.find(inside).is_none() {
                let all = self.0.iter().map(|scope| &*scope.name);
                return Err(unknown(root, inside, "set", all).at(attr.line));
            }
            self.check_depth(attr, &mut Vec::new())?;
        }
        Ok(())
    }

    fn check_depth<'a>(&'a self, attr: &'a Attr, path: &mut Vec<&'a str>) -> Result<()> {
        let Some(scope) = attr.kind.inside().and_then(|name| self.find(name)) else {
            return Ok(());
        };
        if path.contains(&&*scope.name) {
            let message = format!(
                "nests of `{}` are in themselves: {} -> {0}",
                scope.name,
                path.join(" -> ")
            );
            return Err(SourceError::new(message).at(attr.line));
        }
        if path.len() == MAX_DEPTH {
            let message = format!(
                "nests are more than {MAX_DEPTH} deep: {}",
                path.join(" -> ")
            );
            return Err(SourceError::new(message).at(attr.line));
        }
        path.push(&scope.name);
        for attr in &scope.attrs {
            self.check_depth(attr, path)?;
        }
        path.pop();
        Ok(())
    }

    /// Reads which attributes of `scope` a part of an operation carries.
    pub fn members(
        &self,
        scope: &Scope,
        node: Node<'_>,
        direction: Direction,
    ) -> Result<Vec<Member>> {
        let special = names(node, direction.key())?;
        let all = names(node, "attributes")?;
        for (name, node) in &special {
            if !all.iter().any(|(other, _)| other == name) {
                let all = all.iter().map(|(name, _)| &**name);
                return Err(unknown(*node, name, "attribute", all));
            }
            scope.check_special(name, *node)?;
        }
        check_once(&all)?;
        all.iter()
            .map(|(name, node)| {
                let attr = scope.attr(name, *node)?;
                if attr.kind == AttrKind::Unused {
                    return Err(node.error(format!("`{name}` is unused: no message carries it")));
                }
                let is_named = special.iter().any(|(other, _)| other == name);
                Ok(self.member(attr, is_named, direction))
            })
            .collect()
    }

    /// Returns `attr` with all that is inside.
    fn member(&self, attr: &Attr, is_named: bool, direction: Direction) -> Member {
        let scope = attr.kind.inside().and_then(|name| self.find(name));
        let inside = scope.map_or(Vec::new(), |scope| {
            let special = match direction {
                Direction::Request => &scope.required,
                Direction::Answer => &scope.optional,
            };
            scope
                .attrs
                .iter()
                .filter(|attr| attr.kind != AttrKind::Unused)
                .map(|attr| self.member(attr, special.contains(&attr.name), direction))
                .collect()
        });

        Member {
            is_always: direction.is_always(is_named) && !is_never_required(attr),
            attr: attr.clone(),
            inside,
        }
    }
}

/// Checks that each name is there once.
fn check_once(all: &[(String, Node<'_>)]) -> Result<()> {
    let mut rest = all;
    while let [(name, _), others @ ..] = rest {
        if let Some((_, node)) = others.iter().find(|(other, _)| other == name) {
            return Err(node.error(format!("`{name}` is there twice")));
        }
        rest = others;
    }
    Ok(())
}

/// Says whether the attribute may be missing as it is.
fn is_never_required(attr: &Attr) -> bool {
    attr.is_multi || attr.kind == AttrKind::Flag
}

impl Scope {
    /// Returns the attribute `name`, which `node` asks for.
    fn attr(&self, name: &str, node: Node<'_>) -> Result<&Attr> {
        let found = self.attrs.iter().find(|attr| attr.name == name);

        found.ok_or_else(|| {
            let what = format!("attribute of `{}`", self.name);
            unknown(node, name, &what, self.attrs.iter().map(|attr| &*attr.name))
        })
    }

    /// Checks that it makes sense to say whether the attribute `name` has to be there.
    fn check_special(&self, name: &str, node: Node<'_>) -> Result<()> {
        let attr = self.attr(name, node)?;

        match (attr.is_multi, &attr.kind) {
            (true, _) => Err(node.error(format!(
                "`{name}` is multi-attr: none at all is allowed as it is"
            ))),
            (false, AttrKind::Flag) => {
                Err(node.error(format!("`{name}` is a flag: it may be missing as it is")))
            }
            _ => Ok(()),
        }
    }
}

fn read_scope(node: Node<'_>, attrs: Vec<Attr>) -> Result<Scope> {
    let mut scope = Scope {
        name: need(node, "name")?,
        attrs,
        required: Vec::new(),
        optional: Vec::new(),
    };
    let list = |key| -> Result<Vec<String>> {
        let names = names(node, key)?;
        names
            .into_iter()
            .map(|(name, node)| scope.check_special(&name, node).map(|()| name))
            .collect()
    };

    (scope.required, scope.optional) = (list("required")?, list("optional")?);
    Ok(scope)
}

fn read_set(node: Node<'_>, family: &Family) -> Result<Set> {
    let name = need(node, "name")?;
    let plain = match name == family.name {
        true => format!("{name}-a"),
        false => format!("{}-a-{name}", family.name),
    };
    let prefix = text_of(node, "name-prefix")?.unwrap_or_else(|| format!("{plain}-"));
    let mut set = Set {
        enum_name: text_of(node, "enum-name")?
            .unwrap_or(plain)
            .replace('-', "_"),
        prefix: upper(&prefix),
        doc: text_of(node, "doc")?.unwrap_or_default(),
        attrs: Vec::new(),
        name,
    };
    for attr in maps(node, "attributes")? {
        let attr = read_attr(attr, &set, family)?;
        set.attrs.push(attr);
    }
    set.attrs.sort_by_key(|attr| attr.value);
    Ok(set)
}

fn read_attr(node: Node<'_>, set: &Set, family: &Family) -> Result<Attr> {
    check_keys(node, "attribute", ATTR_KEYS, ATTR_REFUSED)?;
    let name = need(node, "name")?;
    let next = set.attrs.last().map_or(1, |attr| i64::from(attr.value) + 1);
    let value = number(node, "value", 1, NLA_TYPE_MAX)?.unwrap_or(next);
    if let Some(other) = set.attrs.iter().find(|attr| i64::from(attr.value) == value) {
        let message = format!("`{}` has the number {value} already", other.name);
        return Err(place(node, "value").error(message));
    }
    if set.attrs.iter().any(|attr| attr.name == name) {
        return Err(node.error(format!("`{name}` is there already")));
    }
    let (kind, is_multi) = kinds::read(node)?;

    Ok(Attr {
        c_name: format!("{}{}", set.prefix, upper(&name)),
        value: value as u16,
        checks: checks::read(node, &kind, family)?,
        kind,
        is_multi,
        doc: text_of(node, "doc")?.unwrap_or_default(),
        line: node.line(),
        name,
    })
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Attributes beside each other, of which one may say what another is.

use super::{AttrInfo, AttrSet, ValueFormat};
use crate::wire::{self, Attrs};

/// How many attributes are looked through for a selector: the kernel puts it in front.
const LOOKED_THROUGH: usize = 32;

/// A row of attributes, and those around it.
#[derive(Clone, Copy, Debug)]
pub struct AttrRow<'a> {
    /// The attributes as they are on the wire.
    pub bytes: &'a [u8],
    /// Types of the attributes.
    pub set: AttrSet,
    /// The family that the message is of, `AF_*`: the first byte of its header.
    pub family: u8,
    /// The IP protocol that was asked for, `IPPROTO_*`, if that is known: it says what the
    /// [counters of a socket](ValueFormat::ByProtocol) are.
    pub ip_protocol: Option<u16>,
    /// The row that holds this one.
    pub outer: Option<&'a AttrRow<'a>>,
}

impl<'a> AttrRow<'a> {
    /// Returns the attributes.
    pub fn attrs(&self) -> Attrs<'a> {
        Attrs::new(self.bytes)
    }

    /// Returns what is known of `attr`, one of the row; its format is no choice any more.
    pub fn find(&self, attr: &wire::Attr<'_>) -> Option<AttrInfo> {
        let known = self.set.find(attr.kind())?;

        Some(match self.chosen(known.format) {
            Some(format) => AttrInfo { format, ..known },
            None => known,
        })
    }

    /// Returns what is chosen if `format` is a choice; [`ValueFormat::Binary`] where that is none of them.
    pub fn chosen(&self, format: ValueFormat) -> Option<ValueFormat> {
        let chosen = match format {
            ValueFormat::Select(nla_type, false, choice) => self.select(nla_type, choice),
            ValueFormat::Select(nla_type, true, choice) => {
                self.outer.and_then(|outer| outer.select(nla_type, choice))
            }
            ValueFormat::ByFamily(choice) => choice.by_number(self.family.into()),
            ValueFormat::ByProtocol(choice) => self
                .ip_protocol
                .and_then(|protocol| choice.by_number(protocol.into())),
            _ => return None,
        };

        Some(chosen.unwrap_or(ValueFormat::Binary))
    }

    fn select(&self, nla_type: u16, choice: super::SubMessages) -> Option<ValueFormat> {
        let mut attrs = self.attrs().take(LOOKED_THROUGH).flatten();
        let Some(selector) = attrs.find(|attr| attr.kind() == nla_type) else {
            return self.select_by_any(choice);
        };

        match self.set.find(nla_type)?.format {
            ValueFormat::Number(number) => choice.by_number(number.read(selector.value())?),
            _ => choice.by_text(trimmed(selector.value())),
        }
    }

    /// Returns what another text of the row chooses: `ip link set DEV type bridge_slave` has its kind in
    /// `IFLA_INFO_KIND`.
    fn select_by_any(&self, choice: super::SubMessages) -> Option<ValueFormat> {
        let is_text = |attr: &wire::Attr<'_>| {
            matches!(self.set.find(attr.kind())?.format, ValueFormat::Text).then_some(())
        };
        let mut attrs = self.attrs().take(LOOKED_THROUGH).flatten();

        attrs.find_map(|attr| is_text(&attr).and_then(|()| choice.by_text(trimmed(attr.value()))))
    }
}

/// Returns the bytes before the first NUL.
fn trimmed(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

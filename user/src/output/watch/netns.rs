// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Network namespaces in what is told.

use super::{push_json_changes, push_text_changes, Difference, Stamp, Watch};
use crate::output::escape::Escaped;
use serde_json::json;
use std::io;
use std::mem;
use std::sync::Arc;

/// The network namespace that something happened in, as lines have it.
#[derive(Clone, Debug)]
pub struct NamespaceLabel {
    /// Prefix of a text line, where there are several namespaces.
    pub(super) text: Arc<str>,
    /// The keys of a change.
    pub(super) event: Arc<str>,
    /// The keys of what is no change.
    pub(super) state: Arc<str>,
}

impl NamespaceLabel {
    /// The only one there is; `netns` is what it is called, where that was said.
    pub fn only(netns: Option<&str>) -> Self {
        Self {
            text: "".into(),
            event: keys(netns, None).into(),
            state: "".into(),
        }
    }

    /// Returns the label of one of several namespaces; `nsid` is its id in the first one.
    pub fn among(netns: Option<&str>, nsid: Option<u32>) -> Self {
        let keys: Arc<str> = keys(netns, nsid).into();

        Self {
            text: prefix(netns, nsid).into(),
            event: Arc::clone(&keys),
            state: keys,
        }
    }
}

fn keys(netns: Option<&str>, nsid: Option<u32>) -> String {
    let nsid = nsid.map_or_else(String::new, |nsid| format!(r#","nsid":{nsid}"#));

    format!(r#","netns":{}{nsid}"#, json!(netns))
}

fn prefix(netns: Option<&str>, nsid: Option<u32>) -> String {
    match (netns, nsid) {
        (Some(netns), _) => format!("[netns {}] ", Escaped(netns.as_bytes())),
        (None, Some(nsid)) => format!("[nsid {nsid}] "),
        (None, None) => String::new(),
    }
}

/// Names of a network namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Name of the namespace.
    pub netns: Option<String>,
    /// Id of the namespace in the first one.
    pub nsid: Option<u32>,
}

impl Identity {
    fn differences(&self, old: &Self) -> Vec<Difference> {
        let values = |of: &Self| [("netns", json!(of.netns)), ("nsid", json!(of.nsid))];

        values(old)
            .into_iter()
            .zip(values(self))
            .filter(|(old, new)| old != new)
            .map(|((key, old), (_, new))| Difference {
                path: key.to_owned(),
                old,
                new,
            })
            .collect()
    }

    /// Returns what is known of it as text.
    pub fn words(&self) -> String {
        let netns = self.netns.as_ref();
        let netns = netns.map(|netns| format!("netns={}", Escaped(netns.as_bytes())));
        let nsid = self.nsid.map(|nsid| format!("nsid={nsid}"));
        let words: Vec<_> = [netns, nsid].into_iter().flatten().collect();

        words.join(" ")
    }
}

impl Watch {
    /// Tells of another network namespace from now on; returns which one it was.
    pub fn move_to(&mut self, place: NamespaceLabel) -> NamespaceLabel {
        self.forget_names();
        mem::replace(&mut self.place, place)
    }

    /// Tells that a network namespace is watched, or, with what it `was`, that it is called
    /// otherwise.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn netns_is(
        &mut self,
        now: &Stamp,
        netns: &Identity,
        was: Option<&Identity>,
        is_initial: bool,
    ) -> io::Result<()> {
        let what = if was.is_some() { "change" } else { "new" };
        let differences = was.map_or_else(Vec::new, |was| netns.differences(was));

        self.netns_line(now, what, netns, &differences, is_initial)
    }

    /// Tells that a network namespace is not watched any more.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn netns_is_gone(&mut self, now: &Stamp, netns: &Identity) -> io::Result<()> {
        self.netns_line(now, "del", netns, &[], false)
    }

    fn netns_line(
        &mut self,
        now: &Stamp,
        what: &str,
        netns: &Identity,
        differences: &[Difference],
        is_initial: bool,
    ) -> io::Result<()> {
        match self.json {
            true => {
                self.begin_json(now, what);
                let keys = keys(netns.netns.as_deref(), netns.nsid);
                self.put(&[r#","kind":"netns""#, &keys]);
                if !differences.is_empty() {
                    self.put(&[r#","changes":"#]);
                    push_json_changes(self.out.text(), differences);
                }
                self.put(&[if is_initial { r#","initial":true"# } else { "" }]);
            }
            false => {
                self.begin_text(now, &[what, " netns: ", &netns.words()]);
                push_text_changes(self.out.text(), differences);
                self.put(&[if is_initial { " (initial)" } else { "" }]);
            }
        }
        self.end_line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_among_others_is_named_on_every_line() {
        let all = [
            (None, None, "", r#","netns":null"#),
            (None, Some(3), "[nsid 3] ", r#","netns":null,"nsid":3"#),
            (Some("a"), None, "[netns a] ", r#","netns":"a""#),
            (
                Some("\n\""),
                Some(0),
                "[netns \\x0a\"] ",
                r#","netns":"\n\"","nsid":0"#,
            ),
        ];
        for (netns, nsid, text, keys) in all {
            let place = NamespaceLabel::among(netns, nsid);
            assert_eq!(
                [place.text, place.event, place.state],
                [text, keys, keys].map(Arc::from)
            );
        }
    }

    #[test]
    fn the_only_namespace_is_named_with_a_change_and_not_in_text() {
        let place = NamespaceLabel::only(Some("a"));

        let expected = ["", r#","netns":"a""#, ""].map(Arc::from);
        assert_eq!([place.text, place.event, place.state], expected);
    }
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A monitor in the background that tells in JSON.

use crate::lab::*;
use serde_json::Value;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A monitor that subscribed already, and where its output goes.
pub struct Watcher {
    pub child: Child,
    file: PathBuf,
}

impl Watcher {
    /// Starts one in the network namespace `netns`, with the words in `args`.
    pub fn start(netns: &str, args: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let file = std::env::temp_dir().join(format!("watcher-{}-{number}", std::process::id()));
        let child = Command::new("nlhello")
            .args(["-n", netns, "--json", "monitor", "--initial"])
            .args(args.split(' '))
            .stdout(File::create(&file).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let watcher = Self { child, file };
        watcher.wait_for(r#""event":"sync"}"#);
        watcher
    }

    /// Waits until it has told something with this `text`.
    pub fn wait_for(&self, text: &str) {
        wait_until(text, || self.text().contains(text));
    }

    /// Waits until it has told a line that `is_it`.
    pub fn wait_for_line(&self, what: &str, is_it: impl Fn(&Value) -> bool) {
        wait_until(what, || {
            let text = self.text();
            // The last line may not be whole yet.
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            json_lines(&text.as_bytes()[..whole]).iter().any(&is_it)
        });
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    /// Ends it; returns what it has told since it subscribed, and said on standard error.
    pub fn end(self) -> (Vec<Value>, String) {
        kill(&self.child, "INT");
        let text = self.text();
        let output = self.child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::remove_file(&self.file).unwrap();

        let mut lines = json_lines(text.as_bytes());
        let start = lines.iter().position(|line| line["event"] == "sync");
        (lines.split_off(start.unwrap() + 1), stderr(&output))
    }
}

/// Returns the flags of each line about the link `name`, one after the other; what each is said to have had before was
/// told.
pub fn flags_of(emitted: &[Value], name: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for line in emitted.iter().filter(|line| line["link"]["ifname"] == name) {
        let old = &line["changes"]["flags"]["old"];
        assert!(
            old.is_null() || all.last().is_none_or(|last| last == old),
            "{emitted:#?}"
        );
        all.push(line["link"]["flags"].clone());
    }
    all
}

/// Says whether `line` tells this `event` of an object of this `kind` with all fields of `part`.
pub fn is_event_of(line: &Value, event: &str, kind: &str, part: &Value) -> bool {
    let has_part = || {
        let mut fields = part.as_object().unwrap().iter();
        fields.all(|(key, value)| line[kind].get(key) == Some(value))
    };
    line["event"] == event && line["kind"] == kind && has_part()
}

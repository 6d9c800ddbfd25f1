// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The monitor of a simulated kernel, and the picture that a reader of its lines has.

use super::*;
use std::collections::BTreeMap;

/// An event that a simulated kernel has sent: kind, whether the object is there, flags and payload.
pub type Sent = (Kind, bool, u16, Vec<u8>);

/// A state, and what was told of it.
pub struct Picture {
    pub state: MonitorState,
    emitted: BTreeMap<Kind, Vec<Vec<u8>>>,
}

impl Picture {
    pub fn new() -> Self {
        Self {
            state: MonitorState::new(),
            emitted: BTreeMap::new(),
        }
    }

    pub fn take(&mut self, (kind, is_there, flags, payload): Sent) {
        let news = News {
            object: Payload::new(kind, &payload),
            is_there,
            flags,
            by: 0,
        };
        let emitted = &mut self.emitted;
        self.state.take(&news, &mut |event| draw(emitted, event));
    }

    pub fn close(&mut self) {
        let emitted = &mut self.emitted;
        self.state.close(&mut |event| draw(emitted, event));
    }

    pub fn known(&self, kind: Kind) -> Vec<Vec<u8>> {
        let mut known: Vec<_> = self.state.bodies(kind).map(Cow::into_owned).collect();
        known.sort();
        known
    }

    /// Asserts that what was told of this `kind` is what is known.
    pub fn check(&self, kind: Kind) {
        let emitted = self.emitted.get(&kind).cloned().unwrap_or_default();
        assert_eq!(self.known(kind), emitted, "{kind:?}");
    }
}

fn draw(emitted: &mut BTreeMap<Kind, Vec<Vec<u8>>>, event: &Event<'_>) {
    let picture = emitted.entry(event.kind()).or_default();
    let old = match event.what {
        Action::New => None,
        Action::Change => Some(event.old.expect("what it was")),
        Action::Del => Some(event.body),
    };
    if let Some(old) = old {
        let at = picture.iter().position(|known| known == old.bytes());
        picture.remove(at.expect("what is gone was told"));
    }
    if event.what != Action::Del {
        picture.push(event.body.bytes().to_vec());
    }
    picture.sort();
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Domains as messages of DNS have them: labels, each behind its length, up to an empty one (RFC 1035
//! 3.1).

/// The longest label, in bytes.
const LABEL: usize = 63;

/// Reads domains, as people write them; zeros after the last are padding. `None` when it is no row of
/// them.
pub fn list(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut domains = Vec::new();
    let mut rest = bytes;
    while rest.iter().any(|byte| *byte != 0) {
        let (domain, after) = split(rest)?;
        domains.push(domain);
        rest = after;
    }
    Some(domains)
}

/// Splits off a domain.
fn split(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut domain = Vec::new();
    let mut rest = bytes;
    loop {
        let (len, after) = rest.split_first()?;
        let len = usize::from(*len);
        if len == 0 {
            return Some((domain, after));
        }
        let (label, after) = after.split_at_checked(len).filter(|_| len <= LABEL)?;
        if !domain.is_empty() {
            domain.push(b'.');
        }
        put_label(&mut domain, label);
        rest = after;
    }
}

/// A dot in a label is not the end of it.
fn put_label(domain: &mut Vec<u8>, label: &[u8]) {
    for byte in label {
        if matches!(byte, b'.' | b'\\') {
            domain.push(b'\\');
        }
        domain.push(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_read_up_to_the_padding() {
        let both = b"\x07example\x03org\0\x03lab\0\0\0";

        assert_eq!(list(both), Some(vec![b"example.org".into(), b"lab".into()]));
        assert_eq!(list(b"\0\0"), Some(vec![]));
        assert_eq!(list(b""), Some(vec![]));
    }

    #[test]
    fn a_dot_in_a_label_is_marked() {
        assert_eq!(list(b"\x04a.\\b\x01c\0"), Some(vec![br"a\.\\b.c".into()]));
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        // Without an end, a label that is cut off, one that is none but a pointer.
        for bytes in [&b"\x03lab"[..], b"\x05lab\0", b"\xc0\x01\0\0"] {
            assert_eq!(list(bytes), None, "{bytes:?}");
        }
    }
}

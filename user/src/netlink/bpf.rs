// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Instructions of classic BPF: `Documentation/networking/filter.rst`.

use libc::{sock_filter, BPF_ABS, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W};

/// Loads the word at `offset`.
pub(crate) fn load(offset: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0)
}

/// Skips `yes` instructions where `test` with `k` holds, else `no`.
pub(crate) fn jump(test: u32, k: u32, yes: u8, no: u8) -> sock_filter {
    instruction(BPF_JMP | test | BPF_K, k, yes, no)
}

/// Ends the program with `verdict`.
pub(crate) fn end(verdict: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, verdict, 0, 0)
}

/// Returns an instruction.
pub(crate) fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter {
        // Codes of classic BPF instructions are all below 256.
        code: code as u16,
        jt,
        jf,
        k,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use libc::BPF_JEQ;

    /// Runs `program` as the kernel does, where `word` is what it loads from an offset; returns its verdict.
    pub fn verdict(program: &[sock_filter], word: impl Fn(u32) -> u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let step = program[at];
            at += 1;
            match u32::from(step.code) {
                code if code == BPF_LD | BPF_W | BPF_ABS => loaded = word(step.k),
                code if code == BPF_RET | BPF_K => return step.k,
                code => {
                    let holds = match code & 0xf0 {
                        BPF_JEQ => loaded == step.k,
                        _ => loaded & step.k != 0,
                    };
                    at += usize::from(if holds { step.jt } else { step.jf });
                }
            }
        }
    }
}

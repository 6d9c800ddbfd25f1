// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Changes by their means: commands, files of sysctl and of sysfs, and other hosts.

use super::grammar::Step;
use crate::lab::*;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

const PEER: &str = include_str!("peer.py");

/// Does what `step` says in the network namespace of this thread.
///
/// # Errors
///
/// What the kernel, or the program, says of it.
pub fn act(step: &Step) -> Result<(), String> {
    let words: Vec<_> = step.words.split_whitespace().collect();
    match words[..] {
        ["sysctl", setting] => set(setting),
        // Words of the value are joined by _, as spaces part the words of a step.
        ["write", value, path] => write(path, &value.replace('_', " ")),
        ["sleep", seconds] => {
            sleep(Duration::from_secs(seconds.parse().unwrap()));
            Ok(())
        }
        ["ra", ..] => {
            let python = ["netns", "exec", super::FAR, "python3", "-c", PEER];
            finish(Command::new("ip").args(python).args(&words))
        }
        ["frame" | "send", ..] => finish(Command::new("python3").args(["-c", PEER]).args(&words)),
        [program, ref args @ ..] => finish(Command::new(newest(program)).args(args)),
        [] => panic!("no step"),
    }
}

/// Returns the newest one of a program of iproute2, where it is given.
pub fn newest(program: &str) -> String {
    let given = std::env::var(program.to_uppercase());
    given.unwrap_or_else(|_| program.to_owned())
}

fn set(setting: &str) -> Result<(), String> {
    let (name, value) = setting.split_once('=').unwrap();
    write(&format!("/proc/sys/{}", name.replace('.', "/")), value)
}

fn write(path: &str, value: &str) -> Result<(), String> {
    fs::write(path, value).map_err(|error| error.to_string())
}

fn finish(command: &mut Command) -> Result<(), String> {
    let output = run(command);
    match output.status.success() {
        true => Ok(()),
        false => Err(stderr(&output).trim().to_owned()),
    }
}

// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The files of a record.

use crate::netlink::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub const RECORD: &str = "record";

/// Where a record goes: one file, or several one after the other, named as by `tcpdump(1)` with `-C` and
/// `-W`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFiles {
    /// The file, and what the names of further ones begin with.
    pub path: PathBuf,
    /// The length that a file does not exceed, in bytes, if there may be another one then. It does where
    /// what there is at its start takes more than half of that: then it becomes twice as long as that.
    /// Without a size there is one file.
    pub size: Option<u64>,
    /// How many files there are at most, from 1: then the oldest one is written over. Without it, there
    /// is no limit.
    pub count: Option<u32>,
}

impl RecordFiles {
    /// Returns the file `path` alone.
    pub fn one(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            size: None,
            count: None,
        }
    }

    /// Returns the path of file number `number`, from 0.
    fn path_of(&self, number: u64) -> PathBuf {
        let suffix = match (self.size, self.count) {
            (Some(_), Some(count)) => {
                let count = u64::from(count.max(1));
                let width = (count - 1).to_string().len();
                format!("{:0width$}", number % count)
            }
            _ if number == 0 => String::new(),
            _ => number.to_string(),
        };
        let mut path = self.path.clone().into_os_string();
        path.push(suffix);
        path.into()
    }
}

/// The file that is written now.
pub struct Files {
    plan: RecordFiles,
    number: u64,
    path: PathBuf,
    file: File,
    /// How much was written to it.
    len: u64,
}

impl Files {
    /// Makes the first file.
    pub fn create(plan: RecordFiles) -> Result<Self, Error> {
        let mut files = Self::open(plan)?;
        files.empty()?;
        Ok(files)
    }

    /// Opens the first file, and makes it if there is none; what is in it stays until [`Files::empty`].
    pub fn open(plan: RecordFiles) -> Result<Self, Error> {
        let path = plan.path_of(0);
        let file = open_kept(&path).map_err(|error| failed(&path, &error))?;

        Ok(Self {
            plan,
            number: 0,
            path,
            file,
            len: 0,
        })
    }

    /// Removes what was in the file before.
    pub fn empty(&mut self) -> Result<(), Error> {
        empty(&self.file).map_err(|error| failed(&self.path, &error))
    }

    /// Returns what writes to the first file, as `wrap` makes it of that.
    pub fn writer(
        &self,
        wrap: impl FnOnce(File) -> io::Result<Box<dyn Write>>,
    ) -> Result<Box<dyn Write>, Error> {
        let writer = self.file.try_clone().and_then(wrap);

        writer.map_err(|error| failed(&self.path, &error))
    }

    /// Returns how much was written to the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns the length that a file should not exceed.
    pub fn size(&self) -> Option<u64> {
        self.plan.size
    }

    /// Makes the next file.
    pub fn next_file(&mut self) -> Result<(), Error> {
        self.number += 1;
        self.path = self.plan.path_of(self.number);
        self.file = File::create(&self.path).map_err(|error| failed(&self.path, &error))?;
        self.len = 0;
        Ok(())
    }

    /// Appends `bytes` to the file; where that fails, so much of them as `whole` says of those that were
    /// written: a file that other programs look at, or that is read later, ends where a packet does.
    pub fn append(&mut self, bytes: &[u8], whole: fn(&[u8]) -> usize) -> Result<(), Error> {
        let result = write_all(&mut self.file, bytes);
        self.note(bytes, whole, result)
    }

    /// Appends `bytes` by `writer`, one that [`Files::writer`] returned, as [`Files::append`] does.
    pub fn append_by(
        &mut self,
        writer: &mut dyn Write,
        bytes: &[u8],
        whole: fn(&[u8]) -> usize,
    ) -> Result<(), Error> {
        let result = write_all(writer, bytes);
        self.note(bytes, whole, result)
    }

    /// Notes how much of `bytes` was written.
    fn note(
        &mut self,
        bytes: &[u8],
        whole: fn(&[u8]) -> usize,
        (written, result): (usize, io::Result<()>),
    ) -> Result<(), Error> {
        match result {
            Ok(()) => {
                self.len += written as u64;
                Ok(())
            }
            Err(error) => {
                self.len += whole(&bytes[..written]) as u64;
                // A file that is not regular keeps what was written.
                let _ = self.file.set_len(self.len);
                Err(failed(&self.path, &error))
            }
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::from_io(RECORD, error).object(path.display().to_string())
}

/// Opens the file `path` for writing, and makes it if there is none; what is in it stays until [`empty`].
///
/// # Errors
///
/// Those of `open(2)`.
pub fn open_kept(path: &Path) -> io::Result<File> {
    let mut options = File::options();

    options.write(true).create(true).truncate(false).open(path)
}

/// Removes what is in `file`, if it is one that keeps something.
///
/// # Errors
///
/// Those of `ftruncate(2)`.
pub fn empty(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => file.set_len(0),
        false => Ok(()),
    }
}

/// Writes all of `bytes`; returns how many were written.
fn write_all(file: &mut dyn Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Err(ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(size: Option<u64>, count: Option<u32>, numbers: &[u64]) -> Vec<String> {
        let plan = RecordFiles {
            size,
            count,
            ..RecordFiles::one("r")
        };
        let name = |number: &u64| plan.path_of(*number).display().to_string();
        numbers.iter().map(name).collect()
    }

    #[test]
    fn files_are_named_as_by_tcpdump() {
        assert_eq!(names(None, None, &[0]), ["r"]);
        assert_eq!(
            names(Some(9), None, &[0, 1, 2, 10]),
            ["r", "r1", "r2", "r10"]
        );
        assert_eq!(names(Some(9), Some(10), &[0, 9, 10]), ["r0", "r9", "r0"]);
        assert_eq!(
            names(Some(9), Some(11), &[0, 10, 11]),
            ["r00", "r10", "r00"]
        );
        assert_eq!(names(Some(9), Some(1), &[0, 1]), ["r0", "r0"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_file() {
        let mut files = Files::create(RecordFiles::one("/dev/full")).unwrap();
        let error = files.append(b"x", <[u8]>::len).unwrap_err();
        assert_eq!(error.errno.0, libc::ENOSPC);
        assert_eq!(error.object.as_deref(), Some("/dev/full"));

        let error = Files::create(RecordFiles::one("/nosuch/record"))
            .err()
            .unwrap();
        assert_eq!(error.object.as_deref(), Some("/nosuch/record"));
    }
}

//! What waits for a destination, in files: a kill of the process loses none of it.
//!
//! Messages are appended to segments, each with its length, a checksum and what it holds. A process
//! begins a segment of its own, so that nothing is ever written behind what a kill has torn. How far
//! a destination has taken them stands in a file of sixteen bytes. What was sent and not yet noted
//! there is sent again after a kill: at least once.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::ingest::Signal;

/// Bytes from which on a segment is followed by the next.
const SEGMENT: u64 = 4 * 1024 * 1024;

/// Length, checksum, signal, count.
const HEAD: usize = 4 + 8 + 1 + 4;

/// A message of OTLP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// See [`byte`].
    pub(super) signal: u8,
    /// Records in it.
    pub(super) count: u32,
    pub(super) bytes: Vec<u8>,
}

/// How a signal is written.
pub(super) const fn byte(signal: Signal) -> u8 {
    match signal {
        Signal::Traces => b't',
        Signal::Logs => b'l',
        Signal::Metrics => b'm',
    }
}

#[derive(Debug)]
struct Segment {
    number: u64,
    /// Bytes that are whole.
    length: u64,
}

/// The files of one destination.
#[derive(Debug)]
pub(super) struct Queue {
    directory: PathBuf,
    /// The oldest first; the last one is written to.
    segments: VecDeque<Segment>,
    writing: File,
    position: File,
    /// How far the first segment was taken.
    taken: u64,
    most: u64,
    /// Records that wait.
    pending: u64,
}

impl Queue {
    /// Opens the queue of a directory, which is made if it is not there.
    pub(super) fn open(directory: &Path, most: u64) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let mut numbers: Vec<u64> = Vec::new();
        for entry in fs::read_dir(directory)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|it| it.strip_suffix(".otlp"));
            numbers.extend(number.and_then(|it| it.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut position = options.open(directory.join("position"))?;
        let mut noted = Vec::new();
        position.read_to_end(&mut noted)?;
        let noted = match noted.as_chunks::<8>().0 {
            [number, offset] => (u64::from_be_bytes(*number), u64::from_be_bytes(*offset)),
            _ => (0, 0),
        };
        let mut segments = VecDeque::new();
        let (mut pending, mut taken) = (0, 0);
        for number in numbers.iter().copied() {
            if number < noted.0 {
                fs::remove_file(path(directory, number))?;
                continue;
            }
            let from = if number == noted.0 { noted.1 } else { 0 };
            let (length, records) = scan(&path(directory, number), from)?;
            if segments.is_empty() {
                taken = from;
            }
            pending += records;
            segments.push_back(Segment { number, length });
        }
        let next = numbers.last().map_or(1, |last| last + 1);
        let writing = File::create_new(path(directory, next))?;
        if segments.is_empty() {
            taken = 0;
        }
        segments.push_back(Segment {
            number: next,
            length: 0,
        });
        let directory = directory.to_owned();
        Ok(Self {
            directory,
            segments,
            writing,
            position,
            taken,
            most,
            pending,
        })
    }

    /// Records that wait.
    pub(super) fn pending(&self) -> u64 {
        self.pending
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> u64 {
        let all: u64 = self.segments.iter().map(|segment| segment.length).sum();
        all.saturating_sub(self.taken)
    }

    /// Appends a message; false where there is no room.
    pub(super) fn push(&mut self, message: &Message) -> io::Result<bool> {
        let length = (HEAD + message.bytes.len()) as u64;
        if self.bytes() + length > self.most {
            return Ok(false);
        }
        if self.last().length >= SEGMENT {
            let number = self.last().number + 1;
            self.writing = File::create_new(path(&self.directory, number))?;
            self.segments.push_back(Segment { number, length: 0 });
        }
        let mut framed = Vec::with_capacity(HEAD + message.bytes.len());
        framed.extend((message.bytes.len() as u32).to_be_bytes());
        framed.extend(checksum(message).to_be_bytes());
        framed.push(message.signal);
        framed.extend(message.count.to_be_bytes());
        framed.extend(&message.bytes);
        if let Err(error) = self.writing.write_all(&framed) {
            // A part may be there: what follows must not stand behind it.
            let whole = self.last().length;
            self.writing.set_len(whole)?;
            self.writing.seek(SeekFrom::Start(whole))?;
            return Err(error);
        }
        if let Some(last) = self.segments.back_mut() {
            last.length += length;
        }
        self.pending += u64::from(message.count);
        Ok(true)
    }

    fn last(&self) -> &Segment {
        // There is always the one that is written to.
        self.segments.back().expect("a segment that is written to")
    }

    /// The oldest message; it stays until [`Queue::take`].
    pub(super) fn first(&mut self) -> io::Result<Option<Message>> {
        loop {
            let Some(segment) = self.segments.front() else {
                return Ok(None);
            };
            let file = path(&self.directory, segment.number);
            if self.taken < segment.length {
                let mut reading = File::open(file)?;
                reading.seek(SeekFrom::Start(self.taken))?;
                let message = read(&mut reading)?;
                if message.is_none() {
                    // Damaged since it was counted; nothing behind it can be found.
                    self.taken = segment.length;
                    continue;
                }
                return Ok(message);
            }
            if self.segments.len() == 1 {
                return Ok(None);
            }
            self.segments.pop_front();
            self.taken = 0;
            self.note()?;
            fs::remove_file(file)?;
        }
    }

    /// The oldest message is done with.
    pub(super) fn take(&mut self, message: &Message) -> io::Result<()> {
        self.taken += (HEAD + message.bytes.len()) as u64;
        self.pending = self.pending.saturating_sub(message.count.into());
        self.note()
    }

    fn note(&mut self) -> io::Result<()> {
        let number = self.segments.front().map_or(0, |segment| segment.number);
        let mut noted = [0; 16];
        noted[..8].copy_from_slice(&number.to_be_bytes());
        noted[8..].copy_from_slice(&self.taken.to_be_bytes());
        self.position.seek(SeekFrom::Start(0))?;
        self.position.write_all(&noted)
    }
}

fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:016}.otlp"))
}

/// How many bytes of a segment are whole, and how many records stand in it from a place on.
fn scan(path: &Path, from: u64) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    let (mut whole, mut records) = (0, 0);
    while let Some(message) = read(&mut file)? {
        if whole >= from {
            records += u64::from(message.count);
        }
        whole += (HEAD + message.bytes.len()) as u64;
    }
    Ok((whole, records))
}

/// The next message; `None` at the end, or where it is torn.
fn read(file: &mut File) -> io::Result<Option<Message>> {
    let mut head = [0; HEAD];
    match file.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let number = |range: std::ops::Range<usize>| {
        head[range]
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let length = number(0..4);
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    let message = Message {
        signal: head[12],
        count: u32::try_from(number(13..17)).unwrap_or(0),
        bytes,
    };
    let is_whole = message.bytes.len() as u64 == length && checksum(&message) == number(4..12);
    Ok(is_whole.then_some(message))
}

/// FNV-1a over eight bytes at a time: tells what a kill has torn, not what somebody forged.
fn checksum(message: &Message) -> u64 {
    let step = |sum: u64, word: u64| {
        (sum ^ word)
            .wrapping_mul(0x0000_0100_0000_01b3)
            .rotate_left(23)
    };
    let (words, rest) = message.bytes.as_chunks::<8>();
    let begin = step(
        0xcbf2_9ce4_8422_2325,
        u64::from(message.signal) << 32 | u64::from(message.count),
    );
    let sum = words
        .iter()
        .fold(begin, |sum, word| step(sum, u64::from_be_bytes(*word)));
    rest.iter()
        .fold(sum, |sum, byte| step(sum, u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u8) -> Message {
        let bytes = vec![number; 100];
        Message {
            signal: b't',
            count: 2,
            bytes,
        }
    }

    fn rest(queue: &mut Queue) -> Vec<u8> {
        let mut numbers = Vec::new();
        while let Some(message) = queue.first().expect("files") {
            numbers.push(message.bytes[0]);
            queue.take(&message).expect("files");
        }
        numbers
    }

    #[test]
    fn what_was_not_taken_is_there_when_it_is_opened_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let open = || Queue::open(directory.path(), 1 << 20).expect("files");
        let mut queue = open();
        for number in 1..=3 {
            assert!(queue.push(&message(number)).expect("files"));
        }
        let first = queue.first().expect("files").expect("one");
        queue.take(&first).expect("files");
        // As a kill leaves it: nothing is said to anybody.
        std::mem::forget(queue);
        let mut queue = open();
        assert_eq!(queue.pending(), 4);
        queue.push(&message(4)).expect("files");
        assert_eq!(rest(&mut queue), [2, 3, 4]);
        assert_eq!((queue.pending(), queue.bytes()), (0, 0));
        drop(queue);
        assert!(rest(&mut open()).is_empty());
    }

    #[test]
    fn a_torn_end_costs_the_message_that_was_being_written_and_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut queue = Queue::open(directory.path(), 1 << 20).expect("files");
        for number in 1..=2 {
            queue.push(&message(number)).expect("files");
        }
        drop(queue);
        let segment = path(directory.path(), 1);
        let bytes = fs::read(&segment).expect("a file");
        fs::write(&segment, &bytes[..bytes.len() - 1]).expect("a file");
        let mut queue = Queue::open(directory.path(), 1 << 20).expect("files");
        queue.push(&message(3)).expect("files");
        assert_eq!(queue.pending(), 4);
        assert_eq!(rest(&mut queue), [1, 3]);
    }

    #[test]
    fn it_takes_no_more_than_it_may_and_gives_its_files_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut queue = Queue::open(directory.path(), 10 * 1024 * 1024).expect("files");
        let large = Message {
            signal: b'l',
            count: 1,
            bytes: vec![7; 1024 * 1024],
        };
        let taken = (0..20)
            .filter(|_| queue.push(&large).expect("files"))
            .count();
        assert_eq!(taken, 9);
        assert_eq!(rest(&mut queue).len(), 9);
        assert!(queue.push(&large).expect("files"), "room again");
        let files = fs::read_dir(directory.path()).expect("a directory").count();
        assert_eq!(files, 2, "a segment and the position");
    }
}

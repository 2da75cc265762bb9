//! Whole records, as OTLP has them, compressed a few dozen at a time.

use std::cell::RefCell;

use prost::Message;

use super::prepare::{Block, BodyAt};

/// Records of a block. More compress better, and more must be read for one.
const RECORDS: usize = 64;
/// Bytes before compression after which a block takes no more.
const BYTES: usize = 256 * 1024;
/// Bytes before compression that no sound block has: what OTLP takes at once is far below.
const LARGEST: usize = 1 << 30;
const ZSTD_LEVEL: i32 = 1;

thread_local! {
    /// Its tables are larger than what it compresses; they are kept for the next block.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

#[derive(Default)]
pub(super) struct Blocks {
    done: Vec<Block>,
    open: Vec<u8>,
    records: usize,
}

impl Blocks {
    pub(super) fn add(&mut self, record: &impl Message) -> BodyAt {
        if self.records == RECORDS || self.open.len() >= BYTES {
            self.close();
        }
        // Only fails where a buffer cannot grow.
        let _ = record.encode_length_delimited(&mut self.open);
        self.records += 1;
        BodyAt {
            block: self.done.len(),
            place: self.records as i64 - 1,
        }
    }

    pub(super) fn add_hashed(&mut self, record: &impl Message) -> (BodyAt, i64) {
        let at = self.add(record);
        let start = match at.place {
            0 => 0,
            _ => self.open.len() - delimited(record),
        };
        (at, hash(&self.open[start..]))
    }

    fn close(&mut self) {
        let bytes = compress(&self.open);
        let size = self.open.len();
        self.done.push(Block { size, bytes });
        self.open.clear();
        self.records = 0;
    }

    pub(super) fn finish(mut self) -> Vec<Block> {
        if self.records > 0 {
            self.close();
        }
        self.done
    }
}

fn delimited(record: &impl Message) -> usize {
    let length = record.encoded_len();
    prost::length_delimiter_len(length) + length
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let compressed = COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = zstd::bulk::Compressor::new(ZSTD_LEVEL).ok();
        }
        kept.as_mut()?.compress(bytes).ok()
    });
    // It fails only where memory is short; a block of its own size is told by that.
    compressed
        .filter(|compressed| compressed.len() < bytes.len())
        .unwrap_or_else(|| bytes.to_vec())
}

/// The records of a block, by place; `None` where the block is damaged.
pub(super) fn records(bytes: &[u8], size: usize) -> Option<Vec<Vec<u8>>> {
    if size > LARGEST {
        return None;
    }
    let plain = match bytes.len() == size {
        true => bytes.to_vec(),
        false => zstd::bulk::decompress(bytes, size).ok()?,
    };
    let mut rest = plain.as_slice();
    let mut records = Vec::with_capacity(RECORDS);
    while !rest.is_empty() {
        let length = prost::decode_length_delimiter(&mut rest).ok()?;
        records.push(rest.get(..length)?.to_vec());
        rest = &rest[length..];
    }
    (plain.len() == size).then_some(records)
}

/// The same on every machine and in every version: it is part of a key in the store.
fn hash(bytes: &[u8]) -> i64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64 ^ 0x51_7c_c1_b7_27_22_0a_95;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes([
            word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
        ]);
        hash = (hash.rotate_left(29) ^ word).wrapping_mul(PRIME);
        hash ^= hash >> 32;
    }
    for byte in words.remainder() {
        hash = (hash.rotate_left(29) ^ u64::from(*byte)).wrapping_mul(PRIME);
        hash ^= hash >> 32;
    }
    hash as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_record_never_changes() {
        assert_eq!(hash(b""), 5_871_781_006_564_002_453);
        assert_ne!(hash(b"abcdefgh"), hash(b"abcdefgi"));
        assert_ne!(hash(b"abcdefghi"), hash(b"abcdefgh"));
    }

    #[test]
    fn a_block_gives_back_its_records_or_says_that_it_is_damaged() {
        let texts: Vec<String> = (0..200).map(|n| format!("record {n}")).collect();
        let mut blocks = Blocks::default();
        let places: Vec<BodyAt> = texts.iter().map(|text| blocks.add(text)).collect();
        let blocks = blocks.finish();
        assert_eq!(blocks.len(), 200_usize.div_ceil(RECORDS));
        for (text, at) in texts.iter().zip(places) {
            let block = &blocks[at.block];
            let records = records(&block.bytes, block.size).expect("sound");
            let record = &records[usize::try_from(at.place).expect("small")];
            assert_eq!(String::decode(record.as_slice()).as_ref(), Ok(text));
        }
        let mut torn = blocks[0].bytes.clone();
        torn[20] ^= 0x55;
        torn.truncate(torn.len() - 3);
        assert!(records(&torn, blocks[0].size).is_none());
        assert!(records(&blocks[0].bytes, usize::MAX).is_none());
    }
}

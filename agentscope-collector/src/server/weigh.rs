//! What a message would hold, counted before it is decoded.
//!
//! Two bytes can stand for a span of some three hundred, so that neither the bytes of a message nor
//! those that it has when it is unpacked bound the memory that it takes. Only what is listed is
//! counted; everything else is stepped over.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::ingest::Signal;

/// For each record so many attributes, events, links and other parts may be there.
const PARTS: u64 = 10;

/// Bytes that a record takes at most when it is decoded, but for its texts, with what is noted beside
/// it on its way.
const RECORD: u64 = 512;

/// Likewise of a part.
const PART: u64 = 96;

/// Of an object of JSON, of which a tree is made first.
const OBJECT: u64 = 256;

/// Fields of an object of OTLP; it has fewer.
const FIELDS: u32 = 32;

/// Levels of a message, as many as the decoder takes.
const LEVELS: u32 = 100;

/// Why a message is not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It holds more than it may.
    TooMany,
    /// It is none.
    Malformed,
}

/// How much a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Weight {
    records: u64,
    parts: u64,
    most: u64,
}

#[derive(Clone, Copy)]
enum Counts {
    Record,
    Part,
    /// Numbers of eight bytes each, once decoded, one byte each.
    Packed,
    /// There is one of it at most.
    Nothing,
}

impl Weight {
    fn new(most: u64) -> Self {
        Self {
            records: 0,
            parts: 0,
            most,
        }
    }

    fn add(&mut self, what: Counts, bytes: usize) -> Result<(), Unfit> {
        match what {
            Counts::Record => self.records += 1,
            Counts::Part => self.parts += 1,
            Counts::Packed => self.parts += bytes as u64 * 8 / PART,
            Counts::Nothing => {}
        }
        let fits = self.records <= self.most && self.parts <= self.most.saturating_mul(PARTS);
        fits.then_some(()).ok_or(Unfit::TooMany)
    }
}

/// The bytes that the records of a message in protobuf take beside their texts, where it holds at
/// most so many.
pub(super) fn protobuf(bytes: &[u8], signal: Signal, most: u64) -> Result<usize, Unfit> {
    let weight = weigh(bytes, signal, most)?;
    Ok(sum(weight.records * RECORD + weight.parts * PART))
}

fn weigh(bytes: &[u8], signal: Signal, most: u64) -> Result<Weight, Unfit> {
    let mut weight = Weight::new(most);
    walk(bytes, Kind::Message(signal), LEVELS, &mut weight)?;
    Ok(weight)
}

fn sum(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// The messages of OTLP that list something.
#[derive(Clone, Copy)]
enum Kind {
    Message(Signal),
    OfResource(Signal),
    OfScope(Signal),
    Resource,
    Entity,
    Scope,
    Span,
    Event,
    Link,
    Log,
    Metric,
    Numbers,
    Number,
    Histograms,
    Histogram,
    Exponentials,
    Exponential,
    Buckets,
    Summaries,
    Summary,
    Exemplar,
    Attribute,
    Value,
    List,
    Map,
    /// It lists nothing.
    Leaf,
}

impl Kind {
    /// What a field holds; `None` where nothing of it is counted.
    fn field(self, number: u64) -> Option<(Counts, Self)> {
        use Counts::{Nothing, Packed, Part, Record};
        Some(match (self, number) {
            (Self::Attribute, 2) | (Self::Log, 5) => (Nothing, Self::Value),
            (Self::Value, 5) => (Nothing, Self::List),
            (Self::Value, 6) => (Nothing, Self::Map),
            (Self::List, 1) => (Part, Self::Value),
            (Self::Span, 9)
            | (Self::Event, 3)
            | (Self::Link, 4)
            | (Self::Log, 6)
            | (Self::Resource, 1)
            | (Self::Scope, 3)
            | (Self::Map, 1)
            | (Self::Metric, 12)
            | (Self::Number, 7)
            | (Self::Histogram, 9)
            | (Self::Exponential, 1)
            | (Self::Summary, 7)
            | (Self::Exemplar, 7) => (Part, Self::Attribute),
            (Self::Span, 11) => (Part, Self::Event),
            (Self::Span, 13) => (Part, Self::Link),
            (Self::Message(signal), 1) => (Record, Self::OfResource(signal)),
            (Self::OfResource(_), 1) => (Nothing, Self::Resource),
            (Self::OfResource(signal), 2) => (Record, Self::OfScope(signal)),
            (Self::OfScope(_), 1) => (Nothing, Self::Scope),
            (Self::OfScope(Signal::Traces), 2) => (Record, Self::Span),
            (Self::OfScope(Signal::Logs), 2) => (Record, Self::Log),
            (Self::OfScope(Signal::Metrics), 2) => (Record, Self::Metric),
            (Self::Resource, 3) => (Part, Self::Entity),
            (Self::Entity, 3 | 4) | (Self::Summary, 6) => (Part, Self::Leaf),
            (Self::Metric, 5 | 7) => (Nothing, Self::Numbers),
            (Self::Metric, 9) => (Nothing, Self::Histograms),
            (Self::Metric, 10) => (Nothing, Self::Exponentials),
            (Self::Metric, 11) => (Nothing, Self::Summaries),
            (Self::Numbers, 1) => (Record, Self::Number),
            (Self::Histograms, 1) => (Record, Self::Histogram),
            (Self::Exponentials, 1) => (Record, Self::Exponential),
            (Self::Summaries, 1) => (Record, Self::Summary),
            (Self::Number, 5) | (Self::Histogram, 8) | (Self::Exponential, 11) => {
                (Part, Self::Exemplar)
            }
            (Self::Exponential, 8 | 9) => (Nothing, Self::Buckets),
            (Self::Buckets, 2) => (Packed, Self::Leaf),
            _ => return None,
        })
    }
}

fn walk(mut bytes: &[u8], kind: Kind, levels: u32, weight: &mut Weight) -> Result<(), Unfit> {
    let levels = levels.checked_sub(1).ok_or(Unfit::Malformed)?;
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let length = match key & 7 {
            0 => {
                varint(&mut bytes)?;
                continue;
            }
            1 => 8,
            2 => varint(&mut bytes)?,
            5 => 4,
            // Groups, which OTLP does not have.
            _ => return Err(Unfit::Malformed),
        };
        let length = usize::try_from(length).map_err(|_| Unfit::Malformed)?;
        let (held, rest) = bytes.split_at_checked(length).ok_or(Unfit::Malformed)?;
        bytes = rest;
        if key & 7 == 2
            && let Some((what, held_kind)) = kind.field(key >> 3)
        {
            weight.add(what, held.len())?;
            if !matches!(held_kind, Kind::Leaf) {
                walk(held, held_kind, levels, weight)?;
            }
        }
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Unfit> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Unfit::Malformed)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Unfit::Malformed)
}

/// The same of a message in JSON, where every object and every member of a list counts. What is no
/// JSON is left to who reads it.
pub(super) fn json(bytes: &[u8], most: u64) -> Result<usize, Unfit> {
    let mut weight = Weight::new(most);
    let mut unfit = None;
    let counting = Counting {
        weight: &mut weight,
        unfit: &mut unfit,
        place: Place::Field,
    };
    let counted = counting.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    match (counted, unfit) {
        (Err(_), Some(unfit)) => Err(unfit),
        _ => Ok(sum((weight.records + weight.parts) * OBJECT)),
    }
}

/// Where a value of JSON stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// By itself, in an object.
    Field,
    /// The same, and it is a list of records.
    Records,
    Record,
    /// In any other list.
    Part,
}

struct Counting<'a> {
    weight: &'a mut Weight,
    unfit: &'a mut Option<Unfit>,
    place: Place,
}

impl Counting<'_> {
    fn at(&mut self, place: Place) -> Counting<'_> {
        Counting {
            weight: self.weight,
            unfit: self.unfit,
            place,
        }
    }

    fn add<E: serde::de::Error>(&mut self, what: Counts) -> Result<(), E> {
        self.weight.add(what, 0).map_err(|unfit| {
            *self.unfit = Some(unfit);
            E::custom("too many")
        })
    }

    /// Something that has no parts.
    fn scalar<E: serde::de::Error>(mut self) -> Result<(), E> {
        match self.place {
            Place::Field | Place::Records => Ok(()),
            Place::Record | Place::Part => self.add(Counts::Part),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Counting<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counting<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let member = match self.place {
            Place::Records => Place::Record,
            _ => Place::Part,
        };
        // A list in a list.
        if matches!(self.place, Place::Record | Place::Part) {
            self.add(Counts::Part)?;
        }
        while list.next_element_seed(self.at(member))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        match self.place {
            Place::Record => self.add(Counts::Record)?,
            _ => self.add(Counts::Part)?,
        }
        let mut count = 0;
        while let Some(place) = fields.next_key_seed(Key)? {
            count += 1;
            // No object of OTLP has so many.
            if count > FIELDS {
                self.add(Counts::Part)?;
            }
            fields.next_value_seed(self.at(place))?;
        }
        Ok(())
    }
}

/// The name of a field: how what it holds counts.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Place;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Place, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Place;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Place, E> {
        Ok(match name {
            "resourceSpans" | "scopeSpans" | "spans" | "resourceLogs" | "scopeLogs"
            | "logRecords" | "resourceMetrics" | "scopeMetrics" | "metrics" | "dataPoints" => {
                Place::Records
            }
            _ => Place::Field,
        })
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;

    /// Every list of the three messages with two members, and the records and parts in it.
    const LISTS: [(Signal, &str, u64, u64); 3] = [
        (
            Signal::Traces,
            r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"a"},{"key":"b"}],"entityRefs":[{"schemaUrl":"","type":"t","idKeys":["a","b"],"descriptionKeys":["c"]}]},
            "scopeSpans":[{"scope":{"name":"n","attributes":[{"key":"a"}]},"spans":[{"traceId":"","spanId":""},{"traceId":"","spanId":"",
            "attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"},{"kvlistValue":{"values":[{"key":"b"}]}}]}}}],
            "events":[{"name":"e","attributes":[{"key":"c"}]}],"links":[{"traceId":"","spanId":"","attributes":[{"key":"d"},{"key":"e"}]}]}]}]}]}"#,
            4,
            16,
        ),
        (
            Signal::Logs,
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":[{"intValue":"1"}]}},"attributes":[{"key":"a"}]},{}]}]}]}"#,
            4,
            2,
        ),
        (
            Signal::Metrics,
            r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"g","metadata":[{"key":"a"}],"gauge":{"dataPoints":[{"attributes":[{"key":"a"}],"exemplars":[{"filteredAttributes":[{"key":"b"}]}]}]}},
            {"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"attributes":[{"key":"a"}],"exemplars":[{}]}]}},
            {"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"attributes":[{"key":"a"}],"exemplars":[{}]}]}},
            {"name":"s","summary":{"dataPoints":[{"attributes":[{"key":"a"}],"quantileValues":[{"quantile":0.5,"value":1}]}]}}]}]}]}"#,
            10,
            10,
        ),
    ];

    fn written(signal: Signal, text: &str) -> Vec<u8> {
        fn read<T: serde::de::DeserializeOwned + prost::Message>(text: &str) -> Vec<u8> {
            serde_json::from_str::<T>(text)
                .expect("OTLP")
                .encode_to_vec()
        }
        match signal {
            Signal::Traces => read::<ExportTraceServiceRequest>(text),
            Signal::Logs => read::<ExportLogsServiceRequest>(text),
            Signal::Metrics => read::<ExportMetricsServiceRequest>(text),
        }
    }

    #[test]
    fn every_list_of_a_message_counts() {
        for (signal, text, records, parts) in LISTS {
            let bytes = written(signal, text);
            let weight = weigh(&bytes, signal, 1_000).expect("few");
            assert_eq!(
                (weight.records, weight.parts),
                (records, parts),
                "{signal:?}"
            );
            assert!(weigh(&bytes, signal, records).is_ok());
            assert_eq!(weigh(&bytes, signal, records - 1), Err(Unfit::TooMany));
        }
    }

    #[test]
    fn in_json_objects_and_members_of_lists_count() {
        let (_, text, records, _) = LISTS[1];
        // The body, a list, its member; the attribute.
        assert_eq!(
            json(text.as_bytes(), 1_000),
            Ok(usize::try_from((records + 5) * OBJECT).expect("few"))
        );
        assert_eq!(json(text.as_bytes(), records - 1), Err(Unfit::TooMany));
        let numbers = format!(r#"{{"a":[{}0]}}"#, "0,".repeat(30));
        let fields: String = (0..60).map(|number| format!(r#""{number}":0,"#)).collect();
        for text in [numbers, format!(r#"{{{fields}"a":0}}"#)] {
            assert_eq!(json(text.as_bytes(), 2), Err(Unfit::TooMany), "{text}");
        }
        assert!(json(b"{", 1).is_ok(), "its reader says what is wrong");
    }

    #[test]
    fn what_is_no_protobuf_is_told() {
        // A list in a list.
        let deep = (0..5_000).fold(Vec::new(), |inner: Vec<u8>, level| {
            let mut bytes = vec![if level % 2 == 0 { 0x0a } else { 0x2a }];
            prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
            [bytes, inner].concat()
        });
        for bytes in [&[0xff; 11][..], &[0x0a, 0x05], &[0x0b], &[0x09, 0]] {
            assert_eq!(
                protobuf(bytes, Signal::Traces, 10),
                Err(Unfit::Malformed),
                "{bytes:?}"
            );
        }
        let mut weight = Weight::new(10_000);
        let value = walk(&deep, Kind::Value, LEVELS, &mut weight);
        assert_eq!(value, Err(Unfit::Malformed));
    }
}

//! Certificates on a day: does one count, and from when does it no longer. Every room that counts them asks here.

use super::lens::Lens;
use super::state::Record;
use crate::domain::{Day, RecordKind, Value, enumeration};

impl Lens<'_> {
    /// Does a certification count on the day? Its dates decide; a revocation counts from its own day,
    /// also in the past (国科发火〔2016〕32号). Where a start or an end is not stated, the source speaks
    /// for its own date alone: before or after it nobody knows, and unknown is neither yes nor no.
    pub fn certified(&self, record: &Record) -> Option<bool> {
        let day = self.day;
        let validity = &record.fact.validity;
        if !validity.contains(day) || day >= record.taken_from() {
            return Some(false);
        }
        let told = self.source(record.fact.provenance.source).and_then(|source| source.named("date"));
        let (told_from, told_to) = match told {
            Some(Value::Date(date)) => (date.first_day(), date.last_day()),
            _ => (Day::END, Day::BEGINNING),
        };
        let begun = validity.from.is_some() || day >= told_from;
        let goes_on = validity.to.is_some() || day <= told_to;
        (begun && goes_on).then_some(true)
    }
}

impl Record {
    /// The day from which a certificate no longer counts, because it was taken or given back.
    pub fn taken_from(&self) -> Day {
        let row = RecordKind::Certification.row();
        let taken = row.value(&self.values, "status").is_some_and(|status| {
            let codes = ["REVOKED", "WITHDRAWN"]
                .map(|name| enumeration::CERTIFICATION_STATUS.by_name(name).map(|code| code.tag));
            matches!(status, Value::Code(tag) if codes.contains(&Some(*tag)))
        });
        match row.value(&self.values, "revokedFrom") {
            Some(Value::Date(date)) => date.first_day(),
            _ if taken => Day::BEGINNING,
            _ => Day::END,
        }
    }
}

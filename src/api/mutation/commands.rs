//! From arguments to a command: one function a mutation. What the command means is for `decide`.

use super::read::{Fields, unfit};
use crate::domain::command::{Amendment, Command, Given, Reference, Subject, TieReference};
use crate::domain::identifier::{SCHEMES, Scheme};
use crate::domain::name::{Language, NameKind};
use crate::domain::personal::{ERASURE_REASONS, ErasureReason};
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::rejection::Rejection;
use crate::domain::{Id, Kind, RecordKind, Relation};

/// Enter a source.
pub fn save_source(arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    let values = input.values(SOURCE_ATTRIBUTES)?.into_iter().filter_map(|(tag, given)| match given {
        Given::Value(value) => Some((tag, value)),
        // No column of a source is a term.
        Given::Term(_) | Given::Nodes(_) => None,
    });
    Ok(Command::SaveSource { key: input.needed("key")?, values: values.collect() })
}

/// Enter a node, or add to one.
pub fn save_entity(kind: Kind, arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    let subject = match (input.reference("by")?, input.text("key")?) {
        (Some(_), Some(key)) => {
            let (zh, en) = ("与 by 只能填一个", "cannot be given together with by");
            return Err(unfit("key", &key, zh, en));
        }
        (Some(reference), None) => Subject::Existing(reference),
        (None, Some(key)) => Subject::Key(key),
        (None, None) => Subject::New,
    };
    Ok(Command::SaveEntity {
        kind,
        subject,
        name_zh: input.text("nameZh")?,
        name_en: input.text("nameEn")?,
        code: if kind.row().code_scheme.is_some() { input.text("code")? } else { None },
        values: input.values(kind.row().attributes)?,
        validity: input.validity("validFrom", "validTo")?,
        origin: input.origin()?,
    })
}

/// One more name.
pub fn add_name(arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    Ok(Command::AddName {
        entity: input.needed_reference("entity")?,
        text: input.needed("text")?,
        language: input.listed("language", Language::by_name, &["zh", "en"])?,
        kind: input.listed("kind", NameKind::by_name, &["OFFICIAL", "SHORT", "FORMER", "ALIAS"])?,
        validity: input.validity("validFrom", "validTo")?,
        origin: input.origin()?,
    })
}

/// One more identifier.
pub fn add_identifier(arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    let known: Vec<&str> = SCHEMES.iter().map(|row| row.1).collect();
    Ok(Command::AddIdentifier {
        entity: input.needed_reference("entity")?,
        scheme: input.listed("scheme", Scheme::by_name, &known)?,
        value: input.needed("value")?,
        validity: input.validity("validFrom", "validTo")?,
        origin: input.origin()?,
    })
}

/// One more statement.
pub fn state_attribute(arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    Ok(Command::State {
        entity: input.needed_reference("entity")?,
        attribute: input.needed("attribute")?,
        value: input.needed("value")?,
        validity: input.validity("validFrom", "validTo")?,
        origin: input.origin()?,
    })
}

/// A tie. The one field of the input says which relation.
pub fn relate(arguments: &Fields) -> Result<Command, Rejection> {
    let all = arguments.inside("input");
    let given = all.only();
    let found = given.and_then(|(name, input)| {
        Relation::all()
            .find(|relation| super::inputs::relation_field(*relation) == name)
            .map(|relation| (relation, input))
    });
    let Some((relation, input)) = found else { return Err(Rejection::RequiredMissing { name: "input".into() }) };
    Ok(Command::Relate {
        relation,
        from: input.needed_reference("from")?,
        to: input.needed_reference("to")?,
        values: input.values(relation.row().attributes)?,
        validity: input.validity("since", "until")?,
        origin: input.origin()?,
    })
}

/// A record. Where nothing in it says when it begins, that must be answered, if only with UNKNOWN.
pub fn save_record(kind: RecordKind, arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    if kind.row().must_be_dated() {
        input.needed("validFrom")?;
    }
    Ok(Command::SaveRecord {
        kind,
        subject: input.needed_reference(kind.row().subject.0)?,
        values: input.values(kind.row().attributes)?,
        validity: input.validity("validFrom", "validTo")?,
        origin: input.origin()?,
    })
}

/// An end to a tie.
pub fn end_relation(arguments: &Fields) -> Result<Command, Rejection> {
    let tie = arguments.inside("tie");
    let tie = match tie.only() {
        Some(("id", _)) => TieReference::Id(id(&tie, "id")?),
        Some(("ends", ends)) => TieReference::Ends {
            relation: ends.listed("relation", Relation::by_name, &["MEMBER_OF", "OWNS", "…"])?,
            from: ends.needed_reference("from")?,
            to: ends.needed_reference("to")?,
        },
        _ => return Err(Rejection::RequiredMissing { name: "tie".into() }),
    };
    let missing = || Rejection::RequiredMissing { name: "to".into() };
    Ok(Command::EndRelation { tie, to: arguments.date("to")?.ok_or_else(missing)?, origin: arguments.origin()? })
}

/// A fact put right.
pub fn correct(arguments: &Fields) -> Result<Command, Rejection> {
    let input = arguments.inside("input");
    let end = |name: &str| {
        let named = input.clears(name) || input.get(name).is_some();
        Ok::<_, Rejection>(if named { Some(input.date(name)?) } else { None })
    };
    let values = input.list("values");
    let pair = |entry: &Fields| Ok::<_, Rejection>((entry.needed("name")?, entry.needed("value")?));
    let values = values.iter().map(pair).collect::<Result<_, _>>()?;
    let amendment = Amendment { value: input.text("value")?, values, from: end("validFrom")?, to: end("validTo")? };
    Ok(Command::Correct { id: id(arguments, "id")?, amendment, origin: input.new_origin()? })
}

/// A fact taken back.
pub fn retract(arguments: &Fields) -> Result<Command, Rejection> {
    Ok(Command::Retract { id: id(arguments, "id")?, reason: arguments.needed("reason")? })
}

/// What is personal erased.
pub fn erase(arguments: &Fields) -> Result<Command, Rejection> {
    let known: Vec<&str> = ERASURE_REASONS.iter().map(|row| row.1).collect();
    let reason = arguments.listed("reason", ErasureReason::by_name, &known)?;
    Ok(Command::ErasePerson { person: arguments.needed_reference("person")?, reason })
}

pub(super) fn id(fields: &Fields, name: &str) -> Result<Id, Rejection> {
    let text = fields.needed(name)?;
    let malformed = |()| unfit(name, &text, "编号应为 26 位字母数字", "expects an id of 26 letters and digits");
    text.parse().map_err(malformed)
}

/// Everything that a command points at by reference.
pub fn references(command: &Command) -> Vec<&Reference> {
    match command {
        Command::SaveEntity { subject, values, .. } => {
            let existing = if let Subject::Existing(reference) = subject { Some(reference) } else { None };
            existing.into_iter().chain(values.iter().flat_map(named)).collect()
        }
        Command::AddName { entity, .. } | Command::AddIdentifier { entity, .. } | Command::State { entity, .. } => {
            vec![entity]
        }
        Command::Relate { from, to, values, .. } => {
            [from, to].into_iter().chain(values.iter().flat_map(named)).collect()
        }
        Command::SaveRecord { subject, values, .. } => {
            [subject].into_iter().chain(values.iter().flat_map(named)).collect()
        }
        Command::EndRelation { tie: TieReference::Ends { from, to, .. }, .. } => vec![from, to],
        Command::ErasePerson { person, .. } => vec![person],
        Command::Merge { keep: one, merge: other, .. } | Command::JudgePair { one, other, .. } => vec![one, other],
        Command::NameStore { .. }
        | Command::SaveSource { .. }
        | Command::EndRelation { .. }
        | Command::Correct { .. }
        | Command::Retract { .. }
        | Command::UndoMerge { .. }
        | Command::Keep(_) => Vec::new(),
    }
}

fn named((_, given): &(u16, Given)) -> &[Reference] {
    given.references()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Value as Gql, value};

    #[test]
    fn a_correction_tells_what_is_left_out_from_what_is_cleared() {
        let read = |input: Gql| {
            let Gql::Object(fields) = value!({ "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "input": input }) else {
                panic!("an object")
            };
            correct(&Fields::new(fields))
        };
        let amended = |input| match read(input) {
            Ok(Command::Correct { amendment, origin, .. }) => (amendment.from, amendment.to, origin.is_some()),
            other => panic!("{other:?}"),
        };
        let date = "2020".parse().ok();
        assert_eq!(amended(value!({ "value": "x" })), (None, None, false));
        assert_eq!(amended(value!({ "validFrom": null, "validTo": "2020" })), (Some(None), Some(date), false));
        assert_eq!(amended(value!({ "validTo": "UNKNOWN", "source": "s" })), (None, Some(None), true));
        // Whoever says how it got here says where from.
        assert_eq!(read(value!({ "method": "DECLARED" })), Err(Rejection::SourceMissing));
    }
}

//! Everything that a store says, as commands that say it again under the same ids. What was taken back is not
//! said. Nothing personal leaves as plain text: what is sealed goes out as the ciphertext that it is, and a name
//! that an early ledger holds in plain letters does not go out.

use super::state::{Entity, Fact, Named, State, Statement};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::command::{Command, Given, Kept, Origin, Reference, Subject};
use crate::domain::event::Values;
use crate::domain::exact::Exact;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::{Language, NameKind, Text};
use crate::domain::provenance::Provenance;
use crate::domain::{Id, Kind, Validity, Value, value};

/// What of a store does not go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Texts of people that an early ledger holds in plain letters.
    pub plain_texts_of_people: usize,
}

/// What of a node is said together with it: facts that hold whenever it does, from where it comes.
struct Together<'e> {
    key: Option<&'e (Identifier, Fact)>,
    code: Option<(&'e (Identifier, Fact), String)>,
    names: [Option<&'e Named>; 2],
    /// One for each attribute of its kind, in the order of the table.
    statements: Vec<Option<&'e Statement>>,
}

impl State {
    /// Everything, in an order in which it can be entered: what is referred to comes before what refers to it.
    pub fn whole(&self) -> impl Iterator<Item = Kept> + '_ {
        let mut kinds: Vec<Kind> = Kind::all().collect();
        kinds.sort_by_key(|kind| rank(*kind));
        let of_kind = |kind: Kind| self.indexes.kinds.get(kind as usize).into_iter().flat_map(|rows| rows.iter());
        let nodes = move || kinds.clone().into_iter().flat_map(of_kind).copied().filter(|row| !self.is_retracted(*row));
        let sources = self.sources.iter().map(|source| {
            kept(source.id, Command::SaveSource { key: source.key.clone(), values: source.values.clone() })
        });
        let ties = (0..).zip(self.ties.iter()).filter(|(_, mark)| !mark.is_retracted());
        let records = self.records.iter().filter(|record| !record.retracted);
        sources
            .chain(nodes().map(|row| self.node_said(row)))
            .chain(nodes().flat_map(|row| self.names_said(row)))
            .chain(nodes().flat_map(|row| self.identifiers_said(row)))
            .chain(nodes().flat_map(|row| self.statements_said(row)))
            .chain(ties.filter_map(|(row, _)| self.tie_said(row)))
            .chain(records.map(|record| {
                let values = self.given(record.kind.row().attributes, &record.values);
                let (subject, validity) = (self.pointer(record.subject.0), record.fact.validity);
                let (kind, origin) = (record.kind, self.origin(&record.fact.provenance));
                kept(record.fact.id, Command::SaveRecord { kind, subject, values, validity, origin })
            }))
    }

    /// What `whole` leaves out.
    pub fn omitted(&self) -> Omitted {
        let people = self.indexes.kinds.get(Kind::Person as usize).into_iter().flat_map(|rows| rows.iter());
        let plain = people.filter(|row| !self.is_retracted(**row)).map(|row| {
            let entity = self.entity(*row);
            let names = entity.names.iter().filter(|name| name.text.plain().is_some()).count();
            names + entity.statements.iter().filter(|statement| is_plain_of_a_person(entity, statement)).count()
        });
        Omitted { plain_texts_of_people: plain.sum() }
    }

    fn node_said(&self, row: u32) -> Kept {
        let entity = self.entity(row);
        let Together { key, code, names: [zh, en], statements } = self.in_one_row(row);
        let (kind, attributes) = (entity.kind, entity.kind.row().attributes);
        let mut facts = Vec::new();
        let mut note = |name: &str, fact: Option<&Fact>| {
            facts.extend(fact.map(|fact| (name.to_owned(), fact.id)));
        };
        note("key", key.map(|(_, fact)| fact));
        note("code", code.as_ref().map(|((_, fact), _)| fact));
        note("nameZh", zh.map(|name| &name.fact));
        note("nameEn", en.map(|name| &name.fact));
        let mut values = Vec::new();
        for (attribute, statement) in attributes.iter().zip(statements) {
            note(attribute.name, statement.map(|statement| &statement.fact));
            values.extend(statement.map(|statement| (attribute.tag, self.given_one(attribute, &statement.value))));
        }
        let text = |name: Option<&Named>| name.and_then(|name| name.text.plain()).map(str::to_owned);
        // A node whose key is said apart still needs one in its row: that of the store.
        let subject = Subject::Key(internal(entity).map(|(own, _)| own.value.clone()).unwrap_or_default());
        let command = Command::SaveEntity {
            kind,
            subject,
            name_zh: text(zh),
            name_en: text(en),
            code: code.map(|(_, code)| code),
            values,
            validity: entity.fact.validity,
            origin: self.origin(&entity.fact.provenance),
        };
        Kept { facts, ..kept(entity.fact.id, command) }
    }

    fn names_said(&self, row: u32) -> Vec<Kept> {
        let entity = self.entity(row);
        let [zh, en] = self.in_one_row(row).names;
        let is_said = |name: &Named| [zh, en].into_iter().flatten().any(|said| said.fact.id == name.fact.id);
        let mut names: Vec<&Named> = entity.names.iter().filter(|name| !is_said(name)).collect();
        names.sort_by_key(|name| (name.fact.stamp, name.fact.id));
        let said = names.into_iter().filter_map(|name| {
            let (text, exact) = match &name.text {
                Text::Plain(_) if entity.kind == Kind::Person => return None,
                Text::Plain(text) => (text.clone(), None),
                Text::Sealed(sealed) => (String::new(), Some(Exact::Sealed(sealed.bytes.clone()))),
            };
            let command = Command::AddName {
                entity: self.pointer(row),
                text,
                language: name.language,
                kind: name.kind,
                validity: name.fact.validity,
                origin: self.origin(&name.fact.provenance),
            };
            Some(Kept { exact, ..kept(name.fact.id, command) })
        });
        said.collect()
    }

    fn identifiers_said(&self, row: u32) -> Vec<Kept> {
        let entity = self.entity(row);
        let Together { key, code, .. } = self.in_one_row(row);
        let is_said =
            |id: Id| [key, code.as_ref().map(|(own, _)| *own)].into_iter().flatten().any(|own| own.1.id == id);
        let mut rest: Vec<&(Identifier, Fact)> =
            entity.identifiers.iter().filter(|(_, fact)| !is_said(fact.id)).collect();
        rest.sort_by_key(|(_, fact)| (fact.stamp, fact.id));
        let said = rest.into_iter().map(|(identifier, fact)| {
            let command = Command::AddIdentifier {
                entity: self.pointer(row),
                scheme: identifier.scheme,
                value: identifier.value.clone(),
                validity: fact.validity,
                origin: self.origin(&fact.provenance),
            };
            kept(fact.id, command)
        });
        said.collect()
    }

    fn statements_said(&self, row: u32) -> Vec<Kept> {
        let entity = self.entity(row);
        let together = self.in_one_row(row).statements;
        let is_said = |id: Id| together.iter().flatten().any(|said| said.fact.id == id);
        let mut rest: Vec<&Statement> =
            entity.statements.iter().filter(|statement| !is_said(statement.fact.id)).collect();
        rest.sort_by_key(|statement| (statement.fact.stamp, statement.fact.id));
        let said = rest.into_iter().filter_map(|statement| {
            let attribute = entity.kind.row().attribute_by_tag(statement.attribute)?;
            if is_plain_of_a_person(entity, statement) {
                return None;
            }
            let exact = match &statement.value {
                Value::Sealed(sealed) => Some(Exact::Sealed(sealed.bytes.clone())),
                Value::Unknown => None,
                value => Some(Exact::Parts(value::parts(attribute, value).unwrap_or_else(|| {
                    let references = self.given_one(attribute, value);
                    references.references().iter().map(Reference::to_exact).collect()
                }))),
            };
            let command = Command::State {
                entity: self.pointer(row),
                attribute: attribute.name.to_owned(),
                value: if exact.is_none() { "UNKNOWN".to_owned() } else { String::new() },
                validity: statement.fact.validity,
                origin: self.origin(&statement.fact.provenance),
            };
            Some(Kept { exact, ..kept(statement.fact.id, command) })
        });
        said.collect()
    }

    fn tie_said(&self, row: u32) -> Option<Kept> {
        let (mark, facts) = (self.tie(row), self.tie_facts.get(row)?);
        let command = Command::Relate {
            relation: mark.relation,
            from: self.pointer(mark.start),
            to: self.pointer(mark.target),
            values: self.given(mark.relation.row().attributes, &facts.values),
            validity: facts.fact.validity,
            origin: self.origin(&facts.fact.provenance),
        };
        let ended = facts.ended.as_ref().map(|ended| self.origin(&ended.provenance));
        Some(Kept { ended, ..kept(facts.fact.id, command) })
    }

    fn in_one_row(&self, row: u32) -> Together<'_> {
        let entity = self.entity(row);
        let plain = |fact: &Fact| fact.validity == Validity::OPEN && fact.provenance == entity.fact.provenance;
        let order = |fact: &Fact| (fact.stamp, fact.id);
        let official = |language: Language| {
            let all = entity.names.iter().filter(|name| {
                let form = (name.language, name.kind) == (language, NameKind::Official);
                form && name.text.plain().is_some() && plain(&name.fact)
            });
            all.filter(|_| entity.kind != Kind::Person).min_by_key(|name| order(&name.fact))
        };
        let of_attribute = |attribute: &Attribute| {
            let all = entity.statements.iter().filter(|statement| {
                let fits = statement.attribute == attribute.tag && attribute.personal.is_none();
                fits && plain(&statement.fact) && self.is_said_before(row, &statement.value)
            });
            all.min_by_key(|statement| order(&statement.fact))
        };
        let statements: Vec<Option<&Statement>> = entity.kind.row().attributes.iter().map(of_attribute).collect();
        let of_scheme = entity
            .identifiers
            .iter()
            .filter(|(own, fact)| Some(own.scheme) == entity.kind.row().code_scheme && plain(fact));
        let code = of_scheme.filter_map(|own| Some((own, own_code(entity, &own.0, &statements)?))).next();
        let key = internal(entity).filter(|(_, fact)| plain(fact));
        Together { key, code, names: [official(Language::Zh), official(Language::En)], statements }
    }

    /// Does everything that a value names come before the node, as `whole` has them?
    fn is_said_before(&self, row: u32, value: &Value) -> bool {
        let own = (rank(self.entity(row).kind), row);
        let place = |id: &Id| self.node_of(*id).map(|row| (rank(self.entity(row).kind), row));
        value.nodes().iter().all(|id| place(id).is_some_and(|place| place < own))
    }

    /// A node by its key, where that is said with it, else by its id.
    fn pointer(&self, row: u32) -> Reference {
        let entity = self.entity(row);
        let plain = |fact: &Fact| fact.validity == Validity::OPEN && fact.provenance == entity.fact.provenance;
        match internal(entity).filter(|(_, fact)| plain(fact)) {
            Some((key, _)) => Reference::Code(key.value.clone()),
            None => Reference::Id(entity.fact.id),
        }
    }

    fn pointer_to(&self, id: Id) -> Reference {
        self.node_of(id).map_or(Reference::Id(id), |row| self.pointer(row))
    }

    /// A term as a cell names it: by its code, inside the scheme that the attribute takes.
    fn term_said(&self, scheme: &str, id: Id) -> Reference {
        let code = self.node_of(id).and_then(|row| {
            let mut own = self.entity(row).identifiers.iter();
            let (own, _) = own.find(|(identifier, _)| identifier.scheme == Scheme::TermCode)?;
            let found = self.candidates(&Reference::Code(own.value.clone())) == [row];
            let inside = if scheme.is_empty() {
                Some(own.value.as_str())
            } else {
                own.value.strip_prefix(scheme)?.strip_prefix(':')
            };
            inside.filter(|_| found).map(|code| Reference::Code(code.to_owned()))
        });
        code.unwrap_or(Reference::Id(id))
    }

    fn given(&self, attributes: &'static [Attribute], values: &Values) -> Vec<(u16, Given)> {
        let held = |attribute: &Attribute| values.iter().find(|(tag, _)| *tag == attribute.tag);
        let all = attributes.iter().filter_map(|attribute| Some((attribute, held(attribute)?)));
        all.map(|(attribute, (tag, value))| (*tag, self.given_one(attribute, value))).collect()
    }

    fn given_one(&self, attribute: &Attribute, value: &Value) -> Given {
        match (value, attribute.value_type) {
            (Value::Term(id), ValueType::Term(scheme)) => Given::Term(self.term_said(scheme, *id)),
            (Value::Term(id) | Value::Node(id), _) => Given::Term(self.pointer_to(*id)),
            (Value::Nodes(ids), _) => Given::Nodes(ids.iter().map(|id| self.pointer_to(*id)).collect()),
            (value, _) => Given::Value(value.clone()),
        }
    }

    fn origin(&self, provenance: &Provenance) -> Origin {
        let source = self.source(provenance.source).map(|source| source.key.clone()).unwrap_or_default();
        let (method, basis, confidence) = (provenance.method, provenance.basis.clone(), provenance.confidence);
        Origin { source, method, basis, confidence }
    }
}

fn kept(id: Id, command: Command) -> Kept {
    Kept { command, id, facts: Vec::new(), ended: None, exact: None }
}

/// Terms and regions come first: the others name them.
fn rank(kind: Kind) -> (bool, usize) {
    (!matches!(kind, Kind::Term | Kind::Region), kind as usize)
}

fn internal(entity: &Entity) -> Option<&(Identifier, Fact)> {
    entity.identifiers.iter().find(|(identifier, _)| identifier.scheme == Scheme::Internal)
}

fn is_plain_of_a_person(entity: &Entity, statement: &Statement) -> bool {
    let attribute = entity.kind.row().attribute_by_tag(statement.attribute);
    let is_personal = attribute.is_some_and(|attribute| attribute.personal.is_some());
    is_personal && !matches!(statement.value, Value::Sealed(_) | Value::Unknown)
}

/// The code of a region or a term as its row has it: of a term without the scheme that the row says too.
fn own_code(entity: &Entity, own: &Identifier, statements: &[Option<&Statement>]) -> Option<String> {
    let code = match entity.kind {
        Kind::Term => {
            let scheme = statements.iter().flatten().find(|statement| statement.attribute == 1)?;
            let Value::Text(scheme) = &scheme.value else { return None };
            own.value.strip_prefix(scheme.as_str())?.strip_prefix(':')?
        }
        _ => &own.value,
    };
    (!code.is_empty()).then(|| code.to_owned())
}

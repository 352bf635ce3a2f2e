//! Reading in full what is personal: one person a call, for a purpose that is given, so many an hour, and
//! never before the audit log has it. The log says who read of whom, from where
//! and why, never what.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ServerResult, Value};

use crate::api::error::{ApiError, internal};
use crate::api::schema::{Answering, answer_with};
use crate::api::types::def::{Cx, FieldDef, Out, TypeDef, field as data_field};
use crate::api::types::inputs;
use crate::api::types::personal::{self, PersonalText};
use crate::api::types::resolve::{Args, variable};
use crate::audit::{Audit, Entry, Event};
use crate::domain::command::Command;
use crate::domain::name::Language;
use crate::domain::personal::REVEAL_PURPOSES;
use crate::domain::{Id, Kind, Rejection};
use crate::engine::now_ms;
use crate::graph::{Budget, EntityRow, Lens};
use crate::rights::Personal;

/// The name of the mutation.
pub const FIELD: &str = "revealPersonalData";
/// Letters of a note.
const LONGEST_NOTE: usize = 200;
/// What it costs, in rows: the audit log is synced.
const COST: u32 = 1_000;
const HOUR_MS: i64 = 3_600_000;

/// How often who has read what is personal within the last hour.
#[derive(Debug)]
pub struct Reveals {
    most: u32,
    told: Mutex<BTreeMap<String, VecDeque<i64>>>,
}

impl Reveals {
    /// At most so many for one name within an hour.
    pub fn new(most: u32) -> Self {
        Self { most, told: Mutex::default() }
    }

    /// May that name read once more now? It counts, whatever comes of it.
    fn count(&self, actor: &str, now_ms: i64) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for times in told.values_mut() {
            while times.front().is_some_and(|time| *time <= now_ms - HOUR_MS) {
                times.pop_front();
            }
        }
        told.retain(|_, times| !times.is_empty());
        let times = told.entry(actor.to_owned()).or_default();
        let may = times.len() < self.most as usize;
        if may {
            times.push_back(now_ms);
        }
        may
    }
}

/// Somebody whose data are shown in full.
struct Revealed(EntityRow);

/// The mutation.
pub fn field() -> FieldDef {
    FieldDef::new(
        FIELD,
        "RevealedPerson",
        "查看一个人完整的姓名、电话、邮箱。须写明用途；先记入审计日志才作答，日志不含内容。一次一人，每小时有次数上限",
        "Read name, telephone number and address of a person in full. A purpose is given, and the audit log has it before the answer is given, never with what was read. One person a call, and so many an hour",
        |_, _, _| Ok(Out::Null),
    )
    .cost(COST)
    .arg("person", "Reference!", "谁：按编号或行键，不能按姓名", "Who: by number or row key, never by name")
    .arg("purpose", "RevealPurpose!", "用途，记入审计日志", "What for; it goes into the audit log")
    .arg(
        "note",
        "String",
        "补充说明，记入审计日志，至多 200 个字；不要写姓名、电话",
        "A few words more for the audit log, at most 200 characters, without names or numbers",
    )
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let text = |name: &'static str, zh: &str, en: &str, read: fn(&Cx<'_>, EntityRow) -> Option<PersonalText>| {
        data_field(name, "PersonalText", zh, en, move |cx: &Cx<'_>, person: &Revealed, _| {
            Ok(personal::out(cx, read(cx, person.0)))
        })
    };
    vec![TypeDef::new(
        "RevealedPerson",
        "一个人的完整个人信息，查看已记入审计日志",
        "What is personal of somebody, in full; the audit log says that it was read",
        vec![
            data_field(
                "id",
                "ID!",
                "这个人的编号",
                "Number of the person",
                |cx: &Cx<'_>, person: &Revealed, _| Ok(Out::text(cx.lens.id(person.0).to_string())),
            ),
            text("nameZh", "中文姓名", "The Chinese name", |cx, node| {
                personal::revealed_name(cx, node, Language::Zh)
            }),
            text("nameEn", "英文姓名", "The English name", |cx, node| {
                personal::revealed_name(cx, node, Language::En)
            }),
            text("phone", "电话", "The telephone number", |cx, node| personal::revealed_value(cx, node, "phone")),
            text("email", "电子邮箱", "The address of electronic mail", |cx, node| {
                personal::revealed_value(cx, node, "email")
            }),
        ],
    )]
}

/// Whoever may not erase is told who may.
pub fn forbidden_to_erase() -> ApiError {
    ApiError::new(
        "FORBIDDEN",
        "只有数据管理员、系统管理员可以删除个人信息，没有删除。请交给他们办理。",
        "Data stewards and administrators alone erase personal data; nothing was erased. Have one of them do it.",
    )
}

/// What is asked for.
struct Asked {
    person: Id,
    actor: Arc<str>,
    detail: String,
}

/// Read, count, note, open, answer.
pub async fn resolve(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> ServerResult<Value> {
    let told = match asked(ctx, def, answering) {
        Ok(asked) => note(answering, Event::PersonalDataRevealed, &asked).await.map(|()| asked.person),
        Err(error) => Err(error),
    };
    match told {
        Ok(person) => {
            let view = answering.engine.view();
            answer_with(ctx, def, answering, &view, answering.today, |cx| {
                let shown = cx.lens.node(person).filter(|_| cx.lens.personal(person) == Personal::Revealed);
                Ok(Out::option(shown.map(|node| cx.types.data("RevealedPerson", Revealed(node)))))
            })
        }
        Err(error) => {
            ctx.add_error(ctx.set_error_path(error.at(ctx.item.pos)));
            Ok(Value::Null)
        }
    }
}

fn asked(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> Result<Asked, ApiError> {
    let Some(actor) = answering.actor.clone() else { return Err(forbidden()) };
    let variables = |name: &str| variable(ctx, name);
    let args = Args::new(&ctx.item.node, def, &variables);
    let reference = inputs::reference(&args.get("person").unwrap_or_default())?;
    let purpose = args.text("purpose").unwrap_or_default();
    if !REVEAL_PURPOSES.iter().any(|row| row.0 == purpose) {
        return Err(Rejection::RequiredMissing { name: "purpose".into() }.into());
    }
    let note = args.text("note").unwrap_or_default();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Rejection::TooLarge { limit: format!("note {LONGEST_NOTE} 个字 / characters") }.into());
    }
    let view = answering.engine.view();
    let budget = Budget::new(answering.limits.walk_rows);
    let lens = Lens::new(view.state(), answering.today, answering.rights, &budget);
    let node = lens.resolve(&reference, &[Kind::Person])?;
    let person = lens.id(node);
    if lens.personal(person) != Personal::Revealed {
        return Err(forbidden());
    }
    if view.vault().is_erased(person) {
        return Err(erased(person));
    }
    if !answering.reveals.count(&actor, now_ms()) {
        return Err(too_many(answering.limits.reveals));
    }
    Ok(Asked { person, actor, detail: format!("{purpose} {note}").trim_end().to_owned() })
}

fn forbidden() -> ApiError {
    ApiError::new(
        "FORBIDDEN",
        "您看不到这个人的完整信息：市级管理员、数据管理员可以，县区管理员限在本县区任职的人。",
        "You cannot read this person's data in full: city officers and stewards can, and county officers those of people who work in their county.",
    )
}

fn erased(person: Id) -> ApiError {
    ApiError::new(
        "PERSON_ERASED",
        format!("这个人（{person}）的个人信息已删除，密钥已销毁，再也读不到。"),
        format!(
            "The personal data of this person ({person}) were erased, and their key is destroyed: nobody can read them again."
        ),
    )
}

fn too_many(most: u32) -> ApiError {
    ApiError::new(
        "REVEAL_LIMIT",
        format!(
            "一小时内最多查看 {most} 个人的完整信息，已到上限。请稍后再看；确需更多，请管理员调整 limits.reveals。"
        ),
        format!(
            "At most {most} people are read in full within an hour, and so many were. Go on later; where more is needed, have limits.reveals raised."
        ),
    )
}

/// One line of the log, durably, before anything is done.
async fn note(answering: &Answering, event: Event, asked: &Asked) -> Result<(), ApiError> {
    let audit: Arc<Audit> = Arc::clone(&answering.audit);
    let (actor, person, detail) = (Arc::clone(&asked.actor), asked.person.to_string(), asked.detail.clone());
    let from = answering.from;
    let written = tokio::task::spawn_blocking(move || {
        audit.write(&Entry { event, actor: &actor, subject: &person, from, detail: &detail })
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(%error, "the audit log cannot be written");
            Err(ApiError::new(
                "AUDIT_UNWRITABLE",
                "审计日志写不进去，所以没有执行。请管理员检查磁盘（innograph audit verify）。",
                "The audit log cannot be written, so nothing was done. Have the administrator check the disk (innograph audit verify).",
            ))
        }
        Err(cause) => Err(internal("audit", &cause)),
    }
}

/// Whoever orders an erasure is in the log before it is carried out.
pub async fn note_erasure(answering: &Answering, command: &Command) -> Result<(), ApiError> {
    let Command::ErasePerson { person, reason } = command else { return Ok(()) };
    let Some(actor) = answering.actor.clone() else { return Err(forbidden_to_erase()) };
    // By the writer's own rule: who is erased without being shown today is in the log, too.
    let view = answering.engine.view();
    let Some(person) = view.state().person_meant(person) else { return Ok(()) };
    // Where nothing is left to be done, nothing happens that would be worth a line.
    if view.state().is_erased(person) && view.vault().is_erased(person) {
        return Ok(());
    }
    note(answering, Event::PersonalDataErased, &Asked { person, actor, detail: reason.name().to_owned() }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_so_many() {
        let reveals = Reveals::new(2);
        let may = |actor, minute: i64| reveals.count(actor, minute * 60_000);
        assert_eq!([may("甲", 0), may("甲", 1), may("甲", 2), may("乙", 2)], [true, true, false, true]);
        assert_eq!([may("甲", 59), may("甲", 60), may("甲", 60), may("甲", 61)], [false, true, false, true]);
    }
}

//! The root fields of mutations, from the tables of kinds, relations and records, each with the
//! reader that makes a command of its arguments.

use super::read::Fields;
use super::{commands, identity, inputs};
use crate::api::types::def::{FieldDef, Out};
use crate::api::types::inputs::input_field;
use crate::domain::command::Command;
use crate::domain::{Kind, RecordKind, Rejection};

/// What a mutation costs beyond what is read of its answer, in rows: deciding and syncing.
const COST: u32 = 1_000;

/// Makes a command of arguments.
pub type ReadCommand = Box<dyn Fn(&Fields) -> Result<Command, Rejection> + Send + Sync>;

/// The argument by which a request is known again.
pub const KEY: &str = "idempotencyKey";

/// The argument that says on which version it rests.
pub const VERSION: &str = "expectedVersion";

/// All mutations.
pub fn mutations() -> Vec<(FieldDef, ReadCommand)> {
    let mut all = vec![save(
        "saveSource",
        "SourceInput!",
        "录入或修订一个来源；事实都要注明来源",
        "Enter or revise a source; every fact names one",
        commands::save_source,
    )];
    for kind in Kind::all() {
        let row = kind.row();
        all.push(save(
            &format!("save{}", row.name),
            &format!("{}!", inputs::entity_input(kind)),
            &format!("新建{}，或对已有的补充", row.label_zh),
            &format!("Enter a new {}, or add to one", row.label_en.to_lowercase()),
            move |arguments| commands::save_entity(kind, arguments),
        ));
    }
    all.extend([
        save(
            "addName",
            "NameInput!",
            "给一个对象加一个名称：简称、曾用名、别名等",
            "Add a name to something: short, former or other",
            commands::add_name,
        ),
        save(
            "addIdentifier",
            "IdentifierInput!",
            "给一个对象加一个编号，如统一社会信用代码",
            "Add a number to something, such as a credit code",
            commands::add_identifier,
        ),
        save(
            "stateAttribute",
            "StatementInput!",
            "就一个字段作一条陈述；矛盾的并存，按优先规则显示",
            "Say something about a field; contradictions stay, precedence picks what is shown",
            commands::state_attribute,
        ),
        save("relate", "RelateInput!", "在两个对象之间建立一条关系", "Tie two things by a relation", commands::relate),
    ]);
    for kind in RecordKind::all() {
        let row = kind.row();
        all.push(save(
            &format!("save{}", row.name),
            &format!("{}!", inputs::record_input(kind)),
            &format!("录入一条{}", row.label_zh),
            &format!("Enter a record of: {}", row.label_en.to_lowercase()),
            move |arguments| commands::save_record(kind, arguments),
        ));
    }
    all.extend([end_relation(), correct(), retract(), erase()]);
    all.extend(identity::mutations());
    all
}

/// A mutation without arguments of its own yet.
pub(super) fn declare(name: &str, zh: &str, en: &str) -> FieldDef {
    // Read by the writer, not here.
    FieldDef::new(name, "WriteResult", zh, en, |_, _, _| Ok(Out::Null)).cost(COST)
}

/// With the arguments that every mutation has.
pub(super) fn shared(field: FieldDef) -> FieldDef {
    field
        .arg(
            KEY,
            "String",
            "幂等键，1 到 128 个可见 ASCII 字符，如随机的 UUID：带同一个键重发，只写一次；键记住一天，且最近 20 万个",
            "Idempotency key of 1 to 128 visible ASCII characters, such as a random UUID: sent again, it is written once; a key is remembered for a day, and the last 200,000 keys",
        )
        .arg(
            VERSION,
            "Int",
            "所依据的版本（读到的 version）；已被别人改过则拒绝；0 表示应当尚不存在；不填则不核对。单位：版",
            "The version it rests on, as read; refused where somebody changed it since; 0 means that it must not exist yet; not checked where left out. Unit: version",
        )
        .arg(
            "asOf",
            "Date",
            "以哪一天来看写入后的结果，默认今天（上海）。单位：日",
            "The day for which the result is read, today in Shanghai by default. Unit: day",
        )
}

fn save(
    name: &str,
    input: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Fields) -> Result<Command, Rejection> + Send + Sync + 'static,
) -> (FieldDef, ReadCommand) {
    let field = declare(name, zh, en).arg("input", input, "要写入的内容", "What is to be written");
    (shared(field), Box::new(read))
}

fn end_relation() -> (FieldDef, ReadCommand) {
    let field = declare(
        "endRelation",
        "结束一条关系：它曾经成立，从某日起不再成立",
        "End a tie: it did hold, and no longer does from a date on",
    );
    let mut field = field.arg("tie", "TieReference!", "哪一条关系", "Which tie").arg(
        "to",
        "PartialDate!",
        "从何时起不再成立（不含；年、月算到期末）。单位：日、月或年",
        "From when it no longer holds; a year or month counts to its end. Unit: day, month or year",
    );
    field.args.extend(inputs::origin("String!"));
    (shared(field), Box::new(commands::end_relation))
}

fn correct() -> (FieldDef, ReadCommand) {
    let field = declare(
        "correct",
        "更正录错的事实；编号不变，账本保留原样",
        "Put right what was entered wrongly; it keeps its number, and the ledger keeps what was said",
    );
    let mut field = field;
    field.args.extend([
        input_field(
            "id",
            "ID!",
            "名称、编号、陈述、关系、记录的编号；对象只能更正起止时间",
            "Number of a name, identifier, statement, tie or record; of a node only its validity is corrected",
        ),
        input_field("input", "CorrectionInput!", "更正的内容", "What is different"),
    ]);
    (shared(field), Box::new(commands::correct))
}

/// The mutation that erases what is personal.
pub const ERASE: &str = "erasePersonalData";

fn erase() -> (FieldDef, ReadCommand) {
    let field = declare(
        ERASE,
        "删除一个人的姓名、电话、邮箱：销毁密钥，任何人、任何日期都再也读不到；关系与其他事实保留。不能撤销",
        "Erase name, telephone number and address of a person: the key is destroyed, and nobody can read them again, of no day; ties and other facts stay. It cannot be undone",
    );
    let field = field
        .arg("person", "Reference!", "谁：按编号或行键，不能按姓名", "Who: by number or row key, never by name")
        .arg("reason", "ErasureReason!", "删除的理由，记入删除登记簿", "Why; it goes into the register of erasures");
    (shared(field), Box::new(commands::erase))
}

fn retract() -> (FieldDef, ReadCommand) {
    let field = declare(
        "retract",
        "撤回从来不成立的事实：不再显示，账本保留",
        "Take back what was never true: it is shown no more, and the ledger keeps it",
    );
    let field = field
        .arg(
            "id",
            "ID!",
            "名称、编号、陈述、关系、记录的编号，或没有关系和记录的对象的编号",
            "Number of a name, identifier, statement, tie or record, or of a node without ties and records",
        )
        .arg("reason", "String!", "为什么撤回，供日后查考", "Why, for those who come later");
    (shared(field), Box::new(commands::retract))
}

//! Trusted documents: those that the operator has listed, asked for by the hash of their text (the
//! `documentId` of GraphQL over HTTP). Where they alone may run, nobody can send anything else.
//!
//! A manifest is a JSON object: `sha256:` and 64 hexadecimal digits, and the document that has this
//! hash. Whoever writes it and whoever reads it judges every document like one that somebody sends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use async_graphql::Variables;
use async_graphql::parser::types::DocumentOperations;
use sha2::{Digest, Sha256};

use super::{Documents, Door, Validator, weigh};
use crate::api::error::ApiError;
use crate::config::Limits;
use crate::domain::rejection::clip;

/// The hash that ids are made with.
const PREFIX: &str = "sha256:";
/// More bytes of a manifest are not read.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What judges documents before they are trusted.
pub struct Judge {
    validator: Validator,
    limits: Limits,
}

/// An operation of a trusted document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name; none where it stands alone.
    pub name: Option<String>,
    /// What it costs at most with the defaults of its variables.
    pub price: u64,
}

impl Judge {
    /// With these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { validator: Validator::new(limits), limits: limits.clone() }
    }

    /// Judge a document as one that comes over a socket, where everything is taken: its size, each
    /// of its operations with the defaults of its variables, and what the schema says of it.
    pub fn judge(&self, text: &str) -> Result<Vec<Operation>, ApiError> {
        let document = super::read(text, &self.limits)?;
        let mut names: Vec<Option<String>> = match &document.operations {
            DocumentOperations::Single(_) => vec![None],
            DocumentOperations::Multiple(all) => all.keys().map(|name| Some(name.to_string())).collect(),
        };
        names.sort();
        let forgotten = Documents::new(0, 0);
        let variables = Variables::default();
        let operations = names.into_iter().map(|name| {
            let admitted = weigh(
                super::known(&forgotten, text, &self.limits)?,
                name.as_deref(),
                variables.clone(),
                &self.limits,
                Door::Socket,
            )?;
            Ok(Operation { name, price: admitted.price.total() })
        });
        let operations = operations.collect::<Result<_, ApiError>>()?;
        self.validator.judge(document)?;
        Ok(operations)
    }
}

/// The id of a document: of its text as it is, to the last space.
pub fn document_id(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().fold(PREFIX.to_owned(), |id, byte| id + &format!("{byte:02x}"))
}

/// The documents of a manifest.
#[derive(Debug)]
pub struct Trusted {
    documents: BTreeMap<String, String>,
}

impl Trusted {
    /// Read a manifest. Every document is judged again: limits and schema may be others than when
    /// it was written.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, ApiError> {
        let shown = path.display();
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text));
        read.map_err(|cause| {
            ApiError::new(
                "TRUSTED_UNREADABLE",
                format!("文档清单 {shown} 无法读取：{cause}。请检查 trusted_documents 的路径与权限。"),
                format!("The manifest {shown} cannot be read: {cause}. Check the path trusted_documents and its permissions."),
            )
        })?;
        if text.len() as u64 > MOST_BYTES {
            return Err(malformed(path, "文件太大", "the file is too large"));
        }
        let documents: BTreeMap<String, String> = serde_json::from_str(&text)
            .map_err(|cause| malformed(path, &format!("第 {} 行附近不对", cause.line()), &cause.to_string()))?;
        let judge = Judge::new(limits);
        for (id, document) in &documents {
            if *id != document_id(document) {
                return Err(ApiError::new(
                    "TRUSTED_CHANGED",
                    format!(
                        "文档清单 {shown} 中“{}”与它的文字不符：清单被改过。请用 innograph documents 重新生成。",
                        clip(id)
                    ),
                    format!(
                        "In the manifest {shown} the text of {} is not the one it names: the file was altered. Make it anew with innograph documents.",
                        clip(id)
                    ),
                ));
            }
            judge.judge(document).map_err(|refused| {
                let (code, id) = (refused.code, clip(id));
                ApiError::new(
                    "TRUSTED_REFUSED",
                    format!("文档清单 {shown} 中的“{id}”不能接受（{code}）：{} 请改正后重新生成。", refused.zh),
                    format!("In the manifest {shown} the document {id} is refused ({code}): {} Correct it and make the manifest anew.", refused.en),
                )
            })?;
        }
        Ok(Self { documents })
    }

    /// The document of that id.
    pub fn find(&self, id: &str) -> Option<&str> {
        self.documents.get(id).map(String::as_str)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.documents.len()
    }

    /// The refusal of an id that nobody has listed.
    pub fn unknown(id: &str) -> ApiError {
        let id = clip(id);
        ApiError::new(
            "UNKNOWN_DOCUMENT",
            format!("没有编号为“{id}”的文档。请核对 documentId，或请管理员把文档加入清单。"),
            format!(
                "There is no document of the id “{id}”. Check documentId, or have the document added to the manifest."
            ),
        )
    }

    /// The refusal of a text where listed documents alone may run.
    pub fn documents_only() -> ApiError {
        ApiError::new(
            "DOCUMENTS_ONLY",
            "本服务只执行清单中的文档：请用 documentId 指明，不要发送 query。",
            "This service runs listed documents alone: name one by documentId instead of sending query.",
        )
    }
}

fn malformed(path: &Path, zh: &str, en: &str) -> ApiError {
    let path = path.display();
    ApiError::new(
        "TRUSTED_MALFORMED",
        format!("文档清单 {path} 不是“编号: 文档”的 JSON 对象：{zh}。请用 innograph documents 重新生成。"),
        format!(
            "The manifest {path} is no JSON object of ids and documents: {en}. Make it anew with innograph documents."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "{ service { storeName } }\n";

    fn opened(manifest: &serde_json::Value, limits: &Limits) -> Result<Trusted, ApiError> {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("manifest.json");
        std::fs::write(&path, manifest.to_string()).expect("it can be written");
        Trusted::open(&path, limits)
    }

    #[test]
    fn listed_documents_are_found_by_their_hash() {
        // As `sha256sum` has it.
        let id = "sha256:731fff150f43d04fef9402abfff2c554b76b875d78a1ccda83cc4edeecffeab4";
        assert_eq!(document_id(SERVICE), id);
        let trusted = opened(&serde_json::json!({ id: SERVICE }), &Limits::default()).expect("it opens");
        assert_eq!((trusted.count(), trusted.find(id)), (1, Some(SERVICE)));
        assert_eq!(trusted.find(SERVICE), None);
        assert_eq!(trusted.find(&id.to_uppercase()), None);
        assert_eq!(Trusted::unknown(&"x".repeat(999)).code, "UNKNOWN_DOCUMENT");
        assert!(Trusted::unknown(&"x".repeat(999)).en.len() < 200);
        assert_eq!(Trusted::documents_only().code, "DOCUMENTS_ONLY");
    }

    #[test]
    fn a_manifest_that_is_not_what_was_judged_is_refused() {
        let limits = Limits::default();
        let one = |document: &str| serde_json::json!({ document_id(document): document });
        let code =
            |manifest: &serde_json::Value, limits: &Limits| opened(manifest, limits).err().map(|error| error.code);
        assert_eq!(code(&one(SERVICE), &limits), None);
        assert_eq!(code(&serde_json::json!({}), &limits), None);
        for (manifest, expected) in [
            (serde_json::json!([SERVICE]), "TRUSTED_MALFORMED"),
            (serde_json::json!({ "a": { "b": 1 } }), "TRUSTED_MALFORMED"),
            (serde_json::json!({ document_id(SERVICE): "{ service { banner } }" }), "TRUSTED_CHANGED"),
            (serde_json::json!({ "service": SERVICE }), "TRUSTED_CHANGED"),
            (one("{ nothing }"), "TRUSTED_REFUSED"),
            (one("{"), "TRUSTED_REFUSED"),
        ] {
            assert_eq!(code(&manifest, &limits), Some(expected), "{manifest}");
        }
        let list = one("query($n: Int! = 100) { enterprises(first: $n) { edges { node { nameZh } } } }");
        assert_eq!(code(&list, &limits), None);
        let narrow = Limits { price: 50, ..Limits::default() };
        let error = opened(&list, &narrow).expect_err("too costly");
        assert!(error.en.contains("TOO_COSTLY"), "{error:?}");
        let missing = Trusted::open(Path::new("/nowhere/manifest.json"), &limits).expect_err("no file");
        assert_eq!(missing.code, "TRUSTED_UNREADABLE");
    }

    #[test]
    fn each_operation_has_its_price() {
        let judge = Judge::new(&Limits::default());
        let text = "query Many($n: Int! = 50) { enterprises(first: $n) { totalCount } } query Few { enterprises(first: 1) { totalCount } }";
        let operations = judge.judge(text).expect("admitted");
        let names: Vec<_> = operations.iter().map(|operation| operation.name.as_deref()).collect();
        assert_eq!(names, [Some("Few"), Some("Many")]);
        assert!(operations[0].price < operations[1].price, "{operations:?}");
        let lone = judge.judge("subscription { changed { sequence } }").expect("admitted");
        assert_eq!(lone[0].name, None);
    }
}

//! Business identifiers and the checks that belong to them.

use minicbor::{Decode, Encode};

/// Identifiers one node may have; lists of them are answered whole.
pub const MOST_IDENTIFIERS: usize = 50;

/// Who gave an identifier out. Numbers are permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Scheme {
    /// 统一社会信用代码 (GB 32100-2015)
    #[n(0)]
    CreditCode,
    /// 组织机构代码 (GB 11714)
    #[n(1)]
    OrgCode,
    /// Research Organization Registry
    #[n(2)]
    Ror,
    /// 股票代码
    #[n(3)]
    StockCode,
    /// 学校标识码
    #[n(4)]
    EducationCode,
    /// 批准文号
    #[n(5)]
    ApprovalNo,
    /// 旧注册号
    #[n(6)]
    OldRegNo,
    /// 高新技术企业证书编号
    #[n(7)]
    HnteCertNo,
    /// 科技型中小企业入库登记编号
    #[n(8)]
    SmeEntryNo,
    /// 技术合同登记编号
    #[n(9)]
    ContractRegNo,
    /// 科技成果登记号
    #[n(10)]
    AchievementRegNo,
    /// 专利号
    #[n(11)]
    PatentNo,
    /// 基金备案编号
    #[n(12)]
    FundFilingNo,
    /// Row key of an import, unique in the store.
    #[n(13)]
    Internal,
    /// 行政区划或统计用区划代码
    #[n(14)]
    RegionCode,
    /// 分类条目代码 `SCHEME:code`
    #[n(15)]
    TermCode,
    /// Global Research Identifier Database
    #[n(16)]
    Grid,
    /// International Standard Name Identifier (ISO 27729)
    #[n(17)]
    Isni,
    /// Wikidata
    #[n(18)]
    Wikidata,
    /// Crossref Funder Registry
    #[n(19)]
    FundRef,
    /// OrgRef
    #[n(20)]
    OrgRef,
}

/// Name in schema and CSV, with words in both languages.
pub static SCHEMES: &[(Scheme, &str, &str, &str)] = &[
    (
        Scheme::CreditCode,
        "USCC",
        "统一社会信用代码（GB 32100-2015，18 位，带校验）",
        "Unified social credit code, 18 characters with a check character",
    ),
    (Scheme::OrgCode, "ORG_CODE", "组织机构代码（GB 11714）", "Organisation code of the older standard"),
    (Scheme::Ror, "ROR", "ROR 研究机构编号", "Identifier of the Research Organization Registry"),
    (Scheme::StockCode, "STOCK_CODE", "股票代码", "Code of the shares at the exchange"),
    (Scheme::EducationCode, "EDUCATION_CODE", "学校标识码", "Code of a school given by the ministry of education"),
    (Scheme::ApprovalNo, "APPROVAL_NO", "批准文号", "Number of the approving document"),
    (Scheme::OldRegNo, "OLD_REG_NO", "旧版工商注册号", "Registration number from before the credit code"),
    (Scheme::HnteCertNo, "HNTE_CERT_NO", "高新技术企业证书编号", "Number of a high-tech enterprise certificate"),
    (Scheme::SmeEntryNo, "SME_ENTRY_NO", "科技型中小企业入库登记编号", "Entry number of a technology-based small firm"),
    (Scheme::ContractRegNo, "CONTRACT_REG_NO", "技术合同登记编号", "Registered number of a technology contract"),
    (Scheme::AchievementRegNo, "ACHIEVEMENT_REG_NO", "科技成果登记号", "Registered number of a result"),
    (Scheme::PatentNo, "PATENT_NO", "专利号", "Number of a patent"),
    (Scheme::FundFilingNo, "FUND_FILING_NO", "基金备案编号", "Filing number of a fund"),
    (Scheme::Internal, "INTERNAL", "本库内部行键", "Row key of an import"),
    (Scheme::RegionCode, "REGION_CODE", "区划代码（GB/T 2260 或统计用）", "Code of a region"),
    (Scheme::TermCode, "TERM_CODE", "分类条目代码（体系:代码）", "Code of a term with its scheme in front"),
    (Scheme::Grid, "GRID", "GRID 研究机构编号", "Number in the Global Research Identifier Database"),
    (Scheme::Isni, "ISNI", "国际标准名称标识符（ISO 27729）", "International Standard Name Identifier"),
    (Scheme::Wikidata, "WIKIDATA", "维基数据编号", "Number of the item in Wikidata"),
    (Scheme::FundRef, "FUNDREF", "Crossref 资助机构编号", "Number in the Crossref Funder Registry"),
    (Scheme::OrgRef, "ORGREF", "OrgRef 机构编号", "Number in OrgRef"),
];

impl Scheme {
    /// Has an organisation one of them at a time, so that two of them are of two?
    pub fn is_single(self) -> bool {
        matches!(self, Self::CreditCode | Self::OrgCode | Self::EducationCode | Self::Ror | Self::FundFilingNo)
    }

    /// The first words in Chinese, before any bracket.
    pub fn zh(self) -> &'static str {
        let words = SCHEMES.iter().find(|row| row.0 == self).map_or("", |row| row.2);
        words.split('（').next().unwrap_or(words)
    }

    /// Its name in the schema and in CSV.
    pub fn name(self) -> &'static str {
        SCHEMES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Do those who give it out sometimes give one number to several, a group and its firm, say? Such a
    /// number finds all who have it and says nothing about who is the same.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Grid | Self::Isni | Self::Wikidata | Self::FundRef | Self::OrgRef)
    }

    /// The scheme of that name.
    pub fn by_name(name: &str) -> Option<Scheme> {
        SCHEMES.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// An identifier in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Identifier {
    /// Who gave it out.
    #[n(0)]
    pub scheme: Scheme,
    /// Its text, trimmed; upper case for codes that know no lower case.
    #[n(1)]
    pub value: String,
}

impl Identifier {
    /// The organisation code without its hyphen, as it stands alone or inside a credit code (GB 32100-2015:
    /// characters 9 to 17).
    pub fn organisation_code(&self) -> Option<String> {
        match self.scheme {
            Scheme::OrgCode => Some(self.value.to_ascii_uppercase().replace('-', "")),
            Scheme::CreditCode => self.value.get(8..17).map(str::to_owned),
            _ => None,
        }
    }

    /// Parse and check. The error says in Chinese and English what is wrong.
    pub fn new(scheme: Scheme, text: &str) -> Result<Self, (String, String)> {
        let value = text.trim();
        if value.is_empty() || value.len() > 128 || value.chars().any(char::is_control) {
            return Err((
                "编号不能为空、过长或含控制字符".into(),
                "an identifier is neither empty nor longer than 128 bytes and has no control characters".into(),
            ));
        }
        let value = match scheme {
            Scheme::CreditCode => value.to_ascii_uppercase(),
            _ => value.to_owned(),
        };
        if scheme == Scheme::CreditCode {
            check_credit_code(&value)?;
        }
        Ok(Self { scheme, value })
    }
}

const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// GB 32100-2015: 18 characters of an alphabet of 31, the ninth to seventeenth an organisation
/// code with its own check (GB 11714), the last one `31 − Σ v·3^(i−1) mod 31`.
fn check_credit_code(code: &str) -> Result<(), (String, String)> {
    let refuse = |zh: &str, en: &str| Err((zh.to_owned(), en.to_owned()));
    let bytes = code.as_bytes();
    if bytes.len() != 18 {
        return refuse("统一社会信用代码应为 18 位", "a credit code has 18 characters");
    }
    let mut sum = 0_usize;
    let mut weight = 1_usize;
    for byte in &bytes[..17] {
        let Some(value) = CREDIT_ALPHABET.iter().position(|known| known == byte) else {
            return refuse(
                "统一社会信用代码只含数字和不含 I、O、S、V、Z 的大写字母",
                "a credit code has digits and capital letters without I, O, S, V, Z",
            );
        };
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let organization = &bytes[8..17];
    if organization_check(&organization[..8]) != Some(organization[8]) {
        return refuse(
            "其中的组织机构代码校验位不符，请核对原件",
            "the check character of the organisation code inside does not fit; compare with the original",
        );
    }
    if bytes[17] != CREDIT_ALPHABET[(31 - sum % 31) % 31] {
        return refuse(
            "统一社会信用代码校验位不符，请核对原件",
            "the check character does not fit; compare with the original",
        );
    }
    Ok(())
}

/// Is this an organisation code whose check character fits? A hyphen before it is usual and does not count.
pub fn organization_code_is_sound(text: &str) -> bool {
    let code: Vec<u8> = text.trim().to_ascii_uppercase().bytes().filter(|byte| *byte != b'-').collect();
    code.len() == 9 && organization_check(&code[..8]) == Some(code[8])
}

/// GB 11714: weights 3 7 9 10 5 8 4 2, `11 − Σ mod 11`, 10 written X, 11 written 0.
fn organization_check(code: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    for (byte, weight) in code.iter().zip(WEIGHTS) {
        sum += char::from(*byte).to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some(b'X'),
        11 => Some(b'0'),
        digit => u8::try_from(digit).ok().map(|digit| b'0' + digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        for good in ["91350100M000100Y43", "91410700MAQ3A1D230", "91350100m000100y43"] {
            assert!(Identifier::new(Scheme::CreditCode, good).is_ok(), "{good}");
        }
        for bad in [
            "91350100M000100Y4Z",
            "91350100M000100Y44",
            "91350100M000100Y4",
            "91350100M000100Y433",
            "91350100O000100Y43",
            "91350100M000101Y43",
            "9135010中0100Y43",
            "",
        ] {
            assert!(Identifier::new(Scheme::CreditCode, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_scheme_has_a_name() {
        for (scheme, name, _, _) in SCHEMES {
            assert_eq!(Scheme::by_name(name), Some(*scheme));
            assert_eq!(scheme.name(), *name);
        }
    }
}

//! `difference`: what differs between two days, or between what was known at two moments. The pure
//! comparison is `graph::Comparison`; here its pictures are chosen and its findings put into words.

use std::sync::Arc;

use super::difference_types::{Entry, KINDS, aspects_of, entry_of, kind_code};
use super::{after, search};
use crate::api::admission::{FROM_KNOWN_AT, TO_KNOWN_AT};
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::moment::Moment;
use crate::api::types::resolve::Args;
use crate::api::types::{inputs, page, record, records, whereabouts};
use crate::config::Limits;
use crate::domain::{Day, Id, Kind};
use crate::engine::View;
use crate::graph::{Aspect, Comparison, Difference, EntityRow, Lens, Record, What};

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let declared = FieldDef::new(
        "difference",
        "DifferenceConnection!",
        "两天之间，或两个时刻所知之间，有哪些不同：出现、消失、更名、合并分立迁移、换归口、资质得失、记录增减、字段变化、关系增减，各写明原因和依据",
        "What differs between two days, or between what was known at two moments: what appeared, vanished, was renamed, merged, moved, certified, recorded, changed or tied, each with its cause and the facts that show it",
        difference,
    )
    .cost(200)
    .scan()
    .arg("from", "Date!", "前一天。单位：日", "The earlier day. Unit: day")
    .arg("to", "Date", "后一天，默认 asOf（今天）。单位：日", "The later day, that of asOf (today) by default. Unit: day")
    .arg(
        FROM_KNOWN_AT,
        "DateTime",
        "前一天按这一时刻已经录入的内容看，默认 knownAt（现在）。需要登录或令牌",
        "Look at the earlier day as recorded by that moment, by default that of knownAt (now). Needs an account or a token",
    )
    .arg(
        TO_KNOWN_AT,
        "DateTime",
        "后一天按这一时刻已经录入的内容看，默认 knownAt（现在）。需要登录或令牌",
        "Look at the later day as recorded by that moment, by default that of knownAt (now). Needs an account or a token",
    )
    .arg("kinds", "[NodeKind!]", "只比较这些种类的对象；不填为全部", "Only nodes of these kinds; all where nothing is given")
    .arg("what", "[DifferenceKind!]", "只要这些不同；不填为全部", "Only these differences; all where nothing is given")
    .arg(
        "region",
        "Reference",
        "只比较前一天或后一天在此地区（含下辖地区）的对象",
        "Only nodes that are in this region or one below it on either day",
    )
    .arg(
        "scheme",
        "String",
        "资质得失只看这类资质，写代码或名称，如 HNTE",
        "Of certificates only those of this scheme, by code or name, such as HNTE",
    )
    .first(PAGE, limits.page);
    vec![after(declared)]
}

/// What is asked for beside the two pictures.
struct Wanted {
    kinds: Vec<Kind>,
    what: Vec<String>,
    region: Option<EntityRow>,
    scheme: Option<Id>,
}

impl Wanted {
    fn read(cx: &Cx<'_>, args: &Args<'_>) -> Result<Self, ApiError> {
        let mut kinds = search::kinds(args, "kinds");
        if kinds.is_empty() {
            kinds = Kind::all().collect();
        }
        let region = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
        let region = region.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()?;
        let scheme = args.text("scheme").map(|code| records::scheme_term(cx, &code)).transpose()?;
        Ok(Self { kinds, what: args.names("what"), region, scheme })
    }

    fn takes(&self, found: &Difference<'_>) -> bool {
        let of_scheme = match &found.what {
            What::Certified(scheme, _) => self.scheme.is_none() || *scheme == self.scheme,
            _ => true,
        };
        of_scheme && (self.what.is_empty() || self.what.iter().any(|what| what == kind_code(&found.what)))
    }
}

fn difference(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let days = days(cx, args)?;
    let known = [FROM_KNOWN_AT, TO_KNOWN_AT].map(|name| view_of(cx, args, name));
    let [from, to] = known;
    let (from, to) = (from?, to?);
    let views = [from.as_deref().unwrap_or(cx.view), to.as_deref().unwrap_or(cx.view)];
    let side = |number: usize| {
        let lens = cx.lens.at(views[number].state(), days[number]);
        Cx { lens, view: views[number], ..*cx }
    };
    let sides = [side(0), side(1)];
    let wanted = Wanted::read(cx, args)?;
    let counts = |lens: &Lens<'_>, certificate: &Record| {
        record::in_force(&Cx { lens: *lens, view: cx.view, ..*cx }, certificate)
    };
    let is_there = |node: EntityRow, region| sides.iter().any(|side| whereabouts::lies_in(side, node, region));
    let chosen = |node: EntityRow| wanted.region.is_none_or(|region| is_there(node, region));
    let compared =
        |aspect: Aspect| wanted.what.is_empty() || wanted.what.iter().any(|what| aspects_of(what).contains(&aspect));
    let comparison = Comparison {
        sides: [sides[0].lens, sides[1].lens],
        kinds: &wanted.kinds,
        chosen: &chosen,
        wanted: &compared,
        counts: &counts,
    };
    let mut found = comparison.differences();
    found.retain(|found| wanted.takes(found));
    found.sort_by_cached_key(|found| key(&sides, found));
    let scope = format!("difference/{days:?}/{}/{:?}", asked(args), cx.lens.rights());
    let ty = search::place(cx, "Difference");
    let key = |number: usize| found.get(number).map_or_else(String::new, |found| key(&sides, found));
    let nothing = Entry::default;
    let object = |number: usize| {
        let entry = found.get(number).map_or_else(nothing, |found| entry_of(cx, &sides, found));
        Object::Data(ty, Arc::new(entry))
    };
    Ok(cx
        .types
        .data("DifferenceConnection", page::cut(cx, args, &scope, "DifferenceEdge", (found.len(), &key, &object))?))
}

fn days(cx: &Cx<'_>, args: &Args<'_>) -> Result<[Day; 2], ApiError> {
    let from = inputs::day(&args.text("from").unwrap_or_default())?;
    let to = args.text("to").map_or(Ok(cx.lens.day), |text| inputs::day(&text))?;
    if from > to {
        return Err(ApiError::new(
            "DAYS_REVERSED",
            format!("from（{from}）晚于 to（{to}）。请把较早的一天写在 from。"),
            format!("from ({from}) is later than to ({to}). Give the earlier day as from."),
        ));
    }
    Ok([from, to])
}

/// The view of a moment, where one is given.
fn view_of(cx: &Cx<'_>, args: &Args<'_>, name: &str) -> Result<Option<Arc<View>>, ApiError> {
    let (Some(text), Some(moments)) = (args.text(name), cx.moments) else { return Ok(None) };
    Ok(Some(moments.at(Moment::read(&text)?)?.view))
}

/// What makes it another list.
fn asked(args: &Args<'_>) -> String {
    let all = [FROM_KNOWN_AT, TO_KNOWN_AT, "kinds", "what", "region", "scheme"].map(|name| args.get(name));
    format!("{all:?}")
}

/// Node by node in order of entry, and of each in the order of the kinds of differences.
fn key(sides: &[Cx<'_>; 2], found: &Difference<'_>) -> String {
    let id = sides[0].lens.id_of(found.node).or_else(|| sides[1].lens.id_of(found.node));
    let rank = KINDS.iter().position(|row| row.0 == kind_code(&found.what)).unwrap_or(KINDS.len());
    let last = found.facts.last().map(|fact| fact.id.to_string()).unwrap_or_default();
    let name = if let What::Value(attribute, _) = &found.what { attribute.tag } else { 0 };
    format!("{}{rank:02}{name:05}{last}", id.map(|id| id.to_string()).unwrap_or_default())
}

//! `scoreboard`: what a plan set against what is counted, indicator by indicator and region by region, on
//! any day. Every number opens into its list; what it means is said by the pure room `programme::scoreboard`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Value as Gql;

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::resolve::Args;
use crate::domain::command::Reference;
use crate::domain::enumeration::records::OBSERVATION_ORIGIN;
use crate::domain::{Day, Kind, rejection};
use crate::graph::EntityRow;
use crate::programme::criteria::Exact;
use crate::programme::scoreboard::{self, Counted, Cut, Formula, Goal, Lists, Plan};

/// Indicators of one board, at most.
pub const MOST_LINES: u32 = 20;
/// Regions of one board, at most.
pub const MOST_REGIONS: u32 = 24;
/// Days that one board compares with, at most.
pub const MOST_DAYS: u32 = 8;

/// A board.
pub struct Sheet {
    /// The plan.
    pub plan: Plan,
    /// The region asked for, then those below it.
    pub regions: Vec<EntityRow>,
    /// Regions left out.
    pub excluded: Vec<EntityRow>,
    /// Days to compare with, each with its Chinese word.
    pub compared: Vec<(Day, &'static str)>,
    /// What every indicator comes to in every region.
    pub grid: Vec<Vec<Arc<Counted>>>,
    /// Lists of days, made when they are first asked for.
    lists: Mutex<BTreeMap<Day, Arc<Lists>>>,
}

impl Sheet {
    /// The lists of a day.
    pub fn on(&self, cx: &Cx<'_>, day: Day) -> Arc<Lists> {
        let mut kept = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let made = kept.entry(day).or_insert_with(|| {
            let mut lens = cx.lens;
            lens.day = day;
            Arc::new(Lists::of(lens, &self.plan.indicators))
        });
        Arc::clone(made)
    }

    /// What an indicator came to in a region on another day. What adds up is counted in the period that
    /// the goal names, where that had begun.
    pub fn at(
        &self,
        cx: &Cx<'_>,
        (indicator, region): (usize, EntityRow),
        day: Day,
        goal: Option<&Goal>,
    ) -> Option<Counted> {
        let held = self.plan.indicators.get(indicator)?;
        let goal = goal.filter(|goal| goal.from.is_none_or(|from| from <= day));
        let cut = Cut { region, excluded: &self.excluded, goal };
        Some(self.on(cx, day).count((indicator, held), &cut, self.plan.region))
    }

    /// The goal of an indicator and a region on the day.
    pub fn goal(&self, cx: &Cx<'_>, indicator: usize, region: EntityRow) -> Option<&Goal> {
        self.plan.goal(region, self.plan.indicators.get(indicator)?.term, cx.lens.day)
    }
}

/// The root fields of this file.
pub fn fields() -> Vec<FieldDef> {
    vec![
        FieldDef::new(
            "scoreboard",
            "Scoreboard!",
            "目标完成情况：规划的各项指标、各地区在任意一天的数、目标原文、是否完成、差多少、环比同比、排名、预测、与公布数的差异；每个数都能展开名单",
            "How far a plan has come: indicators by region on any day, with the words of the targets, whether they are met, what is missing, changes, rank, forecast and differences from published figures; every number opens into its list",
            scoreboard,
        )
        .cost(2_000)
        .scan()
        .arg("plan", "String!", "哪份规划的代码，如 XK-2017-21（PLAN 体系）", "Code of the plan, such as XK-2017-21, of the scheme PLAN")
        .arg("region", "Reference", "哪个地区，连同直接下辖的县区、开发区；不填为规划适用的地区", "Which region, with the counties and zones right below it; that of the plan where nothing is given")
        .arg("indicators", "[String!]", "只看这些指标的代码，没有目标的也可以；不填为有目标的全部", "Codes of the indicators wanted, those without a target too; all with a target where nothing is given")
        .arg("compareTo", "[Date!]", "除上月末（环比）、上年同日（同比）外，再同哪些日子比", "Days to compare with, besides the end of last month and the same day of last year")
        .arg("excluding", "[Reference!]", "不计入哪些地区（如长垣），含其下辖", "Regions left out, such as Changyuan, with those below them"),
    ]
}

fn scoreboard(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let code = args.text("plan").unwrap_or_default();
    let term = find(cx, &Reference::Code(format!("PLAN:{code}")), &[Kind::Term])?;
    let wanted = args.names("indicators");
    let indicator = |code: &String| find(cx, &Reference::Code(format!("INDICATOR:{code}")), &[Kind::Term]);
    let wanted = wanted.iter().map(indicator).collect::<Result<Vec<_>, _>>()?;
    let plan = Plan::read(&cx.lens, term, &wanted).ok_or_else(|| {
        let given = rejection::clip(&code);
        ApiError::new(
            "PLAN_NOT_DESCRIBED",
            format!("在 {} “{given}”没有规划记录（plans.csv），或规划还没有开始。请补录，或换一个 asOf。", cx.lens.day),
            format!(
                "On {} “{given}” has no record of the kind Plan, or has not begun. Enter one, or choose another asOf.",
                cx.lens.day
            ),
        )
    })?;
    let region = args.get("region").map(|given| inputs::reference(&given)).transpose()?;
    let region = region.map(|reference| find(cx, &reference, &[Kind::Region])).transpose()?.unwrap_or(plan.region);
    let excluded = match args.get("excluding") {
        Some(Gql::List(list)) => {
            list.iter().map(|given| find(cx, &inputs::reference(given)?, &[Kind::Region])).collect()
        }
        _ => Ok(Vec::new()),
    }?;
    let compared = compared(cx, args)?;
    let mut regions = scoreboard::regions_of(&cx.lens, region);
    regions.retain(|region| !excluded.contains(region));
    if regions.len() > MOST_REGIONS as usize || plan.indicators.len() > MOST_LINES as usize {
        return Err(ApiError::new(
            "BOARD_TOO_LARGE",
            format!("一张表最多 {MOST_REGIONS} 个地区、{MOST_LINES} 项指标。请用 indicators、region 缩小。"),
            format!(
                "One board holds at most {MOST_REGIONS} regions and {MOST_LINES} indicators. Narrow it by indicators or region."
            ),
        ));
    }
    let mut sheet = Sheet { plan, regions, excluded, compared, grid: Vec::new(), lists: Mutex::default() };
    sheet.grid = (0..sheet.plan.indicators.len())
        .map(|indicator| sheet.regions.iter().map(|region| Arc::new(cell(cx, &sheet, indicator, *region))).collect())
        .collect();
    Ok(cx.types.data("Scoreboard", Arc::new(sheet)))
}

/// What an indicator comes to on the day; what others publish is taken from them.
fn cell(cx: &Cx<'_>, sheet: &Sheet, indicator: usize, region: EntityRow) -> Counted {
    let goal = sheet.goal(cx, indicator, region);
    let nothing = || Counted { list: Vec::new(), whole: None, value: None, doubt: 0 };
    let counted = sheet.at(cx, (indicator, region), cx.lens.day, goal).unwrap_or_else(nothing);
    match sheet.plan.indicators.get(indicator) {
        Some(held) if held.formula == Some(Formula::Published) => {
            Counted { value: published(cx, held.term, region), ..counted }
        }
        _ => counted,
    }
}

fn published(cx: &Cx<'_>, indicator: EntityRow, region: EntityRow) -> Option<Exact> {
    let code = OBSERVATION_ORIGIN.by_name("PUBLISHED").map(|code| code.tag);
    let given = scoreboard::given(&cx.lens, indicator, region);
    given.into_iter().find(|given| Some(given.origin) == code).map(|given| given.value)
}

/// The end of last month, the same day of last year, and the days asked for.
fn compared(cx: &Cx<'_>, args: &Args<'_>) -> Result<Vec<(Day, &'static str)>, ApiError> {
    let mut days = Vec::new();
    if let Some((year, month, date)) = cx.lens.day.date() {
        let first = Day::from_date(year, month, 1);
        days.extend(first.map(|first| (Day(first.0 - 1), "环比（上月末）")));
        let before = (1..=date).rev().find_map(|date| Day::from_date(year - 1, month, date));
        days.extend(before.map(|day| (day, "同比（上年同日）")));
    }
    for given in args.names("compareTo") {
        let day: Day = given.parse().map_err(|()| {
            let (zh, en) = ("compareTo 应为日期，如 2021-06-30。", "compareTo expects dates such as 2021-06-30.");
            ApiError::new("BAD_DATE", zh, en)
        })?;
        days.push((day, "对比日"));
    }
    if days.len() > MOST_DAYS as usize {
        let most = MOST_DAYS - 2;
        let (zh, en) = (format!("compareTo 最多 {most} 天。"), format!("compareTo takes at most {most} days."));
        return Err(ApiError::new("BOARD_TOO_LARGE", zh, en));
    }
    Ok(days)
}

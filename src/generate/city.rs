//! The skeleton of a city: how many of everything, who is in which trade and community, who works with
//! whom. All of it is decided here, before a row is written; it takes some tens of bytes a tie.

use super::Plan;
use super::Variant;
use super::chance::{Chance, For, Order};
use super::edges::{self, Edges};
use super::wishes::{self, Wish};
use super::words::{Family, words};

/// In no community.
pub(super) const NOWHERE: u32 = u32::MAX;
/// Firms of one gadget: two cliques of four, joined by one tie.
pub(super) const GADGET: usize = 8;

/// Sizes of the twenty largest trades of listed firms, of 4,586; the others share the rest.
const TRADES: [usize; 20] = [101, 96, 89, 78, 77, 70, 68, 68, 61, 53, 47, 45, 44, 40, 38, 38, 38, 38, 35, 34];
const ALL_TRADES: usize = 4_586;

/// How many of everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub organizations: usize,
    pub firms: usize,
    pub institutes: usize,
    pub others: usize,
    pub platforms: usize,
    pub alliances: usize,
    pub clusters: usize,
    pub funds: usize,
    pub carriers: usize,
    pub gadgets: usize,
    pub framework: usize,
    pub duplicates: usize,
    pub wishes: usize,
}

impl Sizes {
    fn of(organizations: usize) -> Self {
        let share = |per_thousand: usize, least: usize| (organizations * per_thousand / 1_000).max(least);
        let (firms, institutes) = (organizations * 92 / 100, organizations * 3 / 100);
        Self {
            organizations,
            firms,
            institutes,
            others: organizations - firms - institutes,
            platforms: share(30, 9),
            alliances: share(7, 2),
            clusters: share(8, 4),
            funds: share(5, 6),
            // 60 incubators to 1,000 small technology firms, who are a tenth of all firms.
            carriers: (firms * 6 / 1_000).max(5),
            gadgets: (organizations / 2_500).max(1),
            framework: (organizations / 1_000).max(2),
            duplicates: (firms / 200).max(6),
            wishes: (organizations / 200).max(6),
        }
    }

    /// Firms that nothing is planted about: the first ones.
    pub fn plain_firms(&self) -> usize {
        self.firms - self.duplicates - self.framework - self.gadgets * GADGET
    }

    /// The first firm of a gadget.
    pub fn gadget(&self, gadget: usize) -> usize {
        self.plain_firms() + gadget * GADGET
    }

    /// The first firm of those that have framework agreements and nothing else.
    pub fn first_framework(&self) -> usize {
        self.plain_firms() + self.gadgets * GADGET
    }

    /// The first firm that is a second entry of another one.
    pub fn first_duplicate(&self) -> usize {
        self.firms - self.duplicates
    }

    /// Offices of government, which stand first among the other organisations.
    pub fn offices(&self) -> usize {
        (self.institutes * 124 / 2_166).max(3)
    }
}

/// A city.
pub(super) struct City {
    pub plan: Plan,
    pub size: Sizes,
    /// By firm: the place of its industry, family × 5 + code.
    industry: Vec<u8>,
    /// By organisation; `NOWHERE` for those who work with nobody.
    pub community: Vec<u32>,
    /// Every pair that works together, framework agreements apart.
    pub edges: Edges,
    pub wishes: Vec<Wish>,
    /// By firm: the link of its family's chain that it stands at; 0 = none.
    pub link: Vec<u8>,
}

/// Which organisation is which, whatever its kind: firms, then institutes, then others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Firm(usize),
    Institute(usize),
    Other(usize),
}

impl City {
    pub fn new(plan: Plan) -> Self {
        let size = Sizes::of(plan.organizations);
        let industry = industries(plan.seed, size.firms);
        let (edges, wishes) = (Edges::default(), Vec::new());
        let mut city = Self { plan, size, industry, community: Vec::new(), edges, wishes, link: Vec::new() };
        let ranked = city.ranked();
        let mut degrees = vec![0; size.organizations];
        for (rank, organization) in ranked.iter().enumerate() {
            degrees[*organization as usize] = super::power::degree(plan.variant, rank, ranked.len());
        }
        let members = city.settle(&ranked, &degrees);
        let planted = match plan.variant {
            Variant::Sparse => 0,
            Variant::Dense => wishes::planted_ties(size.wishes),
        };
        city.edges = edges::wire(plan, planted, &degrees, &city.community, &members);
        city.plant_gadgets(&ranked);
        let wishes = wishes::plant(&mut city, &ranked);
        city.wishes = wishes;
        city.link = super::chain::links(&city);
        city
    }

    /// The families in use: no more than there are communities to hold them.
    pub fn groups(&self) -> usize {
        words().families.len().min(self.size.clusters)
    }

    pub fn who(&self, organization: usize) -> Who {
        let Sizes { firms, institutes, .. } = self.size;
        match organization {
            number if number < firms => Who::Firm(number),
            number if number < firms + institutes => Who::Institute(number - firms),
            number => Who::Other(number - firms - institutes),
        }
    }

    /// The key of an organisation.
    pub fn key(&self, organization: usize) -> String {
        match self.who(organization) {
            Who::Firm(number) => format!("e{number:06}"),
            Who::Institute(number) => format!("i{number:05}"),
            Who::Other(number) => format!("o{number:05}"),
        }
    }

    pub fn family_number(&self, organization: usize) -> usize {
        match self.who(organization) {
            Who::Firm(number) => usize::from(self.industry[number]) / 5,
            Who::Institute(number) | Who::Other(number) => (number * 7 + number / 25) % words().families.len(),
        }
    }

    pub fn family(&self, organization: usize) -> &'static Family {
        &words().families[self.family_number(organization)]
    }

    /// Code of GB/T 4754-2017 of a firm.
    pub fn industry(&self, firm: usize) -> &'static str {
        let place = usize::from(self.industry[firm]);
        words().families[place / 5].industries[place % 5]
    }

    /// The county of an organisation, as a number; none for the few that are elsewhere. Two draws, of
    /// which the smaller counts: some counties are fuller.
    pub fn county(&self, organization: usize) -> Option<usize> {
        let mut chance = Chance::new(self.plan.seed, For::Place, organization);
        let counties = super::places::COUNTIES.len();
        let county = chance.below(counties).min(chance.below(counties));
        let outside = matches!(self.who(organization), Who::Firm(_)) && organization % 50 == 13;
        (!outside || organization >= self.size.plain_firms()).then(|| {
            // Twins live in different counties.
            if self.is_beside_twin(organization) { (county + 1) % counties } else { county }
        })
    }

    fn is_beside_twin(&self, organization: usize) -> bool {
        super::names::is_twin(self, organization) && {
            let counties = super::places::COUNTIES.len();
            let draw = |who: usize| {
                let mut chance = Chance::new(self.plan.seed, For::Place, who);
                chance.below(counties).min(chance.below(counties))
            };
            draw(organization) == draw(organization - 1)
        }
    }

    /// The name of its county.
    pub fn place_of(&self, organization: usize) -> Option<&'static str> {
        self.county(organization).map(|county| super::places::COUNTIES[county])
    }

    /// Who works with anybody, the one with the most partners first: institutes stand out.
    fn ranked(&self) -> Vec<u32> {
        let Sizes { organizations, firms, .. } = self.size;
        let free = (0..organizations).filter(|number| *number < self.size.plain_firms() || *number >= firms);
        let mut drawn: Vec<(u64, u32)> = free
            .map(|number| {
                let mut chance = Chance::new(self.plan.seed, For::Rank, number);
                let rank = chance.next();
                let heavy = matches!(self.who(number), Who::Institute(_)) && chance.per_mille(800);
                (if heavy { rank >> 5 } else { rank }, u32::try_from(number).unwrap_or(u32::MAX))
            })
            .collect();
        drawn.sort_unstable();
        let connected = match self.plan.variant {
            // 64 % work with nobody; the gadgets do.
            Variant::Sparse => organizations * 3_642 / 10_000 - self.size.gadgets * GADGET,
            Variant::Dense => drawn.len(),
        };
        drawn.truncate(connected);
        drawn.into_iter().map(|(_, number)| number).collect()
    }

    /// Everybody who works with anybody settles in a community of their trade; sizes follow a power law
    /// of exponent 1.5, and who has many partners goes where there are as many.
    fn settle(&mut self, ranked: &[u32], degrees: &[u32]) -> Vec<Vec<u32>> {
        let groups = self.groups();
        self.community = vec![NOWHERE; self.size.organizations];
        let mut members = vec![Vec::new(); self.size.clusters];
        let mut by_group = vec![Vec::new(); groups];
        for organization in ranked {
            by_group[self.family_number(*organization as usize) % groups].push(*organization);
        }
        for (group, list) in by_group.iter().enumerate() {
            let mut chance = Chance::new(self.plan.seed, For::Community, group);
            let places: Vec<usize> = (group..self.size.clusters).step_by(groups).collect();
            let sizes = community_sizes(places.len(), list.len());
            let mut free = sizes.clone();
            let heavy = list.iter().take_while(|organization| degrees[**organization as usize] >= 20).count();
            let mut settle = |organization: u32, place: usize, members: &mut Vec<Vec<u32>>| {
                self.community[organization as usize] = u32::try_from(places[place]).unwrap_or(NOWHERE);
                members[places[place]].push(organization);
            };
            for organization in &list[..heavy] {
                let degree = degrees[*organization as usize] as usize;
                let fits = |place: &usize| free[*place] > 0 && sizes[*place] * 3 / 5 > degree;
                let fitting: Vec<usize> = (0..places.len()).filter(fits).collect();
                let roomiest = (0..places.len()).max_by_key(|place| free[*place]).unwrap_or(0);
                let place = if fitting.is_empty() { roomiest } else { fitting[chance.below(fitting.len())] };
                free[place] -= 1;
                settle(*organization, place, &mut members);
            }
            let mut left: Vec<usize> = Vec::with_capacity(list.len() - heavy);
            for (place, free) in free.iter().enumerate() {
                left.extend(std::iter::repeat_n(place, *free));
            }
            chance.shuffle(&mut left);
            for (organization, place) in list[heavy..].iter().zip(left) {
                settle(*organization, place, &mut members);
            }
        }
        members
    }

    /// Two cliques of four joined by one tie, and one of them tied once to the rest: both ties are
    /// bridges, and their ends articulation points.
    fn plant_gadgets(&mut self, ranked: &[u32]) {
        for gadget in 0..self.size.gadgets {
            let first = u32::try_from(self.size.gadget(gadget)).unwrap_or(0);
            for (left, right) in (0..4).flat_map(|left| (0..left).map(move |right| (left, right))) {
                self.edges.join(first + left, first + right);
                self.edges.join(first + 4 + left, first + 4 + right);
            }
            self.edges.join(first, first + 4);
            self.edges.join(first + 1, self.anchor(ranked, gadget));
        }
    }

    /// Who works with whom in each community.
    pub fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.size.clusters];
        for (organization, community) in (0_u32..).zip(&self.community) {
            if *community != NOWHERE {
                members[*community as usize].push(organization);
            }
        }
        members
    }

    /// The organisation of the rest that a gadget hangs on: one of the heavier ones.
    pub fn anchor(&self, ranked: &[u32], gadget: usize) -> u32 {
        ranked[(gadget * 3 + 1) % ranked.len()]
    }
}

/// The industry of every firm: shares as measured, in an order that looks like none.
fn industries(seed: u64, firms: usize) -> Vec<u8> {
    let families = words().families.len();
    let kinds = families * 5;
    let head: usize = TRADES.iter().sum();
    let order = Order::new(seed, For::Industry, firms);
    let of_rank = |rank: usize| u8::try_from(rank % families * 5 + rank / families).unwrap_or(0);
    let industry = |firm: usize| {
        let mut place = order.place(firm) * ALL_TRADES / firms.max(1);
        for (rank, size) in TRADES.iter().enumerate() {
            if place < *size {
                return of_rank(rank);
            }
            place -= size;
        }
        of_rank(TRADES.len() + place * (kinds - TRADES.len()) / (ALL_TRADES - head))
    };
    (0..firms).map(industry).collect()
}

/// Sizes of communities that add up to `all`: quantiles of a power law of exponent 1.5 whose largest
/// is ten times the smallest.
fn community_sizes(count: usize, all: usize) -> Vec<usize> {
    let weight = |place: usize| {
        let root = 100_000 - (place * 2 + 1) * 68_400 / (2 * count.max(1));
        10_000_000_000_000 / (root * root)
    };
    let total: usize = (0..count).map(weight).sum();
    let mut sizes: Vec<usize> = (0..count).map(|place| all * weight(place) / total.max(1)).collect();
    let mut left = all - sizes.iter().sum::<usize>();
    for size in sizes.iter_mut().rev() {
        let more = left.min(1);
        *size += more;
        left -= more;
    }
    sizes
}

//! Who may see and write what. One table, a row a role; what the table does not grant is denied.
//!
//! This room is pure and knows no requests: the edge turns what somebody shows into a role and a
//! region, a lens asks here.

use crate::domain::{Id, Sensitivity};

/// What somebody is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nobody has said who they are.
    Public,
    /// A program that serves others: the public, and organisations that agreed to be shown there.
    App,
    /// Works for one county: everything of it, and of others what is public.
    CountyOfficer,
    /// Works for the city.
    CityOfficer,
    /// Counts and compares; writes nothing.
    Analyst,
    /// Keeps the facts of the whole city.
    Steward,
    /// Runs the service, and says who somebody is.
    Administrator,
}

/// Where something lies, seen from the region that somebody works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Within it.
    Inside,
    /// Anywhere else, or nobody knows where.
    Outside,
}

/// How much of what is personal somebody is shown. More includes less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Personal {
    /// That there is something, and no letter of it.
    Hidden,
    /// A mask: 张*, 138****1234.
    Masked,
    /// A mask, and everything where a purpose is given.
    Revealed,
}

/// What a role may do in one place.
#[derive(Debug)]
struct Reach {
    /// The highest sensitivity that may be seen.
    sees: Option<Sensitivity>,
    /// The same of what its owner agreed to have shown.
    consented: Option<Sensitivity>,
    /// How much of what is personal is shown.
    personal: Personal,
    /// May facts be written?
    writes: bool,
    /// Are counts of fewer than three withheld?
    small_cells: bool,
    /// May two entries be found to be one, or two?
    merges: bool,
}

/// A row of the table.
#[derive(Debug)]
struct Grant {
    role: Role,
    name: &'static str,
    zh: &'static str,
    inside: Reach,
    outside: Reach,
    accounts: bool,
    past: bool,
    erases: bool,
}

const PUBLIC: Option<Sensitivity> = Some(Sensitivity::Public);
const INTERNAL: Option<Sensitivity> = Some(Sensitivity::Internal);
const EVERYTHING: Option<Sensitivity> = Some(Sensitivity::Restricted);

/// What nobody is denied, and no more.
const AS_PUBLIC: Reach = Reach {
    sees: PUBLIC,
    consented: PUBLIC,
    personal: Personal::Hidden,
    writes: false,
    small_cells: true,
    merges: false,
};
const AS_APP: Reach = Reach { consented: INTERNAL, ..AS_PUBLIC };
const AS_ANALYST: Reach = Reach { sees: INTERNAL, consented: INTERNAL, personal: Personal::Masked, ..AS_PUBLIC };
const WHOLE: Reach = Reach {
    sees: EVERYTHING,
    consented: EVERYTHING,
    personal: Personal::Revealed,
    writes: true,
    small_cells: false,
    merges: true,
};
/// Writes everything; what is one entry and what is two is kept in one hand.
const AS_CITY_OFFICER: Reach = Reach { merges: false, ..WHOLE };
/// Runs the service and has no business with people.
const AS_ADMINISTRATOR: Reach = Reach { personal: Personal::Masked, ..WHOLE };

/// The table. A role that works for no one county reaches as far outside as inside.
const GRANTS: &[Grant] = &[
    Grant {
        role: Role::Public,
        name: "PUBLIC",
        zh: "公众",
        inside: AS_PUBLIC,
        outside: AS_PUBLIC,
        accounts: false,
        past: false,
        erases: false,
    },
    // What was public once by mistake is not handed on to other programs.
    Grant {
        role: Role::App,
        name: "APP",
        zh: "应用",
        inside: AS_APP,
        outside: AS_APP,
        accounts: false,
        past: false,
        erases: false,
    },
    Grant {
        role: Role::CountyOfficer,
        name: "COUNTY_OFFICER",
        zh: "县区管理员",
        inside: WHOLE,
        outside: AS_PUBLIC,
        accounts: false,
        past: true,
        erases: false,
    },
    Grant {
        role: Role::CityOfficer,
        name: "CITY_OFFICER",
        zh: "市级管理员",
        inside: AS_CITY_OFFICER,
        outside: AS_CITY_OFFICER,
        accounts: false,
        past: true,
        erases: false,
    },
    Grant {
        role: Role::Analyst,
        name: "ANALYST",
        zh: "分析员",
        inside: AS_ANALYST,
        outside: AS_ANALYST,
        accounts: false,
        past: true,
        erases: false,
    },
    Grant {
        role: Role::Steward,
        name: "STEWARD",
        zh: "数据管理员",
        inside: WHOLE,
        outside: WHOLE,
        accounts: false,
        past: true,
        erases: true,
    },
    Grant {
        role: Role::Administrator,
        name: "ADMINISTRATOR",
        zh: "系统管理员",
        inside: AS_ADMINISTRATOR,
        outside: AS_ADMINISTRATOR,
        accounts: true,
        past: true,
        erases: true,
    },
];

/// Names of roles as they were once written, and what they are read as.
const FORMER: &[(&str, Role)] = &[("EDITOR", Role::Steward)];

impl Role {
    fn grant(self) -> Option<&'static Grant> {
        GRANTS.iter().find(|grant| grant.role == self)
    }

    /// Every role of the table.
    pub fn all() -> impl Iterator<Item = Role> {
        GRANTS.iter().map(|grant| grant.role)
    }

    /// The stable name, as files and the schema write it.
    pub fn name(self) -> &'static str {
        self.grant().map_or("PUBLIC", |grant| grant.name)
    }

    /// The word in Chinese.
    pub fn zh(self) -> &'static str {
        self.grant().map_or("公众", |grant| grant.zh)
    }

    /// The role of that name, in capitals or not; also of a former name.
    pub fn named(name: &str) -> Option<Role> {
        let now = GRANTS.iter().map(|grant| (grant.name, grant.role));
        now.chain(FORMER.iter().copied()).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, role)| role)
    }

    /// Does it work for one region, so that it is nothing much without one?
    pub fn needs_region(self) -> bool {
        self == Role::CountyOfficer
    }

    /// Does a region's code, or none, go with the role?
    pub fn takes_region(self, code: Option<&str>) -> Result<(), RegionFault> {
        match code {
            None if self.needs_region() => Err(RegionFault::Missing),
            None => Ok(()),
            Some(_) if !self.needs_region() => Err(RegionFault::Idle),
            Some(code) if !region_is_sound(code) => Err(RegionFault::Unsound),
            Some(_) => Ok(()),
        }
    }
}

/// Why a region does not go with a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionFault {
    /// The role needs one.
    #[error(
        "县区管理员要给出地区代码（--region 410721）。A county officer needs the code of a region (--region 410721)"
    )]
    Missing,
    /// The role reaches everywhere: whoever gives one may believe that it binds.
    #[error("这个角色不限于一个地区，请去掉 --region。The role is not bound to a region; leave --region out")]
    Idle,
    /// It cannot be the code of one.
    #[error(
        "地区代码不可用：1 到 32 个英文字母、数字或连字符，如 410721。It cannot be the code of a region: 1 to 32 letters, digits or hyphens, such as 410721"
    )]
    Unsound,
}

/// Can this be the code of a region?
pub fn region_is_sound(code: &str) -> bool {
    (1..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The rights of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights {
    role: Role,
    scope: Option<Id>,
}

impl Rights {
    /// The rights of a role that works for no region. Of a role that needs one, only what it may
    /// do outside of it is left.
    pub const fn of(role: Role) -> Self {
        Self { role, scope: None }
    }

    /// The rights of a role that works for a region.
    pub const fn within(role: Role, region: Id) -> Self {
        Self { role, scope: Some(region) }
    }

    /// Whose they are.
    pub const fn role(self) -> Role {
        self.role
    }

    /// The region they work for.
    pub const fn scope(self) -> Option<Id> {
        self.scope
    }

    /// What may be done there. Without a region nothing lies inside of it.
    fn reach(self, place: Place) -> Option<&'static Reach> {
        let grant = self.role.grant()?;
        Some(match (place, self.scope) {
            (Place::Inside, Some(_)) => &grant.inside,
            (Place::Inside, None) | (Place::Outside, _) => &grant.outside,
        })
    }

    /// May values of this sensitivity be seen everywhere?
    pub fn may_see(self, sensitivity: Sensitivity) -> bool {
        self.may_see_within(sensitivity, Place::Outside)
    }

    /// May values of this sensitivity be seen there?
    pub fn may_see_within(self, sensitivity: Sensitivity, place: Place) -> bool {
        self.reach(place).and_then(|reach| reach.sees).is_some_and(|highest| sensitivity <= highest)
    }

    /// May values of this sensitivity be seen there, whose owner agreed to have them shown?
    pub fn may_see_consented(self, sensitivity: Sensitivity, place: Place) -> bool {
        self.reach(place).and_then(|reach| reach.consented).is_some_and(|highest| sensitivity <= highest)
    }

    /// How much of what is personal is shown there?
    pub fn personal_within(self, place: Place) -> Personal {
        self.reach(place).map_or(Personal::Hidden, |reach| reach.personal)
    }

    /// May personal data be erased?
    pub fn may_erase(self) -> bool {
        self.role.grant().is_some_and(|grant| grant.erases)
    }

    /// Are counts of fewer than three withheld there? A doubt withholds.
    pub fn binds_small_cells(self, place: Place) -> bool {
        self.reach(place).is_none_or(|reach| reach.small_cells)
    }

    /// May facts be written everywhere?
    pub fn may_write(self) -> bool {
        self.may_write_within(Place::Outside)
    }

    /// May facts be written there?
    pub fn may_write_within(self, place: Place) -> bool {
        self.reach(place).is_some_and(|reach| reach.writes)
    }

    /// May two entries that lie there be found to be one, or two?
    pub fn may_merge_within(self, place: Place) -> bool {
        self.reach(place).is_some_and(|reach| reach.merges)
    }

    /// May accounts and tokens be made and ended?
    pub fn may_manage_accounts(self) -> bool {
        self.role.grant().is_some_and(|grant| grant.accounts)
    }

    /// May one ask what was known on a day that is over?
    pub fn may_ask_the_past(self) -> bool {
        self.role.grant().is_some_and(|grant| grant.past)
    }
}

#[cfg(test)]
mod tests;

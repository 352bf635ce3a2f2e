//! The table, written a second time by hand: role × place × right × sensitivity, every cell.

use super::*;

const EVERY: [Sensitivity; 3] = [Sensitivity::Public, Sensitivity::Internal, Sensitivity::Restricted];

/// One line a role and place: see, see where consented (each public, internal, restricted), write,
/// small cells withheld, accounts, past, merge entries. `x` may, `-` may not.
const LINES: &str = "
    PUBLIC          inside   x-- x-- - x - - -
    PUBLIC          outside  x-- x-- - x - - -
    PUBLIC          unknown  x-- x-- - x - - -
    APP             inside   x-- xx- - x - - -
    APP             outside  x-- xx- - x - - -
    APP             unknown  x-- xx- - x - - -
    COUNTY_OFFICER  inside   xxx xxx x - - x x
    COUNTY_OFFICER  outside  x-- x-- - x - x -
    COUNTY_OFFICER  unknown  x-- x-- - x - x -
    CITY_OFFICER    inside   xxx xxx x - - x -
    CITY_OFFICER    outside  xxx xxx x - - x -
    CITY_OFFICER    unknown  xxx xxx x - - x -
    ANALYST         inside   xx- xx- - x - x -
    ANALYST         outside  xx- xx- - x - x -
    ANALYST         unknown  xx- xx- - x - x -
    STEWARD         inside   xxx xxx x - - x x
    STEWARD         outside  xxx xxx x - - x x
    STEWARD         unknown  xxx xxx x - - x x
    ADMINISTRATOR   inside   xxx xxx x - x x x
    ADMINISTRATOR   outside  xxx xxx x - x x x
    ADMINISTRATOR   unknown  xxx xxx x - x x x
";

/// Every role there is. A new one does not compile until it stands here, and is then looked for in
/// the table and in the lines.
fn next(role: Option<Role>) -> Option<Role> {
    match role {
        None => Some(Role::Public),
        Some(Role::Public) => Some(Role::App),
        Some(Role::App) => Some(Role::CountyOfficer),
        Some(Role::CountyOfficer) => Some(Role::CityOfficer),
        Some(Role::CityOfficer) => Some(Role::Analyst),
        Some(Role::Analyst) => Some(Role::Steward),
        Some(Role::Steward) => Some(Role::Administrator),
        Some(Role::Administrator) => None,
    }
}

fn roles() -> Vec<Role> {
    std::iter::successors(next(None), |role| next(Some(*role))).collect()
}

fn line(role: Role, place: &str) -> String {
    let region = Id::from_u128(7);
    let (rights, asked) = match place {
        "inside" => (Rights::within(role, region), Place::Inside),
        "outside" => (Rights::within(role, region), Place::Outside),
        // Works for a region that nobody knows.
        _ => (Rights::of(role), Place::Inside),
    };
    let mark = |may: bool| if may { 'x' } else { '-' };
    let see: String = EVERY.iter().map(|level| mark(rights.may_see_within(*level, asked))).collect();
    let consented: String = EVERY.iter().map(|level| mark(rights.may_see_consented(*level, asked))).collect();
    let rest = [
        rights.may_write_within(asked),
        rights.binds_small_cells(asked),
        rights.may_manage_accounts(),
        rights.may_ask_the_past(),
        rights.may_merge_within(asked),
    ];
    let rest: String = rest.iter().map(|may| format!(" {}", mark(*may))).collect();
    format!("{} {place} {see} {consented}{rest}", role.name())
}

#[test]
fn every_role_has_a_line_for_every_place_and_keeps_to_it() {
    let expected: Vec<String> =
        LINES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let expected: Vec<String> = expected.into_iter().filter(|line| !line.is_empty()).collect();
    let places = ["inside", "outside", "unknown"];
    let found: Vec<String> = roles().into_iter().flat_map(|role| places.map(|place| line(role, place))).collect();
    assert_eq!(found, expected);
    assert_eq!(Role::all().collect::<Vec<_>>(), roles(), "a role without its row in the table");
}

#[test]
fn everywhere_is_what_holds_outside() {
    for role in roles() {
        for rights in [Rights::of(role), Rights::within(role, Id::from_u128(7))] {
            for level in EVERY {
                assert_eq!(rights.may_see(level), rights.may_see_within(level, Place::Outside), "{role:?}");
                // What may be seen is never less where its owner agreed, and never more outside.
                for place in [Place::Inside, Place::Outside] {
                    assert!(!rights.may_see_within(level, place) || rights.may_see_consented(level, place));
                }
                assert!(!rights.may_see(level) || rights.may_see_within(level, Place::Inside), "{role:?}");
            }
            assert_eq!(rights.may_write(), rights.may_write_within(Place::Outside), "{role:?}");
            assert_eq!(rights.role(), role);
        }
        assert_eq!(Rights::of(role).scope(), None);
        assert_eq!(Rights::within(role, Id::from_u128(7)).scope(), Some(Id::from_u128(7)));
    }
}

#[test]
fn a_role_is_found_by_its_name_and_by_its_former_one() {
    for role in roles() {
        assert_eq!(Role::named(role.name()), Some(role));
        assert_eq!(Role::named(&role.name().to_lowercase()), Some(role));
        assert!(!role.zh().is_empty());
        assert_eq!(role.needs_region(), role == Role::CountyOfficer);
    }
    assert_eq!(Role::named("editor"), Some(Role::Steward));
    for none in ["root", "", "EDITORS", "管理员"] {
        assert_eq!(Role::named(none), None);
    }
}

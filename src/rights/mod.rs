//! Who may see and write what. One table, a row a role; what the table does not grant is denied.
//!
//! This room is pure and knows no requests: the edge turns a token into a role, a lens asks here.

use crate::domain::Sensitivity;

/// What somebody is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nobody has said who they are.
    Public,
    /// Keeps the facts of the bureau: reads what is internal, writes facts.
    Editor,
    /// Runs the service; reads and writes everything.
    Administrator,
}

/// A row of the table.
struct Grant {
    role: Role,
    name: &'static str,
    zh: &'static str,
    /// The highest sensitivity that may be seen.
    sees: Sensitivity,
    /// May facts be written?
    writes: bool,
}

/// The table.
const GRANTS: &[Grant] = &[
    Grant { role: Role::Public, name: "PUBLIC", zh: "公众", sees: Sensitivity::Public, writes: false },
    Grant { role: Role::Editor, name: "EDITOR", zh: "编辑", sees: Sensitivity::Internal, writes: true },
    Grant {
        role: Role::Administrator,
        name: "ADMINISTRATOR",
        zh: "管理员",
        sees: Sensitivity::Restricted,
        writes: true,
    },
];

impl Role {
    fn grant(self) -> Option<&'static Grant> {
        GRANTS.iter().find(|grant| grant.role == self)
    }

    /// The stable name, as files and the schema write it.
    pub fn name(self) -> &'static str {
        self.grant().map_or("PUBLIC", |grant| grant.name)
    }

    /// The word in Chinese.
    pub fn zh(self) -> &'static str {
        self.grant().map_or("公众", |grant| grant.zh)
    }

    /// The role of that name, in capitals or not.
    pub fn named(name: &str) -> Option<Role> {
        GRANTS.iter().find(|grant| grant.name.eq_ignore_ascii_case(name)).map(|grant| grant.role)
    }
}

/// The rights of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights {
    role: Role,
}

impl Rights {
    /// The rights of a role.
    pub const fn of(role: Role) -> Self {
        Self { role }
    }

    /// Whose they are.
    pub const fn role(self) -> Role {
        self.role
    }

    /// May values of this sensitivity be seen?
    pub fn may_see(self, sensitivity: Sensitivity) -> bool {
        self.role.grant().is_some_and(|grant| sensitivity <= grant.sees)
    }

    /// May facts be written?
    pub fn may_write(self) -> bool {
        self.role.grant().is_some_and(|grant| grant.writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [Sensitivity; 3] = [Sensitivity::Public, Sensitivity::Internal, Sensitivity::Restricted];

    #[test]
    fn each_role_sees_and_writes_what_is_written_here() {
        let expected = [
            (Role::Public, [true, false, false], false),
            (Role::Editor, [true, true, false], true),
            (Role::Administrator, [true, true, true], true),
        ];
        assert_eq!(GRANTS.len(), expected.len(), "a role without its line in this test");
        for (role, sees, writes) in expected {
            let rights = Rights::of(role);
            assert_eq!(EVERY.map(|sensitivity| rights.may_see(sensitivity)), sees, "{role:?}");
            assert_eq!(rights.may_write(), writes, "{role:?}");
            assert_eq!(Role::named(role.name()), Some(role));
            assert_eq!(rights.role(), role);
        }
        assert_eq!(Role::named("editor"), Some(Role::Editor));
        assert_eq!(Role::named("root"), None);
    }
}

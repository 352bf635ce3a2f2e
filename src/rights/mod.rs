//! Who may see what. One table, role × sensitivity; what the table does not grant is denied.
//!
//! This room is pure and knows no requests: the edge turns a token into a role, a lens asks here.

use crate::domain::Sensitivity;

/// What somebody is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nobody has said who they are.
    Public,
    /// Runs the service; reads everything and imports.
    Administrator,
}

/// The table: the highest sensitivity a role may see.
const GRANTS: &[(Role, Sensitivity)] =
    &[(Role::Public, Sensitivity::Public), (Role::Administrator, Sensitivity::Restricted)];

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

    /// May facts be written?
    pub fn may_write(self) -> bool {
        self.role == Role::Administrator
    }

    /// May values of this sensitivity be seen?
    pub fn may_see(self, sensitivity: Sensitivity) -> bool {
        GRANTS.iter().any(|(role, highest)| *role == self.role && sensitivity <= *highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_sees_public_facts_alone() {
        let public = Rights::of(Role::Public);
        assert!(public.may_see(Sensitivity::Public));
        assert!(!public.may_see(Sensitivity::Internal));
        assert!(!public.may_see(Sensitivity::Restricted));
        assert!(Rights::of(Role::Administrator).may_see(Sensitivity::Restricted));
    }
}

//! Which region answers for something on the day, and which regions that one lies in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::domain::{Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens};

/// Regions as one question needs them: each looked up once.
pub struct Regions<'v> {
    lens: Lens<'v>,
    wholes: RefCell<BTreeMap<EntityRow, Rc<BTreeSet<EntityRow>>>>,
}

impl<'v> Regions<'v> {
    /// Regions on the day of the lens.
    pub fn of(lens: Lens<'v>) -> Self {
        Self { lens, wholes: RefCell::default() }
    }

    /// The region that answers for it.
    pub fn jurisdiction(&self, node: EntityRow) -> Option<EntityRow> {
        let role = Relation::LocatedIn.row().attribute("role")?;
        let code = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION")?.tag);
        let mut places = self.lens.ties(node, Some(Relation::LocatedIn), true);
        places.find(|tie| self.lens.tie_value(tie.row, role) == Some(&code)).map(|tie| tie.there)
    }

    /// The region itself, and every one that it is part of.
    pub fn wholes(&self, region: EntityRow) -> Rc<BTreeSet<EntityRow>> {
        if let Some(known) = self.wholes.borrow().get(&region) {
            return Rc::clone(known);
        }
        let (mut open, mut found) = (vec![region], BTreeSet::new());
        while let Some(place) = open.pop() {
            if found.insert(place) {
                open.extend(self.lens.ties(place, Some(Relation::PartOf), true).map(|tie| tie.there));
            }
        }
        let found = Rc::new(found);
        self.wholes.borrow_mut().insert(region, Rc::clone(&found));
        found
    }

    /// Does that region, or one below it, answer for the node?
    pub fn answers_for(&self, region: EntityRow, node: EntityRow) -> bool {
        self.jurisdiction(node).is_some_and(|own| self.wholes(own).contains(&region))
    }
}
